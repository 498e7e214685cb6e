import { replicaName, type CopiedCsv } from '../apply/statements.ts'
import { identifier } from '../store/sql.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { hashed, stagedRows } from './replicaStatements.ts'

/*
 * A table without a key is a bag: only how many there are of each row can differ. A row is known by a 64-bit
 * fingerprint of all its values, so that whole tables are counted in little memory.
 */

const ROWS = 'temp.main.verify_rows'
const THERE = 'temp.main.verify_bag_there'
const HERE = 'temp.main.verify_bag_here'
const SUSPECTS = 'temp.main.verify_bag_suspects'

function fingerprint(plan: TablePlan, value: (place: number) => string): string {
  return `hash(${plan.columns.map((column, place) => hashed(column, value(place))).join(', ')})`
}

const ofStaged = (plan: TablePlan): string => fingerprint(plan, (place) => `c${place}`)
const ofReplica = (plan: TablePlan): string =>
  fingerprint(plan, (place) => `replica.${identifier(plan.columns[place]!.replicaName)}`)

const COUNTED = `(SELECT print, sum(copies)::BIGINT AS copies FROM ${THERE} GROUP BY print)`

export const createThere = 'CREATE OR REPLACE TEMP TABLE verify_bag_there (print UBIGINT, copies BIGINT)'

/** One run of the source's rows, counted; a print may come in several runs. */
export function countThere(plan: TablePlan, csv: CopiedCsv): string {
  return `INSERT INTO ${THERE} SELECT ${ofStaged(plan)} AS print, count(*) FROM (${stagedRows(plan, csv)}) GROUP BY print`
}

/** Only rows that are suspected, and these whole, so that one that is missing can be put back. */
export function loadSuspects(plan: TablePlan, csv: CopiedCsv): string {
  const columns = ['mark', ...plan.columns.map((_, place) => `c${place}`)].join(', ')
  return `INSERT INTO ${ROWS} SELECT ${columns} FROM (${stagedRows(plan, csv)})
    WHERE ${ofStaged(plan)} IN (SELECT print FROM ${SUSPECTS})`
}

/** What was loaded of the suspects, counted. */
export function recountThere(plan: TablePlan): string[] {
  return [
    createThere,
    `INSERT INTO ${THERE} SELECT ${ofStaged(plan)} AS print, count(*) FROM ${ROWS} GROUP BY print`,
  ]
}

export function countHere(plan: TablePlan, onlySuspects: boolean): string {
  const only = onlySuspects ? ` WHERE ${ofReplica(plan)} IN (SELECT print FROM ${SUSPECTS})` : ''
  return `CREATE OR REPLACE TEMP TABLE verify_bag_here AS
    SELECT ${ofReplica(plan)} AS print, count(*) AS copies FROM ${replicaName(plan)} AS replica${only} GROUP BY print`
}

/** Rows whose number differs: how many more of each the replica has. */
export const suspectDifferences = `CREATE OR REPLACE TEMP TABLE verify_bag_suspects AS
  SELECT print, coalesce(here.copies, 0) - coalesce(there.copies, 0) AS surplus
  FROM ${HERE} AS here FULL JOIN ${COUNTED} AS there USING (print)
  WHERE surplus <> 0`

/** What is equal by now is dropped. */
export const lookAgain = [
  `CREATE OR REPLACE TEMP TABLE verify_bag_next AS
     SELECT suspect.print AS print, coalesce(here.copies, 0) - coalesce(there.copies, 0) AS surplus
     FROM ${SUSPECTS} AS suspect LEFT JOIN ${HERE} AS here ON here.print = suspect.print
     LEFT JOIN ${COUNTED} AS there ON there.print = suspect.print`,
  `CREATE OR REPLACE TEMP TABLE verify_bag_suspects AS SELECT * FROM temp.main.verify_bag_next WHERE surplus <> 0`,
]

/** Rows that are missing, and rows that are extra. */
export const weighSuspects = `SELECT coalesce(sum(greatest(-surplus, 0)), 0)::BIGINT, coalesce(sum(greatest(surplus, 0)), 0)::BIGINT
  FROM ${SUSPECTS}`

/** Takes surplus rows of the suspects away and puts lacking ones in, from the source's rows as last loaded. */
export function mendBag(plan: TablePlan): string[] {
  const names = plan.columns.map((column) => identifier(column.replicaName)).join(', ')
  const columns = plan.columns.map((_, place) => `c${place}`).join(', ')
  return [
    `DELETE FROM ${replicaName(plan)} WHERE rowid IN (
       SELECT place FROM (
         SELECT replica.rowid AS place, suspect.surplus AS surplus, row_number() OVER (PARTITION BY suspect.print) AS copy
         FROM ${replicaName(plan)} AS replica JOIN ${SUSPECTS} AS suspect ON suspect.print = ${ofReplica(plan)})
       WHERE copy <= surplus)`,
    `INSERT INTO ${replicaName(plan)} (${names}) SELECT ${columns} FROM (
       SELECT source.*, suspect.surplus AS surplus, row_number() OVER (PARTITION BY suspect.print) AS copy
       FROM (SELECT *, ${ofStaged(plan)} AS print FROM ${ROWS}) AS source JOIN ${SUSPECTS} AS suspect ON suspect.print = source.print)
     WHERE copy <= -surplus`,
  ]
}
