import { useEffect, useMemo, useState } from 'react'
import type { Fault } from '../../../main/contract/errors.ts'
import type { SourceTable } from '../../../main/contract/source.ts'
import { engine } from '../../app/engineClient.ts'
import { useLiveStore } from '../../app/live.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { faultOfThrown } from '../../components/consequences.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Checkbox, SearchField } from '../../components/Field.tsx'
import { formatBytes, formatMany } from '../../components/format.ts'
import { Skeleton } from '../../components/Skeleton.tsx'
import { closeTableDialog } from './tableDialogs.ts'
import styles from './TableDialogs.module.css'

/** Rows that are drawn at once; a search finds the others. */
const MOST_SHOWN = 200

/** Tables of the source that the file does not follow, in order. */
function useOtherTables(): { tables: SourceTable[] | null; fault: Fault | null } {
  const [found, setFound] = useState<{ tables: SourceTable[] | null; fault: Fault | null }>({ tables: null, fault: null })
  useEffect(() => {
    let isOpen = true
    const followed = new Set(useLiveStore.getState().snapshot?.tables.map(({ schema, name }) => `${schema}.${name}`))
    engine.workspace.checkSource().then(
      ({ tables }) => {
        if (isOpen) setFound({ tables: tables.filter(({ schema, name }) => !followed.has(`${schema}.${name}`)), fault: null })
      },
      (thrown: unknown) => {
        if (isOpen) setFound({ tables: null, fault: faultOfThrown(thrown) })
      },
    )
    return () => {
      isOpen = false
    }
  }, [])
  return found
}

function TableChoice({ table, chosen, onChange }: { table: SourceTable; chosen: boolean; onChange(chosen: boolean): void }) {
  const cannot = table.follows === 'nothing'
  return (
    <li className={styles.table}>
      <Checkbox checked={chosen} disabled={cannot} onChange={onChange} hint={table.reason}>
        {table.schema}.{table.name}{' '}
        {table.follows === 'inserts-only' && <Badge tone="warn">inserts only</Badge>}
        {cannot && <Badge tone="bad">cannot be copied</Badge>}
      </Checkbox>
      <span className={styles.size}>{formatBytes(table.totalBytes)}</span>
    </li>
  )
}

/** Follows more tables of the source; each with what preflight has to say of it. */
export function AddTablesDialog({ sourceName }: { sourceName: string }) {
  const { tables, fault } = useOtherTables()
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const [search, setSearch] = useState('')
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Fault | null>(null)
  const shown = useMemo(() => {
    const term = search.trim().toLowerCase()
    return (tables ?? []).filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(term))
  }, [tables, search])

  function choose(oid: number, isChosen: boolean): void {
    const next = new Set(chosen)
    if (isChosen) next.add(oid)
    else next.delete(oid)
    setChosen(next)
  }

  async function add(): Promise<void> {
    setBusy(true)
    setRefusal(null)
    try {
      const names = (tables ?? []).filter(({ oid }) => chosen.has(oid)).map(({ schema, name }) => ({ schema, name }))
      await engine.workspace.addTables({ tables: names })
      closeTableDialog()
    } catch (thrown) {
      setRefusal(faultOfThrown(thrown))
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      onClose={closeTableDialog}
      title="Add tables"
      width={560}
      actions={
        <>
          <Button onClick={closeTableDialog}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={chosen.size === 0} onClick={() => void add()}>
            {chosen.size === 0 ? 'Copy and follow' : `Copy and follow ${formatMany(chosen.size, 'table')}`}
          </Button>
        </>
      }
    >
      <div className={styles.words}>
        <div className={styles.top}>
          <p className="muted">They are copied from {sourceName} while the others go on.</p>
          <SearchField label="Search tables" value={search} onChange={setSearch} />
        </div>
        {fault ? (
          <ErrorNote fault={fault} />
        ) : tables === null ? (
          <div className={styles.list}>
            <Skeleton label="The source is asked for its tables" rows={8} />
          </div>
        ) : (
          <ul className={styles.list} aria-label={`Tables of ${sourceName} that are not followed`}>
            {shown.slice(0, MOST_SHOWN).map((table) => (
              <TableChoice key={table.oid} table={table} chosen={chosen.has(table.oid)} onChange={(is) => choose(table.oid, is)} />
            ))}
            {shown.length > MOST_SHOWN && (
              <li className={styles.note}>{formatMany(shown.length - MOST_SHOWN, 'more table')}: search for one by name.</li>
            )}
            {shown.length === 0 && (
              <li className={styles.note}>{tables.length === 0 ? 'Every table of the source is followed.' : 'No table of that name.'}</li>
            )}
          </ul>
        )}
        {refusal && <ErrorNote fault={refusal} />}
      </div>
    </Dialog>
  )
}
