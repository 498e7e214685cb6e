import { memo, useMemo, useState } from 'react'
import { CircleMinus, CopyPlus, Plus, RefreshCw } from 'lucide-react'
import type { LiveTable } from '../../../main/contract/live.ts'
import { tableCopyProgress } from '../../app/copyProgress.ts'
import { tableFaces } from '../../app/tableFaces.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { SearchField } from '../../components/Field.tsx'
import {
  formatAbout, formatAgo, formatBytes, formatCount, formatInstantWithZone, formatMany, formatRate, formatShortCount,
  formatShortRate,
} from '../../components/format.ts'
import { Progress } from '../../components/Progress.tsx'
import { StatusDot } from '../../components/StatusDot.tsx'
import { useNow } from '../../components/useNow.ts'
import { copyAgain } from './actions.ts'
import { openTableDialog } from './tableDialogs.ts'
import styles from './TablesPanel.module.css'
import { VerifiedMark } from './VerifiedMark.tsx'
import { canBeCopiedAgain, canBeRemoved, inOrder, matching, textColumnsNote } from './tableRows.ts'

function Ago({ instant }: { instant: string | null }) {
  const nowMs = useNow()
  return <span title={formatInstantWithZone(instant)}>{formatAgo(instant, nowMs)}</span>
}

/** Stands in the place of the counts while a table is copied: there are none yet. */
function Copying({ table }: { table: LiveTable }) {
  const nowMs = useNow()
  const { fraction, remainingMs, rowsPerSecond } = tableCopyProgress(table, nowMs)
  const { copy } = table
  const expected = copy?.estimatedRows ? ` of about ${formatShortCount(copy.estimatedRows)} rows` : ' rows'
  return (
    <div className={styles.copying}>
      <Progress value={fraction} label={`Copying ${table.schema}.${table.name}`} />
      <span>
        {formatCount(copy?.rows ?? 0)}
        {expected} · {formatBytes(copy?.bytes ?? 0)}
        {rowsPerSecond !== null && ` · ${formatShortRate(rowsPerSecond)} rows/s`}
        {remainingMs !== null && ` · about ${formatAbout(remainingMs)} to go`}
      </span>
    </div>
  )
}

function Counts({ table }: { table: LiveTable }) {
  return (
    <>
      <td className={styles.number}>{formatRate(table.changesPerSecond)}</td>
      <td className={styles.number}>{formatCount(table.inserts)}</td>
      <td className={styles.number}>{formatCount(table.updates)}</td>
      <td className={styles.number}>{formatCount(table.deletes)}</td>
      <td className={styles.number}>
        <Ago instant={table.lastChangeAt} />
      </td>
    </>
  )
}

function TextColumns({ table }: { table: LiveTable }) {
  return (
    <ul className={styles.textColumns}>
      {table.textColumns.map((column) => (
        <li key={column.name}>
          <code>{column.name}</code> <span className="muted">{column.sourceType}</span>{' '}
          {column.note ?? 'is kept as its Postgres text: DuckDB has no type that holds it exactly.'}
        </li>
      ))}
    </ul>
  )
}

const COLUMNS = 10

