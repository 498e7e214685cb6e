import type { Aggregate, ChartKind, ChartSettings } from '../../../main/contract/chart.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'

/** Numbers that name something are no measure. */
const NAMES_SOMETHING = /^(id|oid|pid|key|zip|postcode|year)$|(_id|_key|_zip|_no|_number|Id)$/

export function isMeasure({ name, kind }: ResultColumn): boolean {
  return kind === 'number' && !NAMES_SOMETHING.test(name)
}

export function isInstant({ kind, type }: ResultColumn): boolean {
  return kind === 'instant' && /^(date|timestamp)/i.test(type)
}

/**
 * The chart that a person most likely wants of such columns: time makes lines, names make bars, two numbers
 * a scatter, one number a histogram. Null where there is nothing to draw. A pie is never proposed.
 */
export function defaultChart(columns: readonly ResultColumn[]): ChartSettings | null {
  const measures = columns.filter(isMeasure)
  const instant = columns.find(isInstant)
  const names = columns.filter(({ kind }) => kind === 'text' || kind === 'boolean')
  const year = columns.find((column) => column.kind === 'number' && !isMeasure(column))
  const chart = (kind: ChartKind, x: ResultColumn, part: Partial<ChartSettings> = {}): ChartSettings => ({
    kind, x: x.name, y: measures.slice(0, 1).map(({ name }) => name), series: null, aggregate: 'sum', bucket: 'auto',
    ...part,
  })
  if (instant) {
    const series = names[0]?.name ?? null
    return measures.length > 0 ? chart('line', instant, { series }) : chart('bar', instant, { series, aggregate: 'count' })
  }
  if (names[0]) {
    const aggregate: Aggregate = measures.length > 0 ? 'sum' : 'count'
    return names[1]
      ? chart('stacked', names[0], { aggregate, series: names[1].name })
      : chart('bar', names[0], { aggregate, y: measures.slice(0, 3).map(({ name }) => name) })
  }
  if (year && measures.length > 0) return chart('line', year)
  if (measures.length >= 2) return chart('scatter', measures[0]!, { y: [measures[1]!.name], aggregate: 'none' })
  const only = measures[0] ?? year
  return only ? chart('histogram', only, { y: [], aggregate: 'count' }) : null
}

/** The settings as they fit the columns: what is gone is left out; null where nothing of them is left. */
export function fittingChart(settings: ChartSettings, columns: readonly ResultColumn[]): ChartSettings | null {
  const names = new Set(columns.map(({ name }) => name))
  if (settings.x === null || !names.has(settings.x)) return null
  const y = settings.y.filter((name) => names.has(name))
  if (y.length === 0 && settings.y.length > 0) return null
  return { ...settings, y, series: settings.series !== null && names.has(settings.series) ? settings.series : null }
}

/** What a kind needs that the settings lack is put in, so that no choice ends in an error. */
export function withKind(settings: ChartSettings, kind: ChartKind, columns: readonly ResultColumn[]): ChartSettings {
  const measures = columns.filter(isMeasure)
  const names = columns.filter(({ kind: valueKind }) => valueKind === 'text' || valueKind === 'boolean')
  // A measure lies along the axis of a histogram or a scatter; other kinds want what it is measured by.
  const lies = columns.find(({ name }) => name === settings.x)
  const proposed = lies && isMeasure(lies) && ['histogram', 'scatter'].includes(settings.kind) ? defaultChart(columns) : null
  // That rows stay as they are was the scatter's, and no wish of the person's.
  const aggregate = settings.aggregate === 'none' && settings.kind === 'scatter' ? 'sum' : settings.aggregate
  const next: ChartSettings = { ...settings, ...(proposed ? { x: proposed.x, y: proposed.y } : {}), aggregate, kind }
  if (kind === 'histogram') {
    const current = columns.find(({ name }) => name === settings.y[0]) ?? columns.find(({ name }) => name === settings.x)
    const x = current && (isMeasure(current) || isInstant(current)) ? current : (measures[0] ?? current)
    return { ...next, x: x?.name ?? settings.x }
  }
  if (kind === 'scatter') {
    const numbers = columns.filter((column) => column.kind === 'number')
    const y = settings.y[0] ?? measures.at(-1)?.name
    const x = numbers.find(({ name }) => name === settings.x) ?? numbers.find(({ name }) => name !== y)
    return { ...next, x: x?.name ?? settings.x, y: y === undefined ? [] : [y], aggregate: 'none' }
  }
  const hasMeasure = next.y.length > 0
  const series =
    settings.series === null && (kind === 'heatmap' || kind === 'pivot')
      ? (names.find(({ name }) => name !== next.x)?.name ?? null)
      : settings.series
  const y = ['pie', 'heatmap', 'pivot'].includes(kind) ? next.y.slice(0, 1) : next.y
  return { ...next, y, series, aggregate: !hasMeasure ? 'count' : aggregate === 'count' && settings.y.length === 0 ? 'sum' : aggregate }
}
