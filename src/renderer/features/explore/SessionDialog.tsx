import { useMemo, useState } from 'react'
import { create } from 'zustand'
import { ordinarySession } from '../../../main/contract/query.ts'
import type { SessionSettings } from '../../../main/contract/query.ts'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { useCatalogs } from '../../app/catalogs.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { SelectField, TextField } from '../../components/Field.tsx'
import { activeTab, changeTabs } from './tabStore.ts'
import { withChangedTab } from './tabs.ts'
import styles from './SessionDialog.module.css'

const useSessionDialog = create<{ tabId: string | null }>()(() => ({ tabId: null }))

export function openSessionDialog(): void {
  useSessionDialog.setState({ tabId: activeTab()?.id ?? null })
}

const close = (): void => useSessionDialog.setState({ tabId: null })

export function isOrdinary(session: SessionSettings | undefined): boolean {
  return !session || Object.values(session).every((value) => value === null)
}

const limits: { value: string; label: string }[] = [
  { value: '', label: 'As usual: 60 s on the source, none on the replica' },
  { value: '5', label: '5 s' },
  { value: '30', label: '30 s' },
  { value: '300', label: '5 min' },
  { value: '3600', label: '1 h' },
]

/** The list knows each zone by one name; people know it by others too. */
function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')]

function SessionForm({ tab }: { tab: EditorTab }) {
  const [session, setSession] = useState<SessionSettings>(tab.session ?? ordinarySession)
  const index = useCatalogs((state) => state[tab.engine].index)
  const allZones = useMemo(zones, [])
  const schemas = index?.schemas ?? []
  const zoneIsKnown = session.timeZone === null || isZone(session.timeZone)
  const put = (part: Partial<SessionSettings>): void => setSession((before) => ({ ...before, ...part }))

  function keep(kept: SessionSettings | undefined): void {
    changeTabs((state) => withChangedTab(state, tab.id, { session: kept }))
    close()
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (zoneIsKnown) keep(isOrdinary(session) ? undefined : session)
      }}
    >
      <SelectField
        label="A statement is ended after"
        value={session.timeoutSeconds === null ? '' : String(session.timeoutSeconds)}
        options={limits}
        onChange={(value) => put({ timeoutSeconds: value === '' ? null : Number(value) })}
      />
      <SelectField
        label="Schema of names without one"
        value={session.schema ?? ''}
        options={[
          { value: '', label: 'As the engine has it' },
          ...schemas.map((schema) => ({ value: schema, label: `${schema}, then public` })),
        ]}
        onChange={(value) => put({ schema: value === '' ? null : value })}
      />
      <TextField
        label="Time zone"
        hint="In which instants are read and written, such as Europe/Berlin. Empty is that of the settings."
        error={zoneIsKnown ? null : 'There is no zone of that name.'}
        list="explore-time-zones"
        value={session.timeZone ?? ''}
        onChange={(value) => put({ timeZone: value.trim() === '' ? null : value.trim() })}
      />
      <datalist id="explore-time-zones">
        {allZones.map((zone) => <option key={zone} value={zone} />)}
      </datalist>
      <footer className={styles.actions}>
        <Button variant="quiet" onClick={() => keep(undefined)}>As usual</Button>
        <Button variant="primary" type="submit" disabled={!zoneIsKnown}>Keep for this tab</Button>
      </footer>
    </form>
  )
}

/** What a tab's statements run under, on either engine. */
export function SessionDialog({ tab }: { tab: EditorTab }) {
  const tabId = useSessionDialog((state) => state.tabId)
  const open = tabId === tab.id
  return (
    <Dialog open={open} onClose={close} title={`Session of ${tab.title}`}>
      {open && <SessionForm tab={tab} />}
    </Dialog>
  )
}
