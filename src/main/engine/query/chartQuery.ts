import type { Aggregate, ChartKind, ChartSettings, TimeBucket } from '../../contract/chart.ts'
import { MillraceError } from '../../contract/errors.ts'
import type { Relation, RelationColumn } from './relation.ts'

/** How much a picture can hold and a person can read. */
const MOST_POINTS = 5_000
const MOST_CATEGORIES: Record<ChartKind, number> = {
  line: 200,
  area: 200,
  bar: 60,
  stacked: 60,
  scatter: MOST_POINTS,
  pie: 12,
  histogram: 60,
  heatmap: 60,
  pivot: 200,
}
const MOST_SERIES: Record<ChartKind, number> = {
  line: 12,
  area: 12,
  bar: 12,
  stacked: 12,
  scatter: 12,
  pie: 1,
  histogram: 1,
  heatmap: 40,
  pivot: 40,
}
/** More instants than this along a line are put together by `auto`; along other axes, what they hold. */
const MOST_BUCKETS = 400

/** How many instants `auto` leaves along the axis. */
export function mostBuckets(kind: ChartKind): number {
  return kind === 'line' || kind === 'area' ? MOST_BUCKETS : MOST_CATEGORIES[kind]
}

/** Chart settings with their columns found in a relation. */
export interface ChartPlan {
  kind: ChartKind
  x: RelationColumn
  y: RelationColumn[]
  series: RelationColumn | null
  aggregate: Aggregate
}

/** Columns that are gone are left out; throws CHART_COLUMN_MISSING where nothing is left to draw. */
export function planChart(settings: ChartSettings, columns: readonly RelationColumn[]): ChartPlan {
  const find = (name: string | null) => columns.find((column) => column.name === name) ?? null
  const x = find(settings.x)
  const y = settings.y.map(find).filter((column) => column !== null)
  const aggregate = aggregateOf(settings, y.length > 0)
  if (!x || (y.length === 0 && aggregate !== 'count' && settings.kind !== 'histogram')) {
    throw new MillraceError({
      code: 'CHART_COLUMN_MISSING',
      message: 'The result has not the columns that the chart draws.',
      advice: 'Choose columns of this result for the chart.',
    })
  }
  const splits = !['pie', 'histogram'].includes(settings.kind)
  return { kind: settings.kind, x, y, series: splits ? find(settings.series) : null, aggregate }
}

function aggregateOf({ kind, aggregate }: ChartSettings, hasMeasure: boolean): Aggregate {
  if (kind === 'scatter') return 'none'
  if (!hasMeasure) return 'count'
  // These have one value a cell, so several rows must become one.
  return aggregate === 'none' && ['pie', 'heatmap', 'pivot'].includes(kind) ? 'sum' : aggregate
}

/** Names as the legend tells them: `sum(total)`, `total`, `rows`. */
export function measureNames({ y, aggregate }: ChartPlan): string[] {
  if (y.length === 0) return ['rows']
  return y.map(({ name }) => (aggregate === 'none' ? name : `${aggregate}(${name})`))
}

/** True where instants along the axis may be put together. */
export function canBucket({ x, aggregate, kind }: ChartPlan): boolean {
  return aggregate !== 'none' && kind !== 'scatter' && x.kind === 'instant' && /^(date|timestamp)/i.test(x.type)
}

const bucketSeconds: [Exclude<TimeBucket, 'none' | 'auto'>, number][] = [
  ['minute', 60],
  ['hour', 3_600],
  ['day', 86_400],
  ['week', 604_800],
  ['month', 2_629_746],
  ['quarter', 7_889_238],
  ['year', 31_556_952],
]

/** The smallest step that keeps the axis readable; `none` where there are few instants anyway. */
export function automaticBucket(spanSeconds: number, distinct: number, isDate: boolean, most: number): TimeBucket {
  if (distinct <= most) return 'none'
  const steps = isDate ? bucketSeconds.filter(([, seconds]) => seconds >= 86_400) : bucketSeconds
  return steps.find(([, seconds]) => spanSeconds / seconds < most)?.[0] ?? 'year'
}

