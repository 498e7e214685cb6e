import pg from 'pg'
import { sourceTable, sourceValue } from '../apply/statements.ts'
import { identifier } from '../store/sql.ts'
import { masksOfPlan, type PlannedColumn, type TablePlan } from '../typemap/tablePlan.ts'

/** The key's columns in the order of its index on the source, as places in `plan.columns`. */
export type KeyPlaces = readonly number[]

/** One value a key column, as Postgres's text. */
export type KeyTexts = readonly string[]

/** By the first key column: from `from` (or the beginning) up to and without `to` (or the end). */
export interface KeyRange {
  from: string | null
  to: string | null
}

export const WHOLE_TABLE: KeyRange = { from: null, to: null }

/** What the log sends for a key comes by its index; reading in that order costs the source no sort. */
export const keyIndexQuery = `
  SELECT array_to_json((i.indkey::int2[])[0:i.indnkeyatts - 1])::text AS attnums
  FROM pg_catalog.pg_index AS i
  WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
  ORDER BY i.indisprimary DESC, i.indisreplident DESC, i.indexrelid`

function namesOf(columns: readonly PlannedColumn[]): string {
  return columns.map((column) => identifier(column.sourceName)).join(', ')
}

/** Literals without a type take that of the column that they are compared with. */
function literals(texts: readonly string[]): string {
  return texts.map((text) => pg.escapeLiteral(text)).join(', ')
}

function conditionsOf(plan: TablePlan, key: KeyPlaces, range: KeyRange): string[] {
  const first = identifier(plan.columns[key[0] ?? 0]!.sourceName)
  return [
    ...(range.from === null ? [] : [`${first} >= ${literals([range.from])}`]),
    ...(range.to === null ? [] : [`${first} < ${literals([range.to])}`]),
  ]
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

/**
 * The first field is a mark, which `stageRows` expects; a row is never an empty line for it. What is masked comes masked,
 * and where a column has another name than was planned, the statement fails instead of giving one in another's place.
 */
function copyOut(plan: TablePlan, mark: string, conditions: readonly string[], rest = ''): string {
  const values = plan.columns.map(sourceValue).join(', ')
  const guarded = masksOfPlan(plan) ? [...conditions, isAsPlanned(plan)] : conditions
  return `COPY (SELECT ${mark}, ${values} FROM ${sourceTable(plan)}${where(guarded)}${rest}) TO STDOUT (FORMAT csv)`
}

/** Divides by zero where it is not. */
function isAsPlanned({ oid, columns }: TablePlan): string {
  const names = columns.map(({ attnum, sourceName }) => `(${attnum}, ${pg.escapeLiteral(sourceName)})`).join(', ')
  return `(SELECT 1 / (count(*) = ${columns.length})::int FROM pg_catalog.pg_attribute AS planned
    WHERE planned.attrelid = ${oid} AND (planned.attnum, planned.attname) IN (${names})) = 1`
}

/** The next `limit` rows behind the key `after`, in the order of the source's own index. */
export function readRange(
  plan: TablePlan,
  key: KeyPlaces,
  options: { range: KeyRange; after: KeyTexts | null; limit: number },
): string {
  const { range, after, limit } = options
  const keys = namesOf(key.map((place) => plan.columns[place]!))
  const conditions = conditionsOf(plan, key, range)
  if (after) conditions.push(`(${keys}) > (${literals(after)})`)
  return copyOut(plan, '0', conditions, ` ORDER BY ${keys} LIMIT ${limit}`)
}

/** Exactly these keys, each with the mark of its row's version. */
export function readKeys(plan: TablePlan, key: KeyPlaces, keys: readonly KeyTexts[]): string {
  const names = namesOf(key.map((place) => plan.columns[place]!))
  const wanted =
    key.length === 1 ? literals(keys.map(([only]) => only!)) : keys.map((texts) => `(${literals(texts)})`).join(', ')
  const left = key.length === 1 ? names : `(${names})`
  return copyOut(plan, `tableoid::text || ctid::text || xmin::text`, [`${left} IN (${wanted})`])
}

/** Every row, in whatever order is cheapest. */
export function readWhole(plan: TablePlan): string {
  return copyOut(plan, '0', [])
}

/** One row of texts: how many rows the range has, and what `aggregates` asks of them. */
export function aggregateRange(plan: TablePlan, key: KeyPlaces, range: KeyRange, aggregates: readonly string[]): string {
  const asked = ['count(*)', ...aggregates].map((aggregate, place) => `(${aggregate})::text AS a${place}`)
  return `SELECT ${asked.join(', ')} FROM ${sourceTable(plan)}${where(conditionsOf(plan, key, range))}`
}

/** True while some commit is in the log that others cannot see yet. */
export const waitsForStandbyQuery = `
  SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE wait_event = 'SyncRep')::text AS waits`
