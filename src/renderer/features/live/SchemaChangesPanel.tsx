import { memo } from 'react'
import type { LiveSchemaChange } from '../../../main/contract/live.ts'
import { formatInstant, formatInstantWithZone, formatMany } from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import { outcomeFaces, SCHEMA_CHANGES_ID } from './schemaChanges.ts'
import styles from './SchemaChangesPanel.module.css'

function Change({ change: { at, lsn, schema, name, change, outcome } }: { change: LiveSchemaChange }) {
  const { tone, shape, meaning } = outcomeFaces[outcome]
  return (
    <tr>
      <td>
        <time dateTime={at} title={formatInstantWithZone(at)}>
          {formatInstant(at)}
        </time>
      </td>
      <th scope="row" title={`${schema}.${name}`}>
        <span className="muted">{schema}.</span>
        {name}
      </th>
      <td className={styles.change}>{change}</td>
      <td className={styles.lsn}>{lsn ?? <span className="muted">not known</span>}</td>
      <td>
        <StatusDot tone={tone} shape={shape} title={meaning}>
          {outcome}
        </StatusDot>
      </td>
    </tr>
  )
}

/** What has changed of the tables themselves on the source, the newest first. Drawn again only when one comes. */
export const SchemaChangesPanel = memo(
  function SchemaChangesPanel({ changes }: { changes: readonly LiveSchemaChange[] }) {
    return (
      <section className={styles.panel} aria-label="Schema changes" id={SCHEMA_CHANGES_ID} tabIndex={-1}>
        <header className={styles.header}>
          <h2>Schema changes</h2>
          {changes.length > 0 && <span className="muted">{formatMany(changes.length, 'change')}, newest first</span>}
        </header>
        {changes.length === 0 ? (
          <p className={styles.nothing}>
            None so far. When a table changes its columns, its key or its name on the source, the copy follows by itself, and it is
            told here.
          </p>
        ) : (
          <div className={styles.scrolled} tabIndex={0} role="region" aria-label="Schema changes, newest first">
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col" className={styles.atColumn}>
                    Noted
                  </th>
                  <th scope="col" className={styles.tableColumn}>
                    Table
                  </th>
                  <th scope="col">Change</th>
                  <th scope="col" className={styles.lsnColumn}>
                    Log position
                  </th>
                  <th scope="col" className={styles.outcomeColumn}>
                    Outcome
                  </th>
                </tr>
              </thead>
              <tbody>
                {changes.map((change, index) => (
                  <Change key={changes.length - index} change={change} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    )
  },
  ({ changes: before }, { changes: after }) => isSameList(before, after),
)

/** Each snapshot brings the list anew; nothing in it changes once it is there, so its ends tell. */
function isSameList(before: readonly LiveSchemaChange[], after: readonly LiveSchemaChange[]): boolean {
  return before.length === after.length && before[0]?.at === after[0]?.at && before.at(-1)?.at === after.at(-1)?.at
}