function measureSql(column: RelationColumn, aggregate: Aggregate): string {
  const number = column.kind === 'number' ? column.sql : `TRY_CAST(${column.sql} AS DOUBLE)`
  switch (aggregate) {
    case 'none':
    case 'min':
    case 'max':
    case 'count':
      return column.sql
    case 'sum':
    case 'avg':
    case 'median':
      return number
  }
}

function bucketSql(x: RelationColumn, bucket: TimeBucket): string {
  if (bucket === 'none' || bucket === 'auto') return x.sql
  const start = `date_trunc('${bucket}', ${x.sql})`
  return bucket === 'minute' || bucket === 'hour' ? start : `CAST(${start} AS DATE)`
}

export interface ChartSql {
  /** Rows of `x, series, y…` as text, in the order in which they are drawn. */
  rows: string
  /** One row: how many values of `x` and of `series` there are in all; null where nothing can be cut. */
  counts: string | null
  mostCategories: number
  mostSeries: number
}

/** The statements of every kind but the histogram. */
export function chartSql(plan: ChartPlan, relation: Pick<Relation, 'sql'>, bucket: TimeBucket): ChartSql {
  const { kind, x, y, series, aggregate } = plan
  const along = bucketSql(x, bucket)
  const measures = y.length > 0 ? y.map((column) => measureSql(column, aggregate)) : ['1']
  const columns = [`${along} AS x`, `${series?.sql ?? 'NULL'} AS s`, ...measures.map((sql, at) => `${sql} AS y${at}`)]
  const mostSeries = MOST_SERIES[kind]
  const isContinuous = x.kind === 'number' || x.kind === 'instant'
  const isGrid = kind === 'heatmap' || kind === 'pivot' || kind === 'bar' || kind === 'stacked' || kind === 'pie'
  const mostCategories = isContinuous && !isGrid ? MOST_POINTS : MOST_CATEGORIES[kind]
  const read = `SELECT ${columns.join(', ')} FROM ${relation.sql}`
  const limits = { mostCategories, mostSeries }
  const drawn = measures.map((_, at) => at)
  const texts = (names: string[]) => names.map((name) => `CAST(${name} AS VARCHAR)`).join(', ')
  if (aggregate === 'none') {
    const limit = kind === 'scatter' ? MOST_POINTS : mostCategories * (series ? mostSeries : 1)
    const sample = kind === 'scatter' ? `USING SAMPLE reservoir(${limit} ROWS) REPEATABLE (1)` : `LIMIT ${limit}`
    const names = ['x', 's', ...drawn.map((at) => `y${at}`)]
    return {
      rows: `SELECT ${texts(names)} FROM (${read} WHERE ${along} IS NOT NULL) AS read ${sample}`,
      counts: `SELECT CASE WHEN count(*) > ${limit} THEN count(*) ELSE 0 END, 0 FROM ${relation.sql}`,
      mostCategories: limit,
      mostSeries,
    }
  }
  const grouped = drawn.map((at) => `${aggregate}(y${at}) AS m${at}`)
  const weight = `sum(abs(TRY_CAST(m0 AS DOUBLE)))`
  const order = isContinuous && kind !== 'pie' ? 'x NULLS LAST' : `${weight} DESC NULLS LAST, x NULLS LAST`
  const names = ['g.x', 'g.s', ...drawn.map((at) => `g.m${at}`)]
  const withGroups = `WITH read AS (${read}), g AS (SELECT x, s, ${grouped.join(', ')} FROM read GROUP BY x, s)`
  return {
    rows: `${withGroups},
      xs AS (SELECT x, row_number() OVER (ORDER BY ${order}) AS place FROM g GROUP BY x),
      ss AS (SELECT s, row_number() OVER (ORDER BY ${weight} DESC NULLS LAST, s NULLS LAST) AS place FROM g GROUP BY s)
      SELECT ${texts(names)} FROM g
      JOIN xs ON g.x IS NOT DISTINCT FROM xs.x AND xs.place <= ${mostCategories}
      JOIN ss ON g.s IS NOT DISTINCT FROM ss.s AND ss.place <= ${mostSeries}
      ORDER BY xs.place, ss.place`,
    counts: `${withGroups} SELECT count(DISTINCT x) + max(x IS NULL)::INT, count(DISTINCT s) + max(s IS NULL)::INT FROM g`,
    ...limits,
  }
}
