import type { ReactNode } from 'react'
import { RefreshCw, Sigma, Square } from 'lucide-react'
import type { Fault } from '../../../main/contract/errors.ts'
import type { ColumnFilter, ColumnTest } from '../../../main/contract/resultView.ts'
import type { ColumnStatistics } from '../../../main/contract/statistics.ts'
import type { Cell, EngineName, ResultColumn } from '../../../main/contract/values.ts'
import { Button } from '../Button.tsx'
import { EmptyState } from '../EmptyState.tsx'
import { ErrorNote } from '../ErrorNote.tsx'
import { formatCount, formatMany } from '../format.ts'
import { gridText } from '../grid/cellText.ts'
import { Progress } from '../Progress.tsx'
import { Skeleton } from '../Skeleton.tsx'
import { Bars } from './Bars.tsx'
import { barWords, distinctWords, histogramSummary, meanWords, nullWords } from './statisticsWords.ts'
import { statisticsInZone } from './statisticsZone.ts'
import styles from './StatisticsPanel.module.css'
import { useStatistics } from './useStatistics.ts'
import type { StatisticsSubject } from './useStatistics.ts'

/** DuckDB cuts the values that it tells here; a longer one is not the whole value. */
const WHOLE_VALUE_CHARACTERS = 200

type OnFilter = (filters: ColumnFilter[], columns: readonly ResultColumn[]) => void

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.figure}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Value({ value, column }: { value: Cell; column: ResultColumn }) {
  const text = gridText(value, column)
  return <span className={styles.value} title={text}>{text}</span>
}

function Extremes({ statistics, column }: { statistics: ColumnStatistics; column: ResultColumn }) {
  const { minimum, maximum, quartiles, mean, isExact } = statistics
  if (minimum === null && maximum === null) return null
  return (
    <dl className={styles.figures}>
      <Figure label="min"><Value value={minimum} column={column} /></Figure>
      {quartiles && (
        <>
          <Figure label={isExact ? '25 %' : '25 % ≈'}><Value value={quartiles[0]} column={column} /></Figure>
          <Figure label={isExact ? 'median' : 'median ≈'}><Value value={quartiles[1]} column={column} /></Figure>
          <Figure label={isExact ? '75 %' : '75 % ≈'}><Value value={quartiles[2]} column={column} /></Figure>
        </>
      )}
      <Figure label="max"><Value value={maximum} column={column} /></Figure>
      {mean !== null && <Figure label="mean"><span className={styles.value}>{meanWords(mean, column)}</span></Figure>}
    </dl>
  )
}

