import type { ColumnSummary, HistogramBar } from '../../../main/contract/statistics.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import { gridText } from '../grid/cellText.ts'
import { formatCount, formatMany, formatPercent } from '../format.ts'

/** `12 345 different`, `about 12 345 different`, `every value once`. */
export function distinctWords({ rows, nulls, distinct, isExact }: Omit<ColumnSummary, 'column'>): string {
  const present = rows - nulls
  if (present === 0) return 'no value'
  if (distinct === 1) return 'one value only'
  if (isExact && distinct === present) return 'each value once'
  return `${isExact ? '' : 'about '}${formatCount(distinct)} different`
}

export function nullWords({ rows, nulls }: Pick<ColumnSummary, 'rows' | 'nulls'>): string {
  if (nulls === 0) return 'no NULL'
  if (nulls === rows) return 'all NULL'
  const share = nulls / rows
  return `${share < 0.005 ? '<1 %' : formatPercent(share)} NULL`
}

/** A column at a glance, each line on its own. */
export function summaryLines(summary: ColumnSummary): string[] {
  const { column, rows, minimum, maximum } = summary
  const counts = [formatMany(rows, 'row'), ...(rows > 0 ? [nullWords(summary), distinctWords(summary)] : [])].join(', ')
  if (minimum === null || maximum === null) return [`${counts}.`]
  const [from, to] = [gridText(minimum, column), gridText(maximum, column)]
  return [`${counts}.`, from === to ? `Always ${from}.` : `From ${from} to ${to}.`]
}

/** A mean is not exact, so it is told with few digits, written as the values beside it are. */
export function meanWords(mean: number, column: ResultColumn): string {
  return gridText(String(Number(mean.toPrecision(6))), column)
}

export function barWords(bar: HistogramBar, column: ResultColumn): string {
  const from = gridText(bar.from, column)
  const isOne = column.kind === 'number' && Number(bar.to) - Number(bar.from) === 1
  const range = isOne && isInteger(column) ? from : `${from} to below ${gridText(bar.to, column)}`
  return `${range}: ${formatMany(bar.count, 'row')}`
}

function isInteger({ type }: ResultColumn): boolean {
  return /INT|^(smallint|integer|bigint)$/.test(type)
}

/** What a screen reader is told of a column's bars. */
export function histogramSummary(bars: readonly HistogramBar[], column: ResultColumn): string {
  const highest = bars.reduce((top, bar) => (bar.count > top.count ? bar : top), bars[0]!)
  return `Histogram of ${column.name}: ${formatMany(bars.length, 'bar')}, the highest ${barWords(highest, column)}`
}