const TableRow = memo(function TableRow({ table }: { table: LiveTable }) {
  const [unfolded, setUnfolded] = useState(false)
  const face = tableFaces[table.state]
  const note = textColumnsNote(table)
  const name = `${table.schema}.${table.name}`
  const notYet = table.state === 'copying' || table.state === 'init'
  return (
    <>
      <tr className={styles.row} data-state={table.state}>
        <th scope="row" className={styles.name}>
          <span className={styles.nameAndNote}>
            <span className={styles.cut} title={name}>
              <span className={styles.schema}>{table.schema}.</span>
              {table.name}
            </span>
            {note && (
              <button type="button" className={styles.note} title="Columns kept as their Postgres text"
                aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
                {note}
              </button>
            )}
          </span>
        </th>
        <td>
          <StatusDot tone={face.tone} shape={face.shape}>
            {face.word}
          </StatusDot>
        </td>
        <td className={styles.number}>{notYet ? '' : formatCount(table.rows)}</td>
        <td>
          <VerifiedMark verified={table.verified} />
        </td>
        {table.state === 'init' ? (
          <td colSpan={5} />
        ) : table.state === 'copying' ? (
          <td colSpan={5}>
            <Copying table={table} />
          </td>
        ) : (
          <Counts table={table} />
        )}
        <td className={styles.action}>
          {table.state !== 'errored' && canBeCopiedAgain(table) && (
            <IconButton
              size="small"
              icon={RefreshCw}
              label={`Copy ${name} again`}
              onClick={() => void copyAgain(table)}
            />
          )}
          {canBeRemoved(table) && (
            <IconButton
              size="small"
              icon={CircleMinus}
              label={`Stop following ${name}`}
              onClick={() => openTableDialog({ kind: 'remove', table: { schema: table.schema, name: table.name } })}
            />
          )}
        </td>
      </tr>
      {table.state === 'errored' && (
        <tr className={styles.below}>
          <td colSpan={COLUMNS}>
            <div className={styles.errored}>
              <p>
                {table.reason ?? 'A change could not be applied.'}{' '}
                <span className="muted">
                  The other tables go on.{' '}
                  {table.isGone
                    ? 'What was copied can still be queried; removing the table deletes it from the file.'
                    : 'To copy it again brings it back from a new snapshot.'}
                </span>
              </p>
              {table.isGone ? (
                <Button size="small" icon={CircleMinus} onClick={() => openTableDialog({ kind: 'remove', table: { schema: table.schema, name: table.name } })}>
                  Remove
                </Button>
              ) : (
                <Button size="small" icon={CopyPlus} onClick={() => void copyAgain(table)}>
                  Copy again
                </Button>
              )}
            </div>
          </td>
        </tr>
      )}
      {table.state !== 'errored' && table.reason && (
        <tr className={styles.below}>
          <td colSpan={COLUMNS}>
            <p className="muted">{table.reason}</p>
          </td>
        </tr>
      )}
      {unfolded && (
        <tr className={styles.below}>
          <td colSpan={COLUMNS}>
            <TextColumns table={table} />
          </td>
        </tr>
      )}
    </>
  )
})

/** Every table with its state, its rows and what has changed. Rows whose figures stand are not drawn again. */
export function TablesPanel({ tables }: { tables: readonly LiveTable[] }) {
  const [search, setSearch] = useState('')
  const shown = useMemo(() => matching(inOrder(tables), search), [tables, search])
  return (
    <section className={styles.panel} aria-label="Tables">
      <header className={styles.header}>
        <h2>Tables</h2>
        <span className="muted">{formatMany(tables.length, 'table')}</span>
        <Button size="small" icon={Plus} onClick={() => openTableDialog({ kind: 'add' })}>
          Add tables
        </Button>
        {tables.length > 12 && (
          <SearchField label="Search tables" value={search} onChange={setSearch} className={styles.search} />
        )}
      </header>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" className={styles.stateColumn}>
              State
            </th>
            <th scope="col" className={styles.rowsColumn}>
              Rows
            </th>
            <th scope="col" className={styles.verifiedColumn}>
              Verified
            </th>
            <th scope="col" className={styles.narrow}>
              Changes/s
            </th>
            <th scope="col" className={styles.narrow}>
              Inserts
            </th>
            <th scope="col" className={styles.narrow}>
              Updates
            </th>
            <th scope="col" className={styles.narrow}>
              Deletes
            </th>
            <th scope="col" className={styles.lastColumn}>
              Last change
            </th>
            <th scope="col" className={styles.actionColumn}>
              <span className="onlyForReaders">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((table) => (
            <TableRow key={`${table.schema}.${table.name}`} table={table} />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p className={styles.nothing}>{tables.length === 0 ? 'No tables yet.' : 'No table of that name.'}</p>}
    </section>
  )
}
