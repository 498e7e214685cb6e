import { replicaName, type CopiedCsv } from '../apply/statements.ts'
import { readCsv } from '../store/csvReader.ts'
import { identifier, literal } from '../store/sql.ts'
import type { PlannedColumn, TablePlan } from '../typemap/tablePlan.ts'
import type { KeyPlaces, KeyRange } from './sourceStatements.ts'
import { sourceText } from './sourceText.ts'

/** The source's rows of one read: a mark, then the plan's columns by their places, `c0`, `c1`, …. */
const ROWS = 'temp.main.verify_rows'
/** Prints of the keys that the source has, as far as it was read: 64 bits each, so that many of them take little room. */
const SEEN = 'temp.main.verify_seen'
/** Keys that want another look. */
const SUSPECTS = 'temp.main.verify_suspects'
/** Those that are looked at now, with an id. */
const PAGE = 'temp.main.verify_page'
/** What the replica has of the page, and where. */
const HERE = 'temp.main.verify_here'
/** What the source has of the page. */
const THERE = 'temp.main.verify_there'

const staged = (place: number): string => `c${place}`
const inReplica = (plan: TablePlan, place: number): string => `replica.${identifier(plan.columns[place]!.replicaName)}`

/** To the last bit, where DuckDB's `=` is less than that. */
export function told(column: PlannedColumn, value: string): string {
  return column.plan.distinguish?.(value) ?? value
}

/**
 * What `hash` is to see of a value. DuckDB gives NULL, an empty list and a list of NULLs one hash, so a list comes with
 * its length.
 */
export function hashed(column: PlannedColumn, value: string): string {
  return column.plan.replicaType.endsWith('[]') ? `${told(column, value)}, coalesce(len(${value}), -1)` : told(column, value)
}

/** Equal for keys that are equal in DuckDB's sense, as those that a row is found by. */
function keyPrint(plan: TablePlan, key: KeyPlaces, value: (place: number) => string): string {
  const values = key.map((place) => {
    const list = plan.columns[place]!.plan.replicaType.endsWith('[]') ? `, len(${value(place)})` : ''
    return `${value(place)}${list}`
  })
  return `hash(${values.join(', ')})`
}

function stagedColumns(plan: TablePlan): string {
  return plan.columns.map((column, place) => `${staged(place)} ${column.plan.replicaType}`).join(', ')
}

function replicaAsStaged(plan: TablePlan): string {
  return plan.columns.map((_, place) => `${inReplica(plan, place)} AS ${staged(place)}`).join(', ')
}

export function createRows(plan: TablePlan): string {
  return `CREATE OR REPLACE TEMP TABLE verify_rows (mark VARCHAR, ${stagedColumns(plan)})`
}

/** The rows of a `COPY` of `sourceStatements`, as a query with the columns of `verify_rows`. */
export function stagedRows(plan: TablePlan, csv: CopiedCsv): string {
  const columns = plan.columns.map((column, place) => ({ name: staged(place), type: column.plan.stageType }))
  const converted = plan.columns.map((column, place) => `${column.plan.convert(staged(place))} AS ${staged(place)}`)
  return `SELECT mark, ${converted.join(', ')} FROM ${readCsv({ ...csv, columns: [{ name: 'mark', type: 'VARCHAR' }, ...columns] })}`
}

export function loadRows(plan: TablePlan, csv: CopiedCsv): string {
  return `INSERT INTO ${ROWS} ${stagedRows(plan, csv)}`
}

// Tables with a key.

function keyTypes(plan: TablePlan, key: KeyPlaces): string {
  return key.map((place) => `${staged(place)} ${plan.columns[place]!.plan.replicaType}`).join(', ')
}

function keysOf(table: string, key: KeyPlaces): string {
  return key.map((place) => `${table}.${staged(place)}`).join(', ')
}

function sameKey(plan: TablePlan, table: string, key: KeyPlaces): string {
  return key.map((place) => `${inReplica(plan, place)} = ${table}.${staged(place)}`).join(' AND ')
}

export function beginRange(plan: TablePlan, key: KeyPlaces): string[] {
  return [
    'CREATE OR REPLACE TEMP TABLE verify_seen (print UBIGINT)',
    `CREATE OR REPLACE TEMP TABLE verify_suspects (${keyTypes(plan, key)})`,
  ]
}

