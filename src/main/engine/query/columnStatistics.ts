import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnStatistics, ColumnSummary, HistogramBar } from '../../contract/statistics.ts'
import { barsOfNumbers, barsOfSeconds, edgeOf, instantText } from './histogram.ts'
import type { Bars } from './histogram.ts'
import type { Relation, RelationColumn } from './relation.ts'

/** Up to here everything is counted; beyond, distinct values and quantiles are DuckDB's estimates, and named so. */
export const EXACT_UP_TO_ROWS = 1_000_000
/** A longer column with more different values than this is not grouped by value. */
const MOST_GROUPS_OF_LONG_COLUMNS = 100_000
/** Up to here a glance counts distinct values too; it is to answer in an instant. */
const GLANCE_EXACT_UP_TO_ROWS = 200_000
const TOP_VALUES = 8
const VALUE_CHARACTERS = 200

const INTEGER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|smallint|integer|bigint|oid)$/

/** Numbers, dates and timestamps have bars; a time of the day has an order and no bars. */
function barsKind(column: RelationColumn): 'number' | 'instant' | null {
  if (column.kind === 'number') return 'number'
  return column.kind === 'instant' && /^(date|timestamp)/i.test(column.type) ? 'instant' : null
}

const cut = (value: string): string => `left(CAST(${value} AS VARCHAR), ${VALUE_CHARACTERS})`

/** The value as what it is compared by: types without an order of their own are known by their text. */
function valueSql(column: RelationColumn): string {
  return ['json', 'list', 'binary', 'other'].includes(column.kind) ? `CAST(${column.sql} AS VARCHAR)` : column.sql
}

interface Glance {
  rows: bigint
  present: bigint
  distinctValues: bigint
  minimum: string | null
  maximum: string | null
}

interface Summary extends Glance {
  quartiles: string | null
  mean: number | null
  lowest: number | null
  highest: number | null
}

const hasOrder = ({ kind }: RelationColumn): boolean => !['json', 'list', 'binary', 'other'].includes(kind)

/** Of a column `v`. What a type does not have is NULL, so that every column is asked the same. */
function glanceSql(column: RelationColumn, isExact: boolean): string {
  return `count(*) AS rows, count(v) AS present,
    ${isExact ? 'count(DISTINCT v)' : 'approx_count_distinct(v)'} AS "distinctValues",
    ${hasOrder(column) ? cut('min(v)') : 'NULL'} AS minimum, ${hasOrder(column) ? cut('max(v)') : 'NULL'} AS maximum`
}

/** One row. */
export function summarySql(relation: Pick<Relation, 'sql'>, column: RelationColumn, isExact: boolean): string {
  const hasQuantiles = column.kind === 'number' || column.kind === 'instant'
  const bars = barsKind(column)
  const position = positionSql(bars)
  const quantile = isExact ? 'quantile_disc' : 'approx_quantile'
  return `SELECT ${glanceSql(column, isExact)},
    ${hasQuantiles ? `to_json(CAST(${quantile}(v, [0.25, 0.5, 0.75]) AS VARCHAR[]))` : 'NULL'} AS quartiles,
    ${column.kind === 'number' ? 'avg(CAST(v AS DOUBLE))' : 'NULL'} AS mean,
    ${bars ? `min(${position}) FILTER (WHERE isfinite(${position}))` : 'NULL'} AS lowest,
    ${bars ? `max(${position}) FILTER (WHERE isfinite(${position}))` : 'NULL'} AS highest
    FROM (SELECT ${valueSql(column)} AS v FROM ${relation.sql})`
}

/** Where a value lies on the axis: itself, or its seconds since the epoch. */
function positionSql(kind: 'number' | 'instant' | null): string {
  return kind === 'instant' ? 'CASE WHEN isfinite(v) THEN epoch(v) END' : 'CAST(v AS DOUBLE)'
}

/** What can be said of a column in one pass over it. */
export async function readColumnSummary(
  connection: DuckDBConnection,
  relation: Pick<Relation, 'sql'>,
  column: RelationColumn,
): Promise<ColumnSummary> {
  const ask = async <Row>(sql: string) => (await connection.runAndReadAll(sql)).getRowObjects() as unknown as Row[]
  const [counted] = await ask<{ rows: bigint }>(`SELECT count(*) AS rows FROM ${relation.sql}`)
  const isExact = Number(counted!.rows) <= GLANCE_EXACT_UP_TO_ROWS
  const [glance] = await ask<Glance>(
    `SELECT ${glanceSql(column, isExact)} FROM (SELECT ${valueSql(column)} AS v FROM ${relation.sql})`,
  )
  const { rows, present, distinctValues, minimum, maximum } = glance!
  return {
    column: { name: column.name, type: column.type, kind: column.kind },
    rows: Number(rows),
    nulls: Number(rows - present),
    // An estimate may be above what is possible.
    distinct: Math.min(Number(distinctValues), Number(present)),
    isExact,
    minimum,
    maximum,
  }
}