function TopValues(props: {
  statistics: ColumnStatistics
  column: ResultColumn
  onChoose: ((value: string) => void) | null
}) {
  const { statistics, column, onChoose } = props
  const { topValues, rows } = statistics
  if (topValues.length === 0) return null
  const most = topValues[0]!.count
  return (
    <ul className={styles.top} aria-label={`Most frequent values of ${column.name}`}>
      {topValues.slice(0, 6).map(({ value, count }) => (
        <li key={value}>
          <button
            type="button"
            className={styles.topValue}
            disabled={!onChoose || value.length >= WHOLE_VALUE_CHARACTERS}
            title={`${gridText(value, column)}: ${formatMany(count, 'row')} of ${formatCount(rows)}`}
            onClick={() => onChoose?.(value)}
          >
            <span className={styles.topBar} style={{ width: `${(count / most) * 100}%` }} aria-hidden />
            <span className={styles.topText}>{gridText(value, column)}</span>
            <span className={styles.topCount}>{formatCount(count)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function ColumnRow(props: {
  column: ResultColumn
  index: number
  found: ColumnStatistics | Fault | undefined
  isStopped: boolean
  onFilter: ((filters: ColumnFilter[]) => void) | null
}) {
  const { column, index, found, isStopped, onFilter } = props
  const filter = (...tests: ColumnTest[]): void => onFilter?.(tests.map((test) => ({ column: index, test })))
  const isFound = found !== undefined && 'rows' in found
  return (
    <li className={styles.row} data-testid={`statistics-${column.name}`}>
      <div className={styles.name}>
        <strong title={column.name}>{column.name}</strong>
        <span className={styles.type}>{column.type}</span>
        {isFound && (
          <>
            <span className={styles.fact}>{distinctWords(found)}</span>
            {found.nulls > 0 && onFilter ? (
              <button type="button" className={styles.link} onClick={() => filter({ kind: 'null' })}>
                {nullWords(found)}
              </button>
            ) : (
              <span className={styles.fact}>{nullWords(found)}</span>
            )}
          </>
        )}
      </div>
      {!found && (isStopped ? <p className={styles.fact}>not computed</p> : <Skeleton rows={2} label={`${column.name} is being computed`} />)}
      {found && !isFound && <div className={styles.failed}><ErrorNote fault={found} /></div>}
      {isFound && (
        <>
          <div className={styles.shape}>
            {found.histogram ? (
              <Bars
                label={histogramSummary(found.histogram, column)}
                bars={found.histogram.map((bar) => ({ words: barWords(bar, column), count: bar.count }))}
                onChoose={
                  onFilter &&
                  ((at) => {
                    const { from, to } = found.histogram![at]!
                    filter({ kind: 'at-least', value: from }, { kind: 'less', value: to })
                  })
                }
              />
            ) : null}
            {(column.kind === 'text' || column.kind === 'boolean' || !found.histogram || found.distinct <= 6) && (
              <TopValues
                statistics={found}
                column={column}
                onChoose={onFilter && ((value) => filter({ kind: 'equal', value }))}
              />
            )}
          </div>
          <Extremes statistics={found} column={column} />
        </>
      )}
    </li>
  )
}

interface StatisticsPanelProps {
  subject: StatisticsSubject
  /** Instants that name their offset are written in this zone; null leaves them as the engine gives them. */
  timeZone?: string | null
  /** Whose colour the bars wear. */
  engine: EngineName
  /** What a click on a bar does; null where the rows cannot be narrowed. */
  onFilter: OnFilter | null
}

/** The statistics of every column, as they come. */
export function StatisticsPanel({ subject, timeZone = null, engine, onFilter }: StatisticsPanelProps) {
  const state = useStatistics(subject)
  const { columns, done, isRunning, isStopped, fault, note } = state
  const found = state.found.map((entry, at) =>
    timeZone !== null && columns[at]?.kind === 'instant' && entry && 'rows' in entry ? statisticsInZone(entry, timeZone) : entry,
  )
  if (fault) return <div className={styles.note}><ErrorNote fault={fault} /></div>
  if (columns.length === 0) {
    if (isRunning) return <Skeleton label="The statistics are being computed" rows={6} />
    return <EmptyState icon={Sigma} title="No columns" text="There is nothing to be counted." />
  }
  const rows = found.find((entry): entry is ColumnStatistics => entry !== undefined && 'rows' in entry)?.rows
  return (
    <section className={styles.panel} aria-label="Statistics" data-engine={engine} aria-busy={isRunning}>
      <header className={styles.head}>
        <span role="status">
          {isRunning
            ? `${done} of ${formatMany(columns.length, 'column')}`
            : `${formatMany(columns.length, 'column')}${rows === undefined ? '' : `, ${formatMany(rows, 'row')}`}`}
          {isStopped && ', stopped'}
        </span>
        {note && <span className="muted">{note}</span>}
        <span className={styles.room} />
        {isRunning ? (
          <>
            <Progress className={styles.progress} value={done / columns.length} label="Columns computed" tone={engine} />
            <Button size="small" variant="quiet" icon={Square} onClick={state.stop}>Stop</Button>
          </>
        ) : (
          <Button size="small" variant="quiet" icon={RefreshCw} onClick={state.again}>Compute again</Button>
        )}
      </header>
      <ul className={styles.rows} tabIndex={0} aria-label="Columns">
        {columns.map((column, index) => (
          <ColumnRow
            key={index} column={column} index={index} found={found[index]} isStopped={isStopped}
            onFilter={onFilter && ((filters) => onFilter(filters, columns))}
          />
        ))}
      </ul>
    </section>
  )
}