/** Suspects every staged row that has not exactly one row of its key and its values in the replica. */
export function compareRows(plan: TablePlan, key: KeyPlaces): string[] {
  const isSame = plan.columns
    .map((column, place) => {
      const here = told(column, inReplica(plan, place))
      return `${here} IS NOT DISTINCT FROM ${told(column, `source.${staged(place)}`)}`
    })
    .join(' AND ')
  const keys = keysOf('source', key)
  return [
    `INSERT INTO ${SUSPECTS} SELECT ${keys} FROM ${ROWS} AS source
       LEFT JOIN ${replicaName(plan)} AS replica ON ${sameKey(plan, 'source', key)}
       GROUP BY ${keys} HAVING count(replica.rowid) <> 1 OR NOT bool_and(${isSame})`,
    `INSERT INTO ${SEEN} SELECT ${keyPrint(plan, key, (place) => `source.${staged(place)}`)} FROM ${ROWS} AS source`,
  ]
}

/** Prints that are looked up together. */
const PRINTS_EACH = 500_000

/**
 * Suspects every row of the replica that the source, read to the end of the range, did not have. `seen` is how many rows
 * it had: where they are many, some are looked up after the others, so that memory does not grow with the table.
 */
export function suspectExtras(plan: TablePlan, key: KeyPlaces, range: KeyRange, seen: number): string[] {
  const print = keyPrint(plan, key, (place) => inReplica(plan, place))
  const conditions = [`NOT (${hasNullKey(plan, key)})`, ...rangeConditions(plan, key, range)]
  const parts = Math.max(1, Math.ceil(seen / PRINTS_EACH))
  return Array.from({ length: parts }, (_, part) => {
    const ofPart = (print: string): string[] => (parts === 1 ? [] : [`${print} % ${parts} = ${part}`])
    const isSeen = ['seen.print = replica.print', ...ofPart('seen.print')].join(' AND ')
    return `INSERT INTO ${SUSPECTS} SELECT DISTINCT ${key.map((place) => `replica.${staged(place)}`).join(', ')} FROM (
      SELECT ${key.map((place) => `${inReplica(plan, place)} AS ${staged(place)}`).join(', ')}, ${print} AS print
      FROM ${replicaName(plan)} AS replica WHERE ${conditions.join(' AND ')}) AS replica
    WHERE ${[...ofPart('replica.print'), `NOT EXISTS (SELECT 1 FROM ${SEEN} AS seen WHERE ${isSeen})`].join(' AND ')}`
  })
}

function hasNullKey(plan: TablePlan, key: KeyPlaces): string {
  return key.map((place) => `${inReplica(plan, place)} IS NULL`).join(' OR ')
}

/** Rows that no source can have: a column of a key is never NULL there. */
export function countNullKeys(plan: TablePlan, key: KeyPlaces): string {
  return `SELECT count(*) FROM ${replicaName(plan)} AS replica WHERE ${hasNullKey(plan, key)}`
}

export function deleteNullKeys(plan: TablePlan, key: KeyPlaces): string {
  return `DELETE FROM ${replicaName(plan)} AS replica WHERE ${hasNullKey(plan, key)}`
}

function rangeConditions(plan: TablePlan, key: KeyPlaces, range: KeyRange): string[] {
  const first = key[0]!
  const { stageType, convert } = plan.columns[first]!.plan
  // The bounds are the source's texts, and are read as its rows are.
  const value = (text: string): string => convert(`CAST(${literal(text)} AS ${stageType})`)
  return [
    ...(range.from === null ? [] : [`${inReplica(plan, first)} >= ${value(range.from)}`]),
    ...(range.to === null ? [] : [`${inReplica(plan, first)} < ${value(range.to)}`]),
  ]
}

export const countSuspects = `SELECT count(*) FROM ${SUSPECTS}`

/** As hex, because the driver drops a byte order mark at the start of a string. */
function keyTexts(plan: TablePlan, table: string, key: KeyPlaces): string {
  return key
    .map((place) => `hex(encode(${sourceText(plan.columns[place]!.plan.replicaType, `${table}.${staged(place)}`)}))`)
    .join(', ')
}

/** The key of the last row of a read, in the order of its coming. */
export function lastKey(plan: TablePlan, key: KeyPlaces): string {
  return `SELECT ${keyTexts(plan, 'source', key)} FROM ${ROWS} AS source ORDER BY source.rowid DESC LIMIT 1`
}