/** Everything about one column of a relation, by at most three statements. */
export async function readColumnStatistics(
  connection: DuckDBConnection,
  relation: Relation,
  column: RelationColumn,
): Promise<ColumnStatistics> {
  const ask = async <Row>(sql: string) => (await connection.runAndReadAll(sql)).getRowObjects() as unknown as Row[]
  const [counted] = await ask<{ rows: bigint }>(`SELECT count(*) AS rows FROM ${relation.sql}`)
  const isExact = Number(counted!.rows) <= EXACT_UP_TO_ROWS
  const [summary] = await ask<Summary>(summarySql(relation, column, isExact))
  const { rows, present, distinctValues, minimum, maximum, quartiles, mean } = summary!
  // An estimate may be above what is possible.
  const distinct = Math.min(Number(distinctValues), Number(present))
  const isGrouped = isExact || distinct <= MOST_GROUPS_OF_LONG_COLUMNS
  const top = isGrouped
    ? await ask<{ value: string; count: bigint }>(
        `SELECT ${cut('v')} AS value, count(*) AS count FROM (SELECT ${valueSql(column)} AS v FROM ${relation.sql})
         WHERE v IS NOT NULL GROUP BY v HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT ${TOP_VALUES}`,
      )
    : []
  return {
    rows: Number(rows),
    nulls: Number(rows - present),
    distinct,
    isExact,
    minimum,
    maximum,
    quartiles: quartiles === null ? null : (JSON.parse(quartiles) as [string, string, string]),
    mean: mean !== null && Number.isFinite(mean) ? mean : null,
    topValues: top.map(({ value, count }) => ({ value, count: Number(count) })),
    histogram: await readHistogram(connection, relation, column, summary!),
  }
}

/** Where a column's finite values begin and end on the axis, and how many different ones there are, roughly. */
export async function readBounds(
  connection: DuckDBConnection,
  relation: Pick<Relation, 'sql'>,
  column: RelationColumn,
): Promise<{ lowest: number | null; highest: number | null; distinct: number }> {
  const reader = await connection.runAndReadAll(summarySql(relation, column, false))
  const [summary] = reader.getRowObjects() as unknown as Summary[]
  return { lowest: summary!.lowest, highest: summary!.highest, distinct: Number(summary!.distinctValues) }
}

/** Null where the type has no bars, or no value to put into one. */
export async function readHistogram(
  connection: DuckDBConnection,
  relation: Pick<Relation, 'sql'>,
  column: RelationColumn,
  { lowest, highest }: Pick<Summary, 'lowest' | 'highest'>,
): Promise<HistogramBar[] | null> {
  const kind = barsKind(column)
  if (kind === null || lowest === null || highest === null) return null
  const isDate = /^date$/i.test(column.type)
  const bars =
    kind === 'number'
      ? barsOfNumbers(lowest, highest, INTEGER.test(column.type))
      : barsOfSeconds(lowest, highest, isDate)
  if (!bars) return null
  const position = positionSql(kind)
  const reader = await connection.runAndReadAll(
    `SELECT CAST(floor((${position} - ${bars.start}::DOUBLE) / ${bars.step}::DOUBLE) AS BIGINT) AS bar, count(*) AS count
     FROM (SELECT ${column.sql} AS v FROM ${relation.sql}) WHERE isfinite(${position}) GROUP BY bar`,
  )
  const counts = new Map(reader.getRows().map(([bar, count]) => [Number(bar), Number(count)]))
  return withEdges(bars, counts, (edge) =>
    kind === 'number' ? String(edge) : instantText(edge, { isDate, hasZone: /with time zone|TZ$/i.test(column.type) }),
  )
}

function withEdges(
  bars: Bars,
  counts: ReadonlyMap<number, number>,
  text: (edge: number) => string | null,
): HistogramBar[] | null {
  const histogram: HistogramBar[] = []
  for (let index = 0; index < bars.count; index += 1) {
    const from = text(edgeOf(bars, index))
    const to = text(edgeOf(bars, index + 1))
    if (from === null || to === null) return null
    histogram.push({ from, to, count: counts.get(index) ?? 0 })
  }
  return histogram
}
