import { Operation, stagedPrefix, type Segment } from '../batch/stagedTable.ts'
import { maskedOnSource } from '../masking/sourceMask.ts'
import { ownColumn } from '../model/ownColumn.ts'
import { columnList, readCsv } from '../store/csvReader.ts'
import { identifier, qualified } from '../store/sql.ts'
import type { PlannedColumn, TablePlan } from '../typemap/tablePlan.ts'

const STAGED = 'temp.main.millrace_staged'
const FILLED = 'temp.main.millrace_filled'
const LATEST = 'temp.main.millrace_latest'
const LAST = ownColumn('last')
const REPLACING = ownColumn('replacing')
const NET = ownColumn('net')
const ROW = ownColumn('row')
const COPY = ownColumn('copy')
const DELETE_LETTER = String.fromCharCode(Operation.delete)
const INSERT_LETTER = String.fromCharCode(Operation.insert)

/** A copy on its way: no table of the source can be called so, and nobody else sees it before it is published. */
export function copyName(plan: TablePlan): string {
  return qualified(plan.replicaSchema, ownColumn(`copy_${plan.oid}`))
}

/** `CREATE TABLE` for the replica: no primary key and no index, uniqueness is the source's. */
export function createCopyStatement(plan: TablePlan): string {
  const columns = plan.columns.map((column) => `${identifier(column.replicaName)} ${column.plan.replicaType}`)
  return `CREATE TABLE ${copyName(plan)} (${columns.join(', ')})`
}

/** Puts the copy in the table's place, in the transaction in which it was made. */
export function publishCopyStatements(plan: TablePlan): string[] {
  return [
    `DROP TABLE IF EXISTS ${replicaName(plan)}`,
    `ALTER TABLE ${copyName(plan)} RENAME TO ${identifier(plan.replicaTable)}`,
  ]
}

export function replicaName(plan: TablePlan): string {
  return qualified(plan.replicaSchema, plan.replicaTable)
}

function replicaColumns(plan: TablePlan): string {
  return columnList(plan.columns.map((column) => column.replicaName))
}

function convertedColumns(plan: TablePlan): string {
  return plan.columns
    .map((column) => `${column.plan.convert(identifier(column.replicaName))} AS ${identifier(column.replicaName)}`)
    .join(', ')
}

function stagedRows(plan: TablePlan, segment: Segment): string {
  const rows = readCsv({
    path: segment.path,
    columns: [
      { name: stagedPrefix[0], type: 'VARCHAR' },
      { name: stagedPrefix[1], type: 'UBIGINT' },
      { name: stagedPrefix[2], type: 'VARCHAR' },
      ...plan.columns.map((column) => ({ name: column.replicaName, type: column.plan.stageType })),
    ],
    longestRowBytes: segment.csv.longestRowBytes,
    hasLineBreaks: segment.csv.hasLineBreaks,
  })
  return segment.skippedRows === 0 ? rows : `${rows} WHERE ${stagedPrefix[1]} >= ${segment.skippedRows}`
}

/**
 * The statements that bring one segment into the replica, inside the batch's transaction. Delete and
 * insert beat MERGE and INSERT OR REPLACE by more than an order of magnitude on a table without an
 * index (docs/performance.md).
 */
export function segmentStatements(plan: TablePlan, segment: Segment): string[] {
  if (segment.rows === 0) return []
  if (segment.replacing === 0) {
    return [
      `INSERT INTO ${replicaName(plan)} (${replicaColumns(plan)}) SELECT ${convertedColumns(plan)} FROM ${stagedRows(plan, segment)}`,
    ]
  }
  const stage =
    `CREATE OR REPLACE TEMP TABLE millrace_staged AS SELECT ${columnList(stagedPrefix)}, ` +
    `${convertedColumns(plan)} FROM ${stagedRows(plan, segment)}`
  if (plan.identity === 'whole-row') return [stage, ...wholeRowStatements(plan)]
  const statements = [stage]
  let rows = STAGED
  if (segment.missingColumns.size > 0) {
    statements.push(segment.rekeyedWithMissing ? fillFromOldKey(plan, segment) : fillFromEarlier(plan, segment))
    rows = FILLED
  }
  return [...statements, ...keyedStatements(plan, rows)]
}

function keyNames(plan: TablePlan): string[] {
  return plan.columns.filter((column) => column.inKey).map((column) => identifier(column.replicaName))
}