/** Takes up to `limit` suspects into the page. */
export function takePage(key: KeyPlaces, limit: number): string[] {
  const names = key.map(staged).join(', ')
  const same = key.map((place) => `suspect.${staged(place)} = page.${staged(place)}`).join(' AND ')
  return [
    `CREATE OR REPLACE TEMP TABLE verify_page AS SELECT row_number() OVER ()::INTEGER AS id, ${names} FROM (
       SELECT DISTINCT ${names} FROM ${SUSPECTS} LIMIT ${limit})`,
    `DELETE FROM ${SUSPECTS} AS suspect USING ${PAGE} AS page WHERE ${same}`,
  ]
}

export function readPage(plan: TablePlan, key: KeyPlaces): string {
  return `SELECT page.id, ${keyTexts(plan, 'page', key)} FROM ${PAGE} AS page ORDER BY page.id`
}

export function lookHere(plan: TablePlan, key: KeyPlaces): string {
  return `CREATE OR REPLACE TEMP TABLE verify_here AS SELECT page.id AS id, replica.rowid AS place, ${replicaAsStaged(plan)}
    FROM ${PAGE} AS page JOIN ${replicaName(plan)} AS replica ON ${sameKey(plan, 'page', key)}`
}

/** After the page's keys were read into `verify_rows`. */
export function lookThere(key: KeyPlaces): string {
  const same = key.map((place) => `source.${staged(place)} = page.${staged(place)}`).join(' AND ')
  return `CREATE OR REPLACE TEMP TABLE verify_there AS SELECT page.id AS id, source.*
    FROM ${PAGE} AS page JOIN ${ROWS} AS source ON ${same}`
}

/** A row a key of the page: id, places here, their number, mark there, places of the columns that differ. */
export function observePage(plan: TablePlan): string {
  const differing = plan.columns.map((column, place) => {
    const isOther = `${told(column, `here.${staged(place)}`)} IS DISTINCT FROM ${told(column, `there.${staged(place)}`)}`
    return `CASE WHEN bool_or(${isOther}) THEN ${place} END`
  })
  return `SELECT page.id, coalesce(string_agg(here.place::VARCHAR, ',' ORDER BY here.place), ''), count(here.place)::INTEGER,
      any_value(there.mark), array_to_string(list_filter([${differing.join(', ')}], lambda place: place IS NOT NULL), ',')
    FROM ${PAGE} AS page LEFT JOIN ${HERE} AS here ON here.id = page.id LEFT JOIN ${THERE} AS there ON there.id = page.id
    GROUP BY page.id`
}

/** Puts the source's rows of these keys of the page in the place of the replica's. */
export function mendPage(plan: TablePlan, ids: readonly number[]): string[] {
  const wanted = ids.join(', ')
  const names = plan.columns.map((column) => identifier(column.replicaName)).join(', ')
  return [
    `DELETE FROM ${replicaName(plan)} WHERE rowid IN (SELECT place FROM ${HERE} WHERE id IN (${wanted}))`,
    `INSERT INTO ${replicaName(plan)} (${names})
       SELECT ${plan.columns.map((_, place) => staged(place)).join(', ')} FROM ${THERE} WHERE id IN (${wanted})`,
  ]
}

/** Values of the first key column that part the replica into runs of about `rowsEach` rows. */
export function rangeBounds(plan: TablePlan, key: KeyPlaces, rowsEach: number): string {
  const first = key[0]!
  const value = inReplica(plan, first)
  return `SELECT ${sourceText(plan.columns[first]!.plan.replicaType, 'value')} FROM (
    SELECT DISTINCT value FROM (
      SELECT ${value} AS value, row_number() OVER (ORDER BY ${value}) AS place FROM ${replicaName(plan)} AS replica)
    WHERE place % ${rowsEach} = 0) ORDER BY value`
}

export function aggregateReplica(plan: TablePlan, key: KeyPlaces, range: KeyRange, aggregates: readonly string[]): string {
  const asked = ['count(*)', ...aggregates].map((aggregate, place) => `CAST(${aggregate} AS VARCHAR) AS a${place}`)
  const conditions = rangeConditions(plan, key, range)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `SELECT ${asked.join(', ')} FROM ${replicaName(plan)} AS replica${where}`
}
