import type { ForeignKey, TablePage } from '../../../main/contract/catalog.ts'
import { openTablePage } from '../../app/tablePages.ts'
import { Badge } from '../../components/Badge.tsx'
import { formatBytes, formatCount } from '../../components/format.ts'
import styles from './TablePageView.module.css'

function TableLink({ schema, table }: { schema: string; table: string }) {
  return (
    <button type="button" className={styles.link} onClick={() => openTablePage({ schema, name: table })}>
      {schema}.{table}
    </button>
  )
}

function ForeignKeys({ title, keys, from }: { title: string; keys: readonly ForeignKey[]; from: 'this' | 'other' }) {
  if (keys.length === 0) return null
  return (
    <section className={styles.group}>
      <h2>{title}</h2>
      <ul>
        {keys.map((key) => (
          <li key={`${key.schema}.${key.table}.${key.name}`} className={styles.item}>
            <span title={key.name}>{key.name}</span>
            <span className="mono">
              {from === 'this' ? key.columns.join(', ') : <TableLink schema={key.schema} table={key.table} />}
              {from === 'other' && ` (${key.columns.join(', ')})`}
              <span className="muted"> → </span>
              {from === 'this' && <TableLink schema={key.references.schema} table={key.references.table} />}
              {from === 'this' ? ` (${key.references.columns.join(', ')})` : key.references.columns.join(', ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Keys, constraints and indexes, as the source has them; the replica needs none. */
export function Structure({ page, source }: { page: TablePage; source: NonNullable<TablePage['source']> }) {
  const { constraints, indexes, foreignKeys, referencedBy, replicaIdentity } = source
  const isEmpty = constraints.length + indexes.length + foreignKeys.length + referencedBy.length === 0
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Keys and indexes">
      {isEmpty && <p className={styles.note}>The source has neither a key nor an index on {page.schema}.{page.name}.</p>}
      {constraints.length > 0 && (
        <section className={styles.group}>
          <h2>Keys and constraints</h2>
          <ul>
            {constraints.map(({ name, definition }) => (
              <li key={name} className={styles.item}>
                <span title={name}>{name}</span>
                <span className="mono">{definition}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <ForeignKeys title="Refers to" keys={foreignKeys} from="this" />
      <ForeignKeys title="Referred to by" keys={referencedBy} from="other" />
      {indexes.length > 0 && (
        <section className={styles.group}>
          <h2>Indexes on the source</h2>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Index</th>
                <th scope="col" className={styles.number}>Size</th>
                <th scope="col" className={styles.number}>Scans</th>
                <th scope="col">Definition</th>
              </tr>
            </thead>
            <tbody>
              {indexes.map((index) => (
                <tr key={index.name}>
                  <th scope="row">
                    {index.name} {index.isPrimary ? <Badge>primary</Badge> : index.isUnique && <Badge>unique</Badge>}
                    {!index.isValid && <Badge tone="warn">not valid</Badge>}
                  </th>
                  <td className={styles.number}>{formatBytes(index.bytes)}</td>
                  <td className={styles.number}>{formatCount(index.scans)}</td>
                  <td className="mono">{index.definition}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <p className={styles.note}>
        Replica identity: {replicaIdentity}. The replica has no index and needs none.
      </p>
    </div>
  )
}
