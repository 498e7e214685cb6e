import { useState } from 'react'
import { create } from 'zustand'
import type { Fault } from '../../../main/contract/errors.ts'
import type { SavedQuery } from '../../../main/contract/savedQueries.ts'
import { Button } from '../../components/Button.tsx'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { faultOfThrown } from '../../components/consequences.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { TextField } from '../../components/Field.tsx'
import { removeSaved, renameSaved } from './savedQueryStore.ts'
import styles from './SessionDialog.module.css'

type Asked = { what: 'rename' | 'delete'; query: SavedQuery }

const useAsked = create<{ asked: Asked | null }>()(() => ({ asked: null }))

const close = (): void => useAsked.setState({ asked: null })

export function askToRename(query: SavedQuery): void {
  useAsked.setState({ asked: { what: 'rename', query } })
}

export function askToDelete(query: SavedQuery): void {
  useAsked.setState({ asked: { what: 'delete', query } })
}

function RenameForm({ query }: { query: SavedQuery }) {
  const [path, setPath] = useState(query.path)
  const [fault, setFault] = useState<Fault | null>(null)
  const [busy, setBusy] = useState(false)
  const wanted = path.trim().endsWith('.sql') ? path.trim() : `${path.trim()}.sql`

  async function submit(): Promise<void> {
    setBusy(true)
    try {
      await renameSaved(query, wanted)
      close()
    } catch (thrown) {
      setFault(faultOfThrown(thrown))
      setBusy(false)
    }
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextField label="File" mono required value={path} onChange={setPath} hint="With slashes it lies in a folder: finance/revenue.sql" />
      {fault && <ErrorNote fault={fault} />}
      <footer className={styles.actions}>
        <Button variant="quiet" onClick={close}>Cancel</Button>
        <Button variant="primary" type="submit" busy={busy} disabled={path.trim() === '' || wanted === query.path}>Rename</Button>
      </footer>
    </form>
  )
}

/** What is asked before the file of a saved query gets another name, or goes. */
export function SavedQueryDialogs() {
  const { asked } = useAsked()
  if (!asked) return null
  const { query } = asked
  if (asked.what === 'rename') {
    return (
      <Dialog open title="Rename the saved query" width={480} onClose={close}>
        <RenameForm key={query.path} query={query} />
      </Dialog>
    )
  }
  return (
    <ConfirmDialog title="Delete the saved query?" action="Delete the file" onClose={close} perform={() => removeSaved(query)}>
      <p>
        <strong>{query.path}</strong> is deleted from the folder. Where the query is open in a tab, its text stays there.
      </p>
    </ConfirmDialog>
  )
}
