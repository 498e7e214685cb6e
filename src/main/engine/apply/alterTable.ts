import { identifier, literal, qualified } from '../store/sql.ts'
import type { PlannedColumn, TablePlan } from '../typemap/tablePlan.ts'
import { replicaName } from './statements.ts'

/** What brings the replica's table from one plan to the next. */
export interface Alteration {
  before: TablePlan
  after: TablePlan
  /** By attnum: what the rows that are there hold in a new column, as Postgres's text. */
  added: ReadonlyMap<number, string | null>
  relabelled: readonly { attnum: number; labels: readonly { from: string; to: string }[] }[]
}

/** Columns of both plans, as they were and as they are. */
export function keptColumns(before: TablePlan, after: TablePlan): [was: PlannedColumn, is: PlannedColumn][] {
  return after.columns.flatMap((is) => {
    const was = before.columns.find(({ attnum }) => attnum === is.attnum)
    return was ? [[was, is] as [PlannedColumn, PlannedColumn]] : []
  })
}

export function addedColumns(before: TablePlan, after: TablePlan): PlannedColumn[] {
  return after.columns.filter(({ attnum }) => !before.columns.some((column) => column.attnum === attnum))
}

export function droppedColumns(before: TablePlan, after: TablePlan): PlannedColumn[] {
  return addedColumns(after, before)
}

/**
 * How the table is changed: by ALTER, which leaves its rows where they are, or by being written anew.
 *
 * DuckDB refuses the commit of some transactions that alter a table of which they have deleted rows, or whose
 * column they give a default and change another's type ("another transaction has altered this table"); it cannot
 * move a table to another schema, nor drop the last of its columns; a list as a default fails.
 * https://duckdb.org/docs/stable/sql/statements/alter_table
 */
export type Manner = 'in place' | 'anew'

/** False where only what is known of the table changes: its name on the source, its key, a type that stays the same here. */
export function changesReplica({ before, after }: Alteration): boolean {
  return (
    replicaName(before) !== replicaName(after) ||
    before.columns.length !== after.columns.length ||
    before.columns.some((was, place) => {
      const is = after.columns[place]!
      return was.attnum !== is.attnum || was.replicaName !== is.replicaName || was.plan.replicaType !== is.plan.replicaType
    })
  )
}

export function alterationStatements(alteration: Alteration, manner: Manner): string[] {
  if (!changesReplica(alteration)) return relabelStatements(alteration)
  const mustBeAnew =
    alteration.before.replicaSchema !== alteration.after.replicaSchema ||
    keptColumns(alteration.before, alteration.after).length === 0 ||
    addedColumns(alteration.before, alteration.after).some(({ attnum, plan }) => plan.replicaType.endsWith(']') && hasValue(alteration, attnum))
  const statements = manner === 'anew' || mustBeAnew ? rebuildStatements(alteration) : inPlaceStatements(alteration)
  return [...statements, ...relabelStatements(alteration)]
}

function inPlaceStatements(alteration: Alteration): string[] {
  const { before, after } = alteration
  const alter = `ALTER TABLE ${replicaName(before)}`
  const statements = droppedColumns(before, after).map((column) => `${alter} DROP COLUMN ${identifier(column.replicaName)}`)
  statements.push(...renameStatements(alter, before, after))
  for (const [was, is] of keptColumns(before, after)) {
    if (was.plan.replicaType === is.plan.replicaType) continue
    statements.push(`${alter} ALTER COLUMN ${identifier(is.replicaName)} SET DATA TYPE ${is.plan.replicaType}`)
  }
  for (const column of addedColumns(before, after)) {
    const name = identifier(column.replicaName)
    if (!hasValue(alteration, column.attnum)) {
      statements.push(`${alter} ADD COLUMN ${name} ${column.plan.replicaType}`)
    } else {
      statements.push(`${alter} ADD COLUMN ${name} ${column.plan.replicaType} DEFAULT (${valueOf(alteration, column)})`)
      statements.push(`${alter} ALTER COLUMN ${name} DROP DEFAULT`)
    }
  }
  if (before.replicaTable !== after.replicaTable) statements.push(`${alter} RENAME TO ${identifier(after.replicaTable)}`)
  return statements
}

/** By way of names that nobody has, so that columns can swap theirs. */
function renameStatements(alter: string, before: TablePlan, after: TablePlan): string[] {
  const renamed = keptColumns(before, after).filter(([was, is]) => was.replicaName !== is.replicaName)
  const passing = ({ attnum }: PlannedColumn): string => identifier(`millrace_${attnum}_renamed`)
  const taken = new Set(renamed.map(([was]) => was.replicaName.toLowerCase()))
  if (!renamed.some(([, is]) => taken.has(is.replicaName.toLowerCase()))) {
    return renamed.map(([was, is]) => `${alter} RENAME COLUMN ${identifier(was.replicaName)} TO ${identifier(is.replicaName)}`)
  }
  return [
    ...renamed.map(([was]) => `${alter} RENAME COLUMN ${identifier(was.replicaName)} TO ${passing(was)}`),
    ...renamed.map(([was, is]) => `${alter} RENAME COLUMN ${passing(was)} TO ${identifier(is.replicaName)}`),
  ]
}

function rebuildStatements(alteration: Alteration): string[] {
  const { before, after } = alteration
  const columns = after.columns.map((column) => {
    const was = before.columns.find(({ attnum }) => attnum === column.attnum)
    const value = was ? identifier(was.replicaName) : valueOf(alteration, column)
    return `CAST(${value} AS ${column.plan.replicaType}) AS ${identifier(column.replicaName)}`
  })
  const passing = `millrace_${after.oid}_anew`
  return [
    `CREATE SCHEMA IF NOT EXISTS ${identifier(after.replicaSchema)}`,
    `CREATE TABLE ${qualified(after.replicaSchema, passing)} AS SELECT ${columns.join(', ')} FROM ${replicaName(before)}`,
    `DROP TABLE ${replicaName(before)}`,
    `ALTER TABLE ${qualified(after.replicaSchema, passing)} RENAME TO ${identifier(after.replicaTable)}`,
  ]
}

function hasValue(alteration: Alteration, attnum: number): boolean {
  return (alteration.added.get(attnum) ?? null) !== null
}

/** Through the same conversion as any value that the source sends. */
function valueOf({ added }: Alteration, column: PlannedColumn): string {
  const text = added.get(column.attnum) ?? null
  if (text === null) return 'NULL'
  const { plan } = column
  return plan.convert(plan.stageType === 'VARCHAR' ? literal(text) : `CAST(${literal(text)} AS ${plan.stageType})`)
}

function relabelStatements({ after, relabelled }: Alteration): string[] {
  return relabelled.map(({ attnum, labels }) => {
    const name = identifier(after.columns.find((column) => column.attnum === attnum)!.replicaName)
    const cases = labels.map(({ from, to }) => `WHEN ${literal(from)} THEN ${literal(to)}`).join(' ')
    const old = labels.map(({ from }) => literal(from)).join(', ')
    return `UPDATE ${replicaName(after)} SET ${name} = CASE ${name} ${cases} END WHERE ${name} IN (${old})`
  })
}

/** DuckDB found out at the commit that it cannot do it in place. */
export function isAlteredTwice(error: unknown): boolean {
  return error instanceof Error && /another transaction has altered this table/.test(error.message)
}
