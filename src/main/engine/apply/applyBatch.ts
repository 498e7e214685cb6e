import { readFileSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Batch } from '../batch/batch.ts'
import { spill, type StagedPart, type StagedTable } from '../batch/stagedTable.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { Lsn } from '../model/lsn.ts'
import { faultOfWriting, reasonOfApplyError, verdictOfApplyError } from '../store/faults.ts'
import { commit } from '../store/interruption.ts'
import { makeRoomForRows, makeRoomForTables } from '../store/memory.ts'
import { writeCheckpoint, writeDeadLetter, writeTableState } from '../store/records.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { alterationStatements, isAlteredTwice, type Alteration, type Manner } from './alterTable.ts'
import { segmentStatements, truncateStatement } from './statements.ts'

/** A table that stops here while the others go on. */
export interface ParkedTable {
  oid: number
  schema: string
  name: string
  code: string
  reason: string
  lsn: Lsn | null
}

/** Rows of one shape, with the plan that they are applied by. */
export interface PlannedPart {
  part: StagedPart
  plan: TablePlan
  /** What the replica's table goes through before these rows. */
  alteration: Alteration | null
}

/** One table of a batch, with what is to be done. */
export interface PlannedTable {
  staged: StagedTable
  schema: string
  name: string
  parts: readonly PlannedPart[]
  /** Where the table's shape changes: what is written of it in the batch's transaction. */
  change: {
    record(connection: DuckDBConnection): Promise<void>
    /** The replica could not be altered: what is written instead. */
    giveUp(connection: DuckDBConnection): Promise<void>
  } | null
}

export interface ApplyOutcome {
  /** Tables that could not take their changes; recorded in the file together with the checkpoint. */
  parked: ParkedTable[]
  /** Tables whose replica could not be altered. */
  givenUp: PlannedTable[]
}

/** Keeps a dead letter readable, and the file small. */
const DEAD_LETTER_BYTES = 64 * 1024

class TableApplyError extends Error {
  readonly table: PlannedTable

  constructor(table: PlannedTable, cause: unknown) {
    super('a table could not take its changes', { cause })
    this.table = table
  }
}

/**
 * Applies a batch and its checkpoint in one DuckDB transaction: after a kill either all of it is in
 * the file or none. A table that cannot take its changes is parked in that same transaction and the
 * rest is applied. Throws DISK_FULL, MEMORY_SHORT or FILE_DAMAGED where nothing can be written.
 */
export async function applyBatch(
  connection: DuckDBConnection,
  batch: Batch,
  tables: readonly PlannedTable[],
  checkpoint: Checkpoint,
  parkedBefore: readonly ParkedTable[],
  onApplyError: (error: unknown, table: PlannedTable) => void,
): Promise<ApplyOutcome> {
  const refused = new Map<PlannedTable, ParkedTable | null>()
  for (const { parts } of tables) {
    for (const { part } of parts) for (const segment of part.segments) spill(segment)
  }
  await makeRoomForTables(connection, tables.length)
  let manner: Manner = 'in place'
  for (;;) {
    try {
      await attempt(connection, tables, checkpoint, parkedBefore, refused, manner)
      const parked = [...refused.values()].filter((table) => table !== null)
      return {
        parked: [...parkedBefore, ...parked],
        givenUp: [...refused].flatMap(([table, entry]) => (entry === null ? [table] : [])),
      }
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => {})
      if (manner === 'in place' && isAlteredTwice(error)) {
        manner = 'anew'
        continue
      }
      if (!(error instanceof TableApplyError) || verdictOfApplyError(error.cause, longestRowOf(error.table.staged)) === 'stop') {
        throw faultOfWriting(error instanceof TableApplyError ? error.cause : error)
      }
      const { table, cause } = error
      onApplyError(cause, table)
      const { oid } = table.staged
      const { schema, name } = table
      refused.set(table, table.change ? null : { oid, schema, name, lsn: batch.endLsn, ...reasonOfApplyError(cause, longestRowOf(table.staged)) })
    }
  }
}

async function attempt(
  connection: DuckDBConnection,
  tables: readonly PlannedTable[],
  checkpoint: Checkpoint,
  parkedBefore: readonly ParkedTable[],
  refused: ReadonlyMap<PlannedTable, ParkedTable | null>,
  manner: Manner,
): Promise<void> {
  await connection.run('BEGIN TRANSACTION')
  for (const table of tables) {
    if (refused.has(table)) continue
    try {
      await applyTable(connection, table, manner)
    } catch (error) {
      throw new TableApplyError(table, error)
    }
  }
  for (const parked of parkedBefore) await park(connection, parked, null)
  for (const [table, parked] of refused) {
    if (parked) await park(connection, parked, lettersOf(table.staged))
    else await table.change!.giveUp(connection)
  }
  await writeCheckpoint(connection, checkpoint)
  await commit(connection)
}

async function applyTable(connection: DuckDBConnection, table: PlannedTable, manner: Manner): Promise<void> {
  let hasDeleted = false
  for (const { part, plan, alteration } of table.parts) {
    if (alteration) {
      for (const statement of alterationStatements(alteration, hasDeleted ? 'anew' : manner)) await connection.run(statement)
    }
    await applyPart(connection, part, plan)
    hasDeleted ||= part.truncateFirst || part.segments.some((segment) => segment.replacing > 0)
  }
  await table.change?.record(connection)
}

/** Applies rows of one shape within the caller's transaction; what is staged must lie in its files. */
export async function applyPart(connection: DuckDBConnection, part: StagedPart, plan: TablePlan): Promise<void> {
  if (part.truncateFirst) await connection.run(truncateStatement(plan))
  for (const segment of part.segments) {
    await makeRoomForRows(connection, segment.csv.longestRowBytes)
    for (const statement of segmentStatements(plan, segment)) await connection.run(statement)
  }
}

async function park(connection: DuckDBConnection, parked: ParkedTable, changes: string | null): Promise<void> {
  await writeTableState(connection, parked.oid, 'errored', parked.reason)
  await writeDeadLetter(connection, { ...parked, changes })
}

function longestRowOf({ segments }: StagedTable): number {
  return segments.reduce((longest, { csv }) => Math.max(longest, csv.longestRowBytes), 0)
}

function lettersOf(staged: StagedTable): string | null {
  const bytes = staged.segments.reduce((sum, segment) => sum + segment.fileBytes, 0)
  if (bytes > DEAD_LETTER_BYTES) return null
  return staged.segments.map((segment) => readFileSync(segment.path, 'utf8')).join('')
}
