import { useState } from 'react'
import type { ReactNode } from 'react'
import { ArrowLeft, KeyRound, Play, TextCursorInput } from 'lucide-react'
import type { TablePage } from '../../../main/contract/catalog.ts'
import { SCRATCH } from '../../../main/contract/scratch.ts'
import { handToExplore } from '../../app/statementInHand.ts'
import { useLive } from '../../app/live.ts'
import { openSchemaPicture } from '../../app/tablePages.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import {
  formatAgo, formatBytes, formatCount, formatInstantWithZone, formatRate,
} from '../../components/format.ts'
import { gridText, markOf } from '../../components/grid/cellText.ts'
import { Skeleton } from '../../components/Skeleton.tsx'
import { filteredSql } from '../../components/sql/filteredSql.ts'
import { selectAllFrom, writtenTableName } from '../../components/sql/names.ts'
import { StatisticsPanel } from '../../components/statistics/StatisticsPanel.tsx'
import { Tabs } from '../../components/Tabs.tsx'
import { useNow } from '../../components/useNow.ts'
import { ScratchActions } from './ScratchActions.tsx'
import { Structure } from './Structure.tsx'
import styles from './TablePageView.module.css'
import { SAMPLE_ROWS, useSample } from './useSample.ts'

type Part = 'columns' | 'statistics' | 'rows' | 'structure'

