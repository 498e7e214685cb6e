import { useEffect, useState } from 'react'
import type { RangeTotals, ResultRange } from '../../../main/contract/resultRange.ts'
import { engine } from '../../app/engineClient.ts'
import { formatCount, formatExact, formatMany } from '../../components/format.ts'
import styles from './ResultTotals.module.css'

/** The selection is often drawn with the mouse; only where it rests is it added up. */
const RESTS_MS = 120

function useTotals(queryId: string, range: ResultRange | null): RangeTotals | null {
  const [totals, setTotals] = useState<{ range: ResultRange; totals: RangeTotals } | null>(null)
  useEffect(() => {
    if (!range || (range.rowCount === 1 && range.columns.length === 1)) return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      engine.query.totals({ queryId, range }, { signal: abort.signal }).then(
        (answer) => answer && !abort.signal.aborted && setTotals({ range, totals: answer }),
        // Superseded, or its result is gone: the strip stays as it is.
        () => undefined,
      )
    }, RESTS_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [queryId, range])
  return totals && totals.range === range ? totals.totals : null
}

const shown = (text: string): string => (/^-?\d/.test(text) && !/^\d{4}-\d\d-\d\d/.test(text) ? formatExact(text) : text)

/** What the selected cells come to; a strip that is always there, so that nothing jumps. */
export function ResultTotals(props: {
  queryId: string
  range: ResultRange | null
  notice: string | null
  /** How many columns are hidden. */
  hidden: number
}) {
  const { queryId, range, notice, hidden } = props
  const totals = useTotals(queryId, range)
  const figures: [string, string][] = []
  if (totals) {
    const about = totals.isExact ? '' : '≈ '
    if (totals.sum !== null) figures.push(['sum', about + shown(totals.sum)])
    if (totals.average !== null) figures.push(['avg', about + shown(totals.average)])
    if (totals.least !== null) figures.push(['min', shown(totals.least)])
    if (totals.greatest !== null) figures.push(['max', shown(totals.greatest)])
    figures.push(['distinct', formatCount(totals.distinct)])
    if (totals.values !== totals.cells) figures.push(['NULL', formatCount(totals.cells - totals.values)])
  }
  return (
    <div className={styles.strip} role="status" aria-label="The selection" data-testid="totals">
      <span className={styles.notice}>{notice}</span>
      {hidden > 0 && (
        <span className={styles.name} title="The menu of any column shows them again">{formatMany(hidden, 'column')} hidden</span>
      )}
      {range && (
        <span className="figure">
          {range.rowCount === 1 && range.columns.length === 1
            ? `row ${formatCount(range.firstRow + 1)}`
            : `${formatMany(range.rowCount, 'row')} × ${formatMany(range.columns.length, 'column')}`}
        </span>
      )}
      {figures.map(([name, figure]) => (
        <span key={name} className="figure" title={totals?.isExact ? undefined : 'With floating-point numbers: not exact'}>
          <span className={styles.name}>{name}</span> {figure}
        </span>
      ))}
    </div>
  )
}
