import { readFileSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Batch } from '../batch/batch.ts'
import { spill, type StagedTable } from '../batch/stagedTable.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { Lsn } from '../model/lsn.ts'
import { faultOfWriting, reasonOfApplyError, verdictOfApplyError } from '../store/faults.ts'
import { writeCheckpoint, writeDeadLetter, writeTableState } from '../store/records.ts'
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

export interface ApplyOutcome {
  /** Tables that could not take their changes; recorded in the file together with the checkpoint. */
  parked: ParkedTable[]
}

/** Keeps a dead letter readable, and the file small. */
const DEAD_LETTER_BYTES = 64 * 1024

class TableApplyError extends Error {
  readonly staged: StagedTable

  constructor(staged: StagedTable, cause: unknown) {
    super('a table could not take its changes', { cause })
    this.staged = staged
  }
}

/**
 * Applies a batch and its checkpoint in one DuckDB transaction: after a kill either all of it is in
 * the file or none. A table that cannot take its changes is parked in that same transaction and the
 * rest is applied. Throws DISK_FULL or FILE_DAMAGED where nothing can be written.
 */
export async function applyBatch(
  connection: DuckDBConnection,
  batch: Batch,
  checkpoint: Checkpoint,
  parkedBefore: readonly ParkedTable[],
  onApplyError: (error: unknown, staged: StagedTable) => void,
): Promise<ApplyOutcome> {
  const refused = new Map<number, { staged: StagedTable; parked: ParkedTable }>()
  for (const staged of batch.tables.values()) {
    for (const segment of staged.segments) spill(segment)
  }
  for (;;) {
    try {
      await attempt(connection, batch, checkpoint, parkedBefore, refused)
      return { parked: [...parkedBefore, ...[...refused.values()].map(({ parked }) => parked)] }
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => {})
      if (!(error instanceof TableApplyError) || verdictOfApplyError(error.cause) === 'stop') {
        throw faultOfWriting(error instanceof TableApplyError ? error.cause : error)
      }
      const { staged, cause } = error
      onApplyError(cause, staged)
      refused.set(staged.plan.oid, {
        staged,
        parked: {
          oid: staged.plan.oid,
          schema: staged.plan.schema,
          name: staged.plan.name,
          lsn: batch.endLsn,
          ...reasonOfApplyError(cause),
        },
      })
    }
  }
}

/** Applies one table's changes within the caller's transaction; what is staged must lie in its files. */
export async function applyStaged(connection: DuckDBConnection, staged: StagedTable): Promise<void> {
  if (staged.truncateFirst) await connection.run(truncateStatement(staged.plan))
  for (const segment of staged.segments) {
    for (const statement of segmentStatements(staged.plan, segment)) await connection.run(statement)
  }
}

async function attempt(
  connection: DuckDBConnection,
  batch: Batch,
  checkpoint: Checkpoint,
  parkedBefore: readonly ParkedTable[],
  refused: ReadonlyMap<number, { staged: StagedTable; parked: ParkedTable }>,
): Promise<void> {
  await connection.run('BEGIN TRANSACTION')
  for (const staged of batch.tables.values()) {
    if (refused.has(staged.plan.oid)) continue
    try {
      await applyStaged(connection, staged)
    } catch (error) {
      throw new TableApplyError(staged, error)
    }
  }
  for (const parked of parkedBefore) await park(connection, parked, null)
  for (const { staged, parked } of refused.values()) await park(connection, parked, lettersOf(staged))
  await writeCheckpoint(connection, checkpoint)
  await connection.run('COMMIT')
}

async function park(connection: DuckDBConnection, parked: ParkedTable, changes: string | null): Promise<void> {
  await writeTableState(connection, parked.oid, 'errored', parked.reason)
  await writeDeadLetter(connection, { ...parked, changes })
}

function lettersOf(staged: StagedTable): string | null {
  const bytes = staged.segments.reduce((sum, segment) => sum + segment.fileBytes, 0)
  if (bytes > DEAD_LETTER_BYTES) return null
  return staged.segments.map((segment) => readFileSync(segment.path, 'utf8')).join('')
}