function Fact({ label, title, children }: { label: string; title?: string; children: ReactNode }) {
  return (
    <div className={styles.fact} title={title}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** What the table weighs on both sides, and how it moves. */
function Facts({ page }: { page: TablePage }) {
  const nowMs = useNow()
  const live = useLive(({ snapshot }) =>
    snapshot?.tables.find((table) => table.schema === page.schema && table.name === page.name),
  )
  const { source, replica } = page
  const sourceBytes = source ? source.heapBytes + source.indexBytes + source.toastBytes : null
  const parts = source
    ? `heap ${formatBytes(source.heapBytes)}, indexes ${formatBytes(source.indexBytes)}, out of line ${formatBytes(source.toastBytes)}`
    : undefined
  return (
    <dl className={styles.facts}>
      <Fact label="Rows in the replica">{formatCount(live?.rows ?? replica?.rows)}</Fact>
      <Fact label="Rows on the source, estimated" title="The planner’s estimate of the last ANALYZE">
        {formatCount(source?.estimatedRows)}
      </Fact>
      <Fact label="Size on the source" title={parts}>
        <span className={styles.source}>{formatBytes(sourceBytes)}</span>
        {source && <small>{`indexes ${formatBytes(source.indexBytes)}`}</small>}
      </Fact>
      <Fact label="Size in the replica, at most" title="Blocks of the file that hold some of it, as of its last checkpoint">
        <span className={styles.replica}>{replica?.bytes === null ? 'not written yet' : formatBytes(replica?.bytes)}</span>
      </Fact>
      <Fact label="Changes a second">{live ? formatRate(live.changesPerSecond) : '–'}</Fact>
      <Fact label="Last change" title={formatInstantWithZone(live?.lastChangeAt)}>
        {live?.lastChangeAt ? formatAgo(live.lastChangeAt, nowMs) : live ? 'none since the start' : '–'}
      </Fact>
      <Fact label="Copied" title={formatInstantWithZone(replica?.copiedAt)}>
        {replica?.copiedAt ? formatAgo(replica.copiedAt, nowMs) : '–'}
      </Fact>
    </dl>
  )
}

/** How the replica keeps a column's values, beside its type. */
function Kept({ isText, note }: { isText: boolean; note: string | null }) {
  if (!isText) return <Badge title="Every value is the source’s, to the last digit.">exact</Badge>
  return <Badge icon={TextCursorInput} title={note ?? undefined}>as text</Badge>
}

function Columns({ page }: { page: TablePage }) {
  const hasComments = page.columns.some(({ comment }) => comment !== null)
  const hasDefaults = page.columns.some(({ defaultExpression }) => defaultExpression !== null)
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Columns">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col" className={styles.source}>On the source</th>
            <th scope="col" className={styles.replica}>In the replica</th>
            <th scope="col">NULL</th>
            {hasDefaults && <th scope="col">Default</th>}
            {hasComments && <th scope="col">Comment</th>}
          </tr>
        </thead>
        <tbody>
          {page.columns.map((column) => (
            <tr key={`${column.name}-${column.replicaName}`}>
              <th scope="row">
                {column.isKey && <KeyRound size={12} strokeWidth={1.75} role="img" aria-label="key" className={styles.key} />}
                {column.name}
                {column.replicaName !== null && <span className="muted"> as {column.replicaName}</span>}
              </th>
              <td className="mono">{column.sourceType ?? <span className="muted">not there</span>}</td>
              <td>
                <span className="mono">{column.replicaType ?? <span className="muted">not copied</span>}</span>{' '}
                {column.sourceType !== null && column.replicaType !== null && <Kept isText={column.isText} note={column.note} />}
                {column.note && <div className={styles.remark}>{column.note}</div>}
              </td>
              <td className="muted">{column.nullable ? 'yes' : 'no'}</td>
              {hasDefaults && <td className="mono">{column.defaultExpression}</td>}
              {hasComments && <td>{column.comment}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SampleRows({ page }: { page: TablePage }) {
  const { columns, rows, fault, isReading } = useSample(page, page.replica ? 'replica' : 'source')
  if (fault) return <div className={styles.note}><ErrorNote fault={fault} /></div>
  if (isReading) return <Skeleton label="The first rows are being read" rows={8} />
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={`The first ${SAMPLE_ROWS} rows`}>
      <table className={classes(styles.table, styles.sample)}>
        <thead>
          <tr>{columns.map(({ name, kind }, at) => <th key={at} scope="col" data-kind={kind}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, place) => {
                const column = columns[place]!
                return (
                  <td key={place} data-kind={column.kind} data-mark={markOf(cell, column) ?? undefined}>
                    {gridText(cell, column)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className={styles.note}>The table is empty.</p>}
    </div>
  )
}

/** Everything of one table. */
export function TablePageView({ page }: { page: TablePage }) {
  const [part, setPart] = useState<Part>('columns')
  const on = page.replica ? 'replica' : 'source'
  const indexes = page.source?.indexes.length ?? 0
  const keys = (page.source?.foreignKeys.length ?? 0) + (page.source?.referencedBy.length ?? 0)
  const tabs: { id: Part; label: ReactNode }[] = [
    { id: 'columns', label: `Columns ${page.columns.length}` },
    ...(page.replica ? [{ id: 'statistics' as const, label: 'Statistics' }] : []),
    { id: 'rows', label: 'First rows' },
    ...(page.source ? [{ id: 'structure' as const, label: `Keys and indexes ${indexes + keys}` }] : []),
  ]
  const shown: Part = tabs.some(({ id }) => id === part) ? part : 'columns'
  return (
    <article className={styles.page} aria-label={`${page.schema}.${page.name}`}>
      <header className={styles.head}>
        <Button size="small" variant="quiet" icon={ArrowLeft} onClick={openSchemaPicture}>Picture</Button>
        <h1 className={styles.title}>
          <span className="muted">{page.schema}.</span>{page.name}
        </h1>
        {page.kind !== 'table' && <Badge>{page.kind}</Badge>}
        <Badge tone={on}>{page.schema === SCRATCH ? 'your own' : page.replica ? 'in the replica' : 'on the source only'}</Badge>
        <span className={styles.room} />
        {page.schema === SCRATCH && <ScratchActions name={page.name} kind={page.kind === 'view' ? 'view' : 'table'} />}
        <Button
          size="small" icon={Play}
          onClick={() => handToExplore({ title: page.name, sql: selectAllFrom(page), engine: on })}
        >
          Open the rows
        </Button>
      </header>
      {page.comment && <p className={styles.comment}>{page.comment}</p>}
      <Facts page={page} />
      {page.sourceFault && (
        <div className={styles.note}>
          <ErrorNote fault={page.sourceFault} severity="warning" consequence="Below is what the replica knows of it." />
        </div>
      )}
      <Tabs<Part> label="Parts of the page" tabs={tabs} active={shown} onChange={setPart} className={styles.parts}>
        {shown === 'columns' && <Columns page={page} />}
        {shown === 'statistics' && (
          <StatisticsPanel
            subject={{ table: { schema: page.schema, name: page.name } }}
            engine="replica"
            onFilter={(filters, columns) =>
              handToExplore({ title: page.name, sql: filteredSql(writtenTableName(page), filters, columns), engine: 'replica' })
            }
          />
        )}
        {shown === 'rows' && <SampleRows page={page} />}
        {shown === 'structure' && page.source && <Structure page={page} source={page.source} />}
      </Tabs>
    </article>
  )
}