/** The last operation on a key decides; a key that was only inserted is not there to be deleted. */
function keyedStatements(plan: TablePlan, rows: string): string[] {
  const keys = keyNames(plan)
  const sameKey = keys.map((key) => `replica.${key} = latest.${key}`).join(' AND ')
  return [
    `CREATE OR REPLACE TEMP TABLE millrace_latest AS SELECT ${keys.join(', ')}, max(${stagedPrefix[1]}) AS ${LAST},
       bool_or(${stagedPrefix[0]} <> '${INSERT_LETTER}') AS ${REPLACING} FROM ${rows} GROUP BY ${keys.join(', ')}`,
    `DELETE FROM ${replicaName(plan)} AS replica USING (SELECT * FROM ${LATEST} WHERE ${REPLACING}) AS latest WHERE ${sameKey}`,
    `INSERT INTO ${replicaName(plan)} (${replicaColumns(plan)}) SELECT ${replicaColumns(plan)} FROM ${rows}
       WHERE ${stagedPrefix[0]} <> '${DELETE_LETTER}' AND ${stagedPrefix[1]} IN (SELECT ${LAST} FROM ${LATEST})`,
  ]
}

function earlierValue(column: number): string {
  return ownColumn(`earlier_${column}`)
}

/** Gives missing values those of the same row: from an earlier change in the segment, else from the replica. */
function fillFromEarlier(plan: TablePlan, segment: Segment): string {
  const keys = keyNames(plan)
  const missing = [...segment.missingColumns].sort((first, second) => first - second)
  const earlier = missing.map((column) => {
    const name = identifier(plan.columns[column]!.replicaName)
    // Wrapped, because a value that is known to be NULL is not a missing one.
    return (
      `last_value(CASE WHEN ${isMissing('staged', column)} THEN NULL ELSE {'value': staged.${name}} END IGNORE NULLS) ` +
      `OVER same_row AS ${earlierValue(column)}`
    )
  })
  const columns = plan.columns.map((planned, column) => {
    const name = identifier(planned.replicaName)
    if (!segment.missingColumns.has(column)) return `staged.${name}`
    return (
      `CASE WHEN ${isMissing('staged', column)} THEN coalesce(${earlierValue(column)}, {'value': replica.${name}}).value ` +
      `ELSE staged.${name} END AS ${name}`
    )
  })
  const prefix = stagedPrefix.map((name) => `staged.${name}`).join(', ')
  return `CREATE OR REPLACE TEMP TABLE millrace_filled AS SELECT ${prefix}, ${columns.join(', ')}
    FROM (SELECT staged.*, ${earlier.join(', ')} FROM ${STAGED} AS staged WINDOW same_row AS (
      PARTITION BY ${keys.map((key) => `staged.${key}`).join(', ')} ORDER BY staged.${stagedPrefix[1]}
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) AS staged
    LEFT JOIN ${replicaName(plan)} AS replica ON ${keys.map((key) => `replica.${key} = staged.${key}`).join(' AND ')}`
}

/** A segment of its own: the delete of the old key, then the row under its new key, which lacks values. */
function fillFromOldKey(plan: TablePlan, segment: Segment): string {
  const keys = keyNames(plan)
  const columns = plan.columns.map((planned, column) => {
    const name = identifier(planned.replicaName)
    if (!segment.missingColumns.has(column)) return `staged.${name}`
    return `CASE WHEN ${isMissing('staged', column)} THEN replica.${name} ELSE staged.${name} END AS ${name}`
  })
  const prefix = stagedPrefix.map((name) => `staged.${name}`).join(', ')
  return `CREATE OR REPLACE TEMP TABLE millrace_filled AS SELECT ${prefix}, ${columns.join(', ')}
    FROM ${STAGED} AS staged
    LEFT JOIN ${STAGED} AS removed ON removed.${stagedPrefix[0]} = '${DELETE_LETTER}'
    LEFT JOIN ${replicaName(plan)} AS replica ON ${keys.map((key) => `replica.${key} = removed.${key}`).join(' AND ')}`
}

function isMissing(table: string, column: number): string {
  return `substr(${table}.${stagedPrefix[2]}, ${column + 1}, 1) = '1'`
}

/**
 * Equal rows are interchangeable: only how many of each there are changes. What DuckDB holds equal
 * and Postgres does not (`1 mon` and `30 days`, `0` and `-0`) is told apart by `distinguish`.
 */
