import type { DuckDBConnection } from '@duckdb/node-api'
import { applyBatch, type ParkedTable, type PlannedTable } from '../apply/applyBatch.ts'
import type { Batch } from '../batch/batch.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { Lsn } from '../model/lsn.ts'
import type { SourceShape } from '../model/shape.ts'
import type { Clock, Logger } from '../ports.ts'
import { faultOfWriting } from '../store/faults.ts'
import { interrupt } from '../store/interruption.ts'
import { writeCheckpoint } from '../store/records.ts'
import { inTransaction } from '../store/replicaFile.ts'
import { planBatch, type BatchPlan } from './batchPlan.ts'
import type { FollowedTable } from './followedTables.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'
import type { StreamPositions } from './streamPositions.ts'
import type { TableGate } from './tableGate.ts'
import { Turns } from './turns.ts'

export interface ApplierOptions {
  connection: DuckDBConnection
  tables: ReadonlyMap<number, FollowedTable>
  positions: StreamPositions
  gate: TableGate
  clock: Clock
  logger: Logger
  /** Asks the source's catalog, bounded in time. */
  readShapes(oids: readonly number[]): Promise<ReadonlyMap<number, SourceShape>>
  /** The file's checkpoint has moved on. */
  onDurable(): void
  onApplied(batch: Batch, parked: readonly ParkedTable[], outcomes: readonly SchemaOutcome[]): void
  /** Nothing is in hand any more. */
  onFree(): void
  /** Nothing can be applied any more. */
  onFault(error: Error): void
}

const INTERRUPT_INTERVAL_MS = 20

/** The one user of a stream's DuckDB connection: batches, checkpoints and the turns of others, one after another. */
export class Applier {
  /** How long the last batch took. */
  lastApplyMs = 0
  lastBeganAtMs = 0
  private readonly options: ApplierOptions
  private readonly turns = new Turns()
  private inHand: Promise<void> | null = null
  /** Why the stream ends is known: nothing more is begun on the connection, which is closed next. */
  private isOver = false
  private isInterrupted = false
  private lostBatch = false

  constructor(options: ApplierOptions) {
    this.options = options
  }

  get isBusy(): boolean {
    return this.inHand !== null
  }

  /** Whether something may still be begun, once nothing is in hand. */
  get isOpen(): boolean {
    return !this.isOver && !this.isInterrupted
  }

  /** A batch could not be applied: no position from behind it may be written. */
  get hasLostBatch(): boolean {
    return this.lostBatch
  }

  /** Resolves when nothing is in hand; whoever waited first may have begun something by then. */
  async idle(): Promise<void> {
    while (this.inHand) await this.inHand
  }

  /** To be called while nothing is in hand. What becomes of it is told to the options; takes the batch's files away. */
  apply(batch: Batch, parkedBefore: readonly ParkedTable[]): void {
    this.lastBeganAtMs = this.options.clock.monotonicMs()
    this.take(
      this.applyNow(batch, parkedBefore).catch((error: unknown) => {
        this.lostBatch = true
        if (!this.isInterrupted) this.options.onFault(error as Error)
      }),
    )
  }

  /** Moves the file's checkpoint to `lsn`, over log that holds nothing for us. To be called while nothing is in hand. */
  moveCheckpoint(lsn: Lsn): void {
    const { connection, positions, clock, onDurable, onFault } = this.options
    const checkpoint = { ...positions.checkpoint, lsn }
    this.take(
      inTransaction(connection, () => writeCheckpoint(connection, checkpoint)).then(
        () => {
          positions.write(checkpoint, clock.monotonicMs())
          onDurable()
        },
        (error: unknown) => {
          if (!this.isInterrupted) onFault(faultOfWriting(error))
        },
      ),
    )
  }

  /** Resolves and rejects as `work` does, in a turn of its own; rejects with STOPPED where the stream ends before. */
  wait<Result>(betweenTransactions: boolean, work: () => Promise<Result>): Promise<Result> {
    return this.turns.wait(betweenTransactions, work)
  }

  /** Begins what waits for its turn, if something may begin now. */
  takeTurn(inTransaction: boolean): void {
    if (this.inHand) return
    const turn = this.turns.take(inTransaction)
    if (turn) this.take(turn)
  }

  /** Breaks off what is in hand, statement after statement, until it has given up. */
  interrupt(): void {
    if (!this.inHand) return
    this.isInterrupted = true
    const again = setInterval(() => interrupt(this.options.connection), INTERRUPT_INTERVAL_MS)
    void this.inHand.finally(() => clearInterval(again))
  }

  /** Begins nothing more. Resolves when what is in hand has ended. */
  async end(): Promise<void> {
    this.isOver = true
    this.turns.end()
    await this.inHand
  }

  private take(work: Promise<void>): void {
    this.inHand = work.finally(() => {
      this.inHand = null
      this.options.onFree()
    })
  }

  private async applyNow(batch: Batch, parkedBefore: readonly ParkedTable[]): Promise<void> {
    const { connection, tables, positions, gate, clock, logger, readShapes, onDurable, onApplied } = this.options
    const checkpoint: Checkpoint = {
      lsn: batch.endLsn!,
      commitMicros: batch.lastCommitMicros,
      transactions: positions.checkpoint.transactions + BigInt(batch.transactions),
      changes: positions.checkpoint.changes + BigInt(batch.changes),
    }
    try {
      const plan = await planBatch(batch, tables, readShapes, clock.nowMs())
      const outcome = await applyBatch(connection, batch, plan.tables, checkpoint, parkedBefore, (error, table) => {
        // DuckDB's text may hold a row's values: the log gets its first words only.
        const kind = error instanceof Error ? error.message.split(':', 1)[0] : 'unknown'
        logger.error('a table could not take its changes', { table: table.name, kind })
      })
      const nowMs = clock.monotonicMs()
      positions.write(checkpoint, nowMs)
      this.lastApplyMs = nowMs - this.lastBeganAtMs
      for (const parked of outcome.parked) gate.noteParked(parked)
      const outcomes = this.takeShapes(plan, new Set(outcome.givenUp))
      onDurable()
      onApplied(batch, outcome.parked, outcomes)
    } finally {
      batch.dispose()
    }
  }

  /** The tables are of the shapes that have just become durable. */
  private takeShapes(plan: BatchPlan, givenUp: ReadonlySet<PlannedTable>): SchemaOutcome[] {
    const { tables, gate } = this.options
    const outcomes = [...plan.outcomes].flatMap(([planned, { done, givenUp: instead }]) => {
      const table = tables.get(planned.staged.oid)
      const made = givenUp.has(planned) ? [instead] : done
      if (table) for (const { change } of made) Object.assign(table, change)
      return made
    })
    for (const { oid, shape } of plan.settled) gate.noteSettled(oid, shape)
    return outcomes
  }
}
