import { EyeOff, KeyRound, TextCursorInput } from 'lucide-react'
import type { TablePage, TablePageColumn } from '../../../main/contract/catalog.ts'
import { openTablePage } from '../../app/tablePages.ts'
import { Badge } from '../../components/Badge.tsx'
import { classes } from '../../components/classes.ts'
import { ColumnMask } from './ColumnMask.tsx'
import styles from './TablePageView.module.css'

/** How the replica keeps a column's values, beside its type: what is exact is the rule and said quietly. */
function Kept({ isText, mask }: Pick<TablePageColumn, 'isText' | 'mask'>) {
  if (mask) return <Badge icon={EyeOff}>masked: {mask}</Badge>
  if (!isText) return <span className={styles.exact} title="Every value is the source’s, to the last digit.">exact</span>
  return <Badge icon={TextCursorInput}>as text</Badge>
}

/** Where a column refers to another table by itself, the way there. */
function Reference({ page, column }: { page: TablePage; column: TablePageColumn }) {
  const key = page.source?.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column.name)
  if (!key) return null
  const { schema, table } = key.references
  return (
    <>
      {' '}
      <button type="button" className={styles.link} title={`Refers to ${schema}.${table}`} onClick={() => openTablePage({ schema, name: table })}>
        → {schema === page.schema ? table : `${schema}.${table}`}
      </button>
    </>
  )
}

/** The columns with their types on both sides. */
export function Columns({ page }: { page: TablePage }) {
  const hasSource = page.columns.some(({ sourceType }) => sourceType !== null)
  const hasReplica = page.columns.some(({ replicaType }) => replicaType !== null)
  const hasRemarks = page.columns.some(({ comment, note }) => comment !== null || note !== null)
  const hasMasks = page.columns.some(({ isFollowed }) => isFollowed)
  const hasDefaults = page.columns.some(({ defaultExpression }) => defaultExpression !== null)
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Columns">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Column</th>
            {hasSource && <th scope="col" className={styles.source}>On the source</th>}
            {hasReplica && <th scope="col" className={styles.replica}>In the replica</th>}
            {hasMasks && <th scope="col">Mask</th>}
            <th scope="col">NULL</th>
            {hasDefaults && <th scope="col">Default</th>}
            {hasRemarks && <th scope="col">Remarks</th>}
          </tr>
        </thead>
        <tbody>
          {page.columns.map((column) => (
            <tr key={`${column.name}-${column.replicaName}`}>
              <th scope="row">
                <span className={styles.keyPlace}>
                  {column.isKey && <KeyRound size={12} strokeWidth={1.75} role="img" aria-label="key" />}
                </span>
                <span className={styles.bounded}>{column.name}</span>
                {column.replicaName !== null && <span className="muted"> as {column.replicaName}</span>}
                <Reference page={page} column={column} />
              </th>
              {hasSource && (
                <td>
                  <span className={classes('mono', styles.bounded)}>{column.sourceType ?? <span className="muted">not there</span>}</span>
                </td>
              )}
              {hasReplica && (
                <td className={styles.kept}>
                  <span className={classes('mono', styles.bounded)}>{column.replicaType ?? <span className="muted">not copied</span>}</span>{' '}
                  {column.sourceType !== null && column.replicaType !== null && <Kept isText={column.isText} mask={column.mask} />}
                </td>
              )}
              {hasMasks && <td>{column.isFollowed && <ColumnMask page={page} column={column} />}</td>}
              <td className="muted">{column.nullable ? 'yes' : 'never'}</td>
              {hasDefaults && <td><span className={classes('mono', styles.bounded)}>{column.defaultExpression}</span></td>}
              {hasRemarks && (
                <td className={styles.words}>
                  {column.comment}
                  {column.comment && column.note && ' '}
                  {column.note && <span className={styles.remark}>{column.note}</span>}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