function wholeRowStatements(plan: TablePlan): string[] {
  const columns = replicaColumns(plan)
  const told = (table: string, column: PlannedColumn): string => {
    const value = `${table}.${identifier(column.replicaName)}`
    return column.plan.distinguish?.(value) ?? value
  }
  const sameRow = plan.columns
    .map((column) => `${told('replica', column)} IS NOT DISTINCT FROM ${told('net', column)}`)
    .join(' AND ')
  const table = replicaName(plan)
  return [
    // One row of each, whole: DuckDB's any_value turns a -0 in a list to 0.
    `CREATE OR REPLACE TEMP TABLE millrace_latest AS
     SELECT ${plan.columns.map((column) => `staged.${identifier(column.replicaName)}`).join(', ')}, counted.${NET}
     FROM ${STAGED} AS staged JOIN (
       SELECT max(${stagedPrefix[1]}) AS ${LAST},
         sum(CASE WHEN ${stagedPrefix[0]} = '${DELETE_LETTER}' THEN -1 ELSE 1 END)::BIGINT AS ${NET}
       FROM ${STAGED} AS staged GROUP BY ${plan.columns.map((column) => told('staged', column)).join(', ')} HAVING ${NET} <> 0
     ) AS counted ON counted.${LAST} = staged.${stagedPrefix[1]}`,
    `DELETE FROM ${table} WHERE rowid IN (
       SELECT ${ROW} FROM (
         SELECT replica.rowid AS ${ROW}, net.${NET} AS ${NET},
           row_number() OVER (PARTITION BY net.rowid) AS ${COPY}
         FROM ${table} AS replica JOIN ${LATEST} AS net ON ${sameRow} WHERE net.${NET} < 0)
       WHERE ${COPY} <= -${NET})`,
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM (
       SELECT *, unnest(range(${NET})) AS ${COPY} FROM ${LATEST} WHERE ${NET} > 0)`,
  ]
}

export function truncateStatement(plan: TablePlan): string {
  return `DELETE FROM ${replicaName(plan)}`
}

/** Rows that Postgres wrote as CSV, without the staging prefix. */
export interface CopiedCsv {
  path: string
  longestRowBytes: number
  hasLineBreaks: boolean
}

export function loadStatement(plan: TablePlan, csv: CopiedCsv): string {
  const columns = plan.columns.map((column) => ({ name: column.replicaName, type: column.plan.stageType }))
  return (
    `INSERT INTO ${copyName(plan)} (${replicaColumns(plan)}) SELECT ${convertedColumns(plan)} FROM ` +
    readCsv({ ...csv, columns: [...copyPrefix(plan), ...columns] })
  )
}

const MISFITS = 'temp.main.millrace_misfits'

/** A place for `misfitStatement` to write to: a counter a column. */
export const createMisfits = 'CREATE OR REPLACE TEMP TABLE millrace_misfits (place INTEGER, misfits HUGEINT)'

/** Counts, column by column, the values that the column's replica type cannot hold. */
export function misfitStatement(plan: TablePlan, csv: CopiedCsv): string {
  const columns = plan.columns.map((column) => ({ name: column.replicaName, type: 'VARCHAR' }))
  const counts = plan.columns.map((column, place) => {
    const name = identifier(column.replicaName)
    const staged = column.plan.stageType === 'VARCHAR' ? name : `CAST(${name} AS ${column.plan.stageType})`
    const isMisfit = `${name} IS NOT NULL AND TRY(${column.plan.convert(staged)}) IS NULL`
    return `{'place': ${place}, 'misfits': count(*) FILTER (WHERE ${isMisfit})}`
  })
  return (
    `INSERT INTO ${MISFITS} SELECT counted.place, counted.misfits FROM (SELECT unnest([${counts.join(', ')}]) AS counted ` +
    `FROM ${readCsv({ ...csv, columns: [...copyPrefix(plan), ...columns] })})`
  )
}

export const readMisfits = `SELECT DISTINCT place FROM ${MISFITS} WHERE misfits > 0 ORDER BY place`

/** A row of one NULL would be an empty line, which CSV readers skip: such a table gets a constant in front. */
function copyPrefix(plan: TablePlan): { name: string; type: string }[] {
  return plan.columns.length === 1 ? [{ name: ownColumn('constant'), type: 'TINYINT' }] : []
}

/** The `COPY` that `loadStatement` reads. Generated and other omitted columns are left out. */
export function copyOutStatement(plan: TablePlan): string {
  const columns = plan.columns.map(sourceValue)
  const constant = plan.columns.length === 1 ? '0, ' : ''
  return `COPY (SELECT ${constant}${columns.join(', ')} FROM ${sourceTable(plan)}) TO STDOUT (FORMAT csv)`
}

/** Reads nothing, and keeps the names of the table and its columns as they are until the transaction ends. */
export function keepNamesStatement(plan: TablePlan): string {
  return `COPY (SELECT 1 FROM ${sourceTable(plan)} LIMIT 0) TO STDOUT`
}

/** What the source is asked for a column: its value, or what it makes of it where it is masked. */
export function sourceValue({ sourceName, mask }: PlannedColumn): string {
  const name = identifier(sourceName)
  return mask === undefined ? name : maskedOnSource(mask, name)
}

export function sourceTable(plan: TablePlan): string {
  return `${plan.copyOnly ? 'ONLY ' : ''}${qualified(plan.schema, plan.name)}`
}
