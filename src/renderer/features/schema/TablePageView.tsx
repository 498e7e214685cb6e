import { useState } from 'react'
import type { ReactNode } from 'react'
import { ArrowLeft, Play } from 'lucide-react'
import type { TablePage } from '../../../main/contract/catalog.ts'
import { SCRATCH } from '../../../main/contract/scratch.ts'
import { handToExplore } from '../../app/statementInHand.ts'
import { usePreferences } from '../../app/preferences.ts'
import { openSchemaPicture } from '../../app/tablePages.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { gridText, markOf } from '../../components/grid/cellText.ts'
import { Skeleton } from '../../components/Skeleton.tsx'
import { filteredSql } from '../../components/sql/filteredSql.ts'
import { selectAllFrom, writtenTableName } from '../../components/sql/names.ts'
import { StatisticsPanel } from '../../components/statistics/StatisticsPanel.tsx'
import { Tabs } from '../../components/Tabs.tsx'
import { Columns } from './Columns.tsx'
import { ScratchActions } from './ScratchActions.tsx'
import { Sides } from './Sides.tsx'
import { Structure } from './Structure.tsx'
import styles from './TablePageView.module.css'
import { SAMPLE_ROWS, useSample } from './useSample.ts'

type Part = 'columns' | 'statistics' | 'rows' | 'structure'

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
  const timeZone = usePreferences((state) => state.preferences.timeZone)
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
        {page.schema !== SCRATCH && !page.replica && <Badge tone="source">on the source only</Badge>}
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
      <Sides page={page} />
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
            timeZone={timeZone}
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
