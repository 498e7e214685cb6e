import type { DuckDBConnection } from '@duckdb/node-api'
import type { MillraceError } from '../../contract/errors.ts'
import { applyBatch, type ParkedTable, type PlannedTable } from '../apply/applyBatch.ts'
import type { Batch } from '../batch/batch.ts'
import { decideFlush, type FlushLimits } from '../batch/flushPolicy.ts'
import { PgoutputDecoder } from '../decode/pgoutput.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { lsnDistanceBytes, type Lsn } from '../model/lsn.ts'
import type { SourceShape } from '../model/shape.ts'
import type { Clock, Logger } from '../ports.ts'
import type { ReplicationStream, StreamSink } from '../source/replicationConnection.ts'
import { faultOfWriting } from '../store/faults.ts'
import { inTransaction } from '../store/replicaFile.ts'
import { writeCheckpoint } from '../store/records.ts'
import { ChangeStager } from './changeStager.ts'
import { planBatch, type BatchPlan } from './batchPlan.ts'
import type { FollowedTable } from './followedTables.ts'
import type { HeldBack } from './heldBack.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'
import { StreamPositions } from './streamPositions.ts'
import { Turns } from './turns.ts'

export interface StreamObserver {
  /** A batch is durable and visible; its tables' counters are not yet added up. */
  onApplied(batch: Batch, parked: readonly ParkedTable[]): void
  /** A position changed: received, durable, or caught up. */
  onProgress(): void
  /** Tables of another shape since the batch that has just become visible. */
  onSchemaOutcomes(outcomes: readonly SchemaOutcome[]): void
  onNotice(severity: 'info' | 'warning', text: string): void
}

export interface StreamRunOptions {
  connection: DuckDBConnection
  tables: ReadonlyMap<number, FollowedTable>
  checkpoint: Checkpoint
  folder: string
  limits: FlushLimits
  clock: Clock
  logger: Logger
  observer: StreamObserver
  /** Asks the source's catalog, bounded in time. */
  readShapes(oids: readonly number[]): Promise<ReadonlyMap<number, SourceShape>>
  /** The source's log position as last heard; null where it is not known. */
  sourceLsn(): Lsn | null
}

/** The server ends a connection that it has not heard of for `wal_sender_timeout`, which may be a second. */
const HEARTBEAT_MS = 250
/** Heard nothing for so long: ask. */
const ASK_AFTER_MS = 1000
/** Nothing at all from the server for so long, although asked: the connection is dead. */
const SILENCE_MS = 30_000
/** What Node reads from a socket at once; a read as large as that has more behind it. */
const SOCKET_READ_BYTES = 64 << 10
const BEHIND_BYTES = 1 << 20
/** How long a stream that is ended waits for the server to close. */
const GOODBYE_MS = 400
const INTERRUPT_INTERVAL_MS = 20
/** Beyond this a stop drops the batch in hand; it comes again after the checkpoint. */
const STOP_FLUSH_BYTES = 4 << 20

/**
 * One stream from its start to its end: receives, decodes, batches, applies, acknowledges. Receiving
 * and decoding go on while DuckDB applies the batch before; a batch that is full while another is
 * applied pauses the socket.
 *
 * What is acknowledged is always in the file first: the server may forget it from then on.
 */
export class StreamRun implements StreamSink {
  /** Resolves when the stream is over: null after `stop`, else why. */
  readonly ended: Promise<Error | null>
  private endWith!: (error: Error | null) => void
  private readonly decoder: PgoutputDecoder
  private readonly stager: ChangeStager
  private readonly options: StreamRunOptions
  private stream: ReplicationStream | null = null
  private readonly positions: StreamPositions
  private applying: Promise<void> | null = null
  private isPaused = false
  private isStopping = false
  /** Why it ends is known: nothing more is begun on the connection, which is closed next. */
  private isOver = false
  private isInterrupted = false
  /** A batch could not be applied: no position from behind it may be written. */
  private hasLostBatch = false
  private flushTimer: NodeJS.Timeout | null = null
  private flushTimerAtMs = 0
  private lastFlushAtMs = 0
  private lastApplyMs = 0
  private lastHeardAtMs: number
  private writingIdleCheckpoint = false
  private readonly heartbeat: NodeJS.Timeout
  private readonly turns = new Turns()

  constructor(options: StreamRunOptions) {
    this.options = options
    this.lastHeardAtMs = options.clock.monotonicMs()
    this.positions = new StreamPositions(options.checkpoint, this.lastHeardAtMs)
    this.stager = new ChangeStager({
      tables: options.tables,
      positions: this.positions,
      startLsn: options.checkpoint.lsn,
      folder: options.folder,
      clock: options.clock,
      onCommit: () => this.considerFlush(false),
      onUnknownTable: (name) => options.observer.onNotice('warning', `The publication also sends ${name}, which is not followed.`),
    })
    this.decoder = new PgoutputDecoder(this.stager)
    this.ended = new Promise((resolve) => {
      this.endWith = resolve
    })
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS)
  }

  attach(stream: ReplicationStream): void {
    this.stream = stream
  }

  get receivedLsn(): Lsn {
    return this.positions.received
  }

  get durableLsn(): Lsn {
    return this.positions.checkpoint.lsn
  }

  /** Everything committed before this point is visible in the replica; it never goes back. */
  get visibleLsn(): Lsn {
    return this.positions.visible(this.isEmpty)
  }

  /** Asks the server where it stands, so that an idle stream learns that it has caught up. */
  requestReply(): void {
    this.stream?.sendStatus(this.receivedLsn, this.durableLsn, true)
  }

  /**
   * Lets a batch in hand become durable where that is quick, acknowledges, and closes the stream. What
   * still runs after `patienceMs` is broken off: it comes again after the checkpoint. Never rejects.
   */
  async stop(patienceMs: number): Promise<void> {
    const patience = setTimeout(() => this.interrupt(), patienceMs)
    void this.ended.then(() => clearTimeout(patience))
    if (this.isStopping) return
    this.isStopping = true
    this.stream?.pause()
    while (this.applying) await this.applying
    if (!this.isOver && !this.isInterrupted && !this.stager.inTransaction && this.stager.batch.transactions > 0 && this.stager.batch.bytes <= STOP_FLUSH_BYTES) {
      this.flush()
      while (this.applying) await this.applying
    }
    if (!this.isOver && !this.isInterrupted) await this.writeIdleCheckpoint()
    this.acknowledge()
    await this.stream?.stop(GOODBYE_MS)
    this.finish(null)
  }

  /**
   * Runs `work` on the applier's connection, between two batches: while it runs nothing is applied, and the
   * replica holds exactly what was committed before `visibleLsn`. Rejects with what `work` throws, and with
   * STOPPED where the stream ends before its turn has come.
   */
  betweenBatches<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    return this.takeTurn(false, () => work(this.options.connection))
  }

  /**
   * As `betweenBatches`, and at a point where whole transactions only have been received: exactly those that
   * committed before `boundary`. Of these, the last ones may still wait in the next batch.
   */
  betweenTransactions<Result>(work: (boundary: Lsn, connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    return this.takeTurn(true, () => work(this.positions.boundary, this.options.connection))
  }

  /** From here on the table's changes are held back. Between two transactions only. */
  holdBack(table: FollowedTable, onRefusal: () => void): HeldBack {
    return this.stager.holdBack(table, onRefusal)
  }

  /** The table's changes are taken again as they come, where it takes any. Between two transactions only. */
  letGo(oid: number): void {
    this.stager.letGo(oid)
  }

  /** Forgets the table's changes that wait in the next batch: a copy holds them. */
  leaveOut(oid: number): void {
    this.stager.batch.leaveOut(oid)
  }

  private takeTurn<Result>(betweenTransactions: boolean, work: () => Promise<Result>): Promise<Result> {
    const result = this.turns.wait(betweenTransactions, work)
    this.considerTurn()
    return result
  }

  private considerTurn(): void {
    if (this.applying !== null || this.isStopping) return
    const turn = this.turns.take(this.stager.inTransaction)
    if (!turn) return
    this.applying = turn.finally(() => {
      this.applying = null
      this.resumeSocket()
      this.considerFlush(true)
      this.options.observer.onProgress()
    })
  }

  /** Ends the stream, because nothing can go on. */
  fail(fault: MillraceError): void {
    this.finish(fault)
  }

  /** Breaks off the apply in hand, statement after statement, until it has given up. */
  private interrupt(): void {
    if (!this.applying) return
    this.isInterrupted = true
    const again = setInterval(() => this.options.connection.interrupt(), INTERRUPT_INTERVAL_MS)
    void this.applying.finally(() => clearInterval(again))
  }

  // The socket's side.

  onMessage(bytes: Buffer, start: number, end: number, walStart: bigint): void {
    if (this.isStopping) return
    this.positions.hear(walStart as Lsn)
    this.decoder.decode(bytes, start, end)
  }

  onKeepalive(walEnd: Lsn, replyRequested: boolean): void {
    if (this.isStopping) return
    if (this.stager.inTransaction) this.positions.hear(walEnd)
    else this.positions.reach(walEnd)
    if (replyRequested) this.acknowledge()
    this.options.observer.onProgress()
  }

  onDrained(readBytes: number): void {
    this.lastHeardAtMs = this.options.clock.monotonicMs()
    this.considerFlush(readBytes < SOCKET_READ_BYTES && !this.isBehind)
  }

  /** The source is known to have more than has come: a batch is better full than early. */
  private get isBehind(): boolean {
    const sourceLsn = this.options.sourceLsn()
    return sourceLsn !== null && lsnDistanceBytes(this.receivedLsn, sourceLsn) > BEHIND_BYTES
  }

  onClose(error: Error | null): void {
    if (this.isStopping) return
    this.finish(error ?? new Error('Connection terminated unexpectedly'))
  }

  // Applying.

  private get isEmpty(): boolean {
    return !this.stager.inTransaction && this.stager.batch.transactions === 0 && this.applying === null && !this.hasLostBatch
  }

  private considerFlush(isDrained: boolean): void {
    this.considerTurn()
    if (this.isStopping) return
    const nowMs = this.options.clock.monotonicMs()
    const { batch } = this.stager
    const decision = decideFlush(
      {
        nowMs,
        transactions: batch.transactions,
        bytes: batch.bytes,
        firstChangeAtMs: batch.firstChangeAtMs,
        lastFlushAtMs: this.lastFlushAtMs,
        lastApplyMs: this.lastApplyMs,
        inTransaction: this.stager.inTransaction,
        isApplying: this.applying !== null,
        isDrained,
      },
      this.options.limits,
    )
    if (decision.do === 'flush') this.flush()
    else if (decision.do === 'wait') this.flushLater(decision.untilMs, nowMs)
    if (this.applying && !this.stager.inTransaction && this.stager.batch.bytes >= this.options.limits.flushBytes) this.pauseSocket()
  }

  private flushLater(untilMs: number, nowMs: number): void {
    if (this.flushTimer && this.flushTimerAtMs <= untilMs) return
    if (this.flushTimer) clearTimeout(this.flushTimer)
    this.flushTimerAtMs = untilMs
    this.flushTimer = setTimeout(() => {
      this.flushTimer = null
      this.considerFlush(true)
    }, untilMs - nowMs)
  }

  private flush(): void {
    const parkedBefore = this.stager.gate.takeParked()
    const batch = this.stager.takeBatch()
    this.lastFlushAtMs = this.options.clock.monotonicMs()
    this.applying = this.apply(batch, parkedBefore)
      .catch((error: unknown) => {
        this.hasLostBatch = true
        if (!this.isInterrupted) this.finish(error as MillraceError)
      })
      .finally(() => {
        this.applying = null
        this.resumeSocket()
        this.considerFlush(true)
        this.options.observer.onProgress()
      })
  }

  private async apply(batch: Batch, parkedBefore: readonly ParkedTable[]): Promise<void> {
    const checkpoint: Checkpoint = {
      lsn: batch.endLsn!,
      commitMicros: batch.lastCommitMicros,
      transactions: this.positions.checkpoint.transactions + BigInt(batch.transactions),
      changes: this.positions.checkpoint.changes + BigInt(batch.changes),
    }
    try {
      const { connection, tables, clock, readShapes } = this.options
      const plan = await planBatch(batch, tables, readShapes, clock.nowMs())
      const outcome = await applyBatch(connection, batch, plan.tables, checkpoint, parkedBefore, (error, table) => {
        // DuckDB's text may hold a row's values: the log gets its first words only.
        const kind = error instanceof Error ? error.message.split(':', 1)[0] : 'unknown'
        this.options.logger.error('a table could not take its changes', { table: table.name, kind })
      })
      const nowMs = this.options.clock.monotonicMs()
      this.positions.write(checkpoint, nowMs)
      this.lastApplyMs = nowMs - this.lastFlushAtMs
      for (const parked of outcome.parked) this.stager.gate.noteParked(parked)
      const outcomes = this.takeShapes(plan, new Set(outcome.givenUp))
      this.acknowledge()
      this.options.observer.onApplied(batch, outcome.parked)
      if (outcomes.length > 0) this.options.observer.onSchemaOutcomes(outcomes)
    } finally {
      batch.dispose()
    }
  }

  /** The tables are of the shapes that have just become durable. */
  private takeShapes(plan: BatchPlan, givenUp: ReadonlySet<PlannedTable>): SchemaOutcome[] {
    const outcomes = [...plan.outcomes].flatMap(([planned, { done, givenUp: instead }]) => {
      const table = this.options.tables.get(planned.staged.oid)
      const made = givenUp.has(planned) ? [instead] : done
      if (table) for (const { change } of made) Object.assign(table, change)
      return made
    })
    for (const { oid, shape } of plan.settled) this.stager.gate.noteSettled(oid, shape)
    return outcomes
  }

  private pauseSocket(): void {
    if (this.isPaused) return
    this.isPaused = true
    this.stream?.pause()
  }

  private resumeSocket(): void {
    if (!this.isPaused || this.isStopping) return
    this.isPaused = false
    this.lastHeardAtMs = this.options.clock.monotonicMs()
    this.stream?.resume()
  }

  // What the server is told.

  private acknowledge(): void {
    this.stream?.sendStatus(this.receivedLsn, this.durableLsn, false)
  }

  private beat(): void {
    const nowMs = this.options.clock.monotonicMs()
    if (this.isStopping) return
    if (!this.isPaused && nowMs - this.lastHeardAtMs > SILENCE_MS) {
      this.finish(new Error('Connection timed out: nothing was heard from the server'))
      return
    }
    // Also while the socket is paused: the server's wal_sender_timeout may be short.
    if (nowMs - this.lastHeardAtMs >= ASK_AFTER_MS) this.requestReply()
    else this.acknowledge()
    if (this.positions.isCheckpointDue(this.visibleLsn, nowMs)) void this.writeIdleCheckpoint()
  }

  /** Moves the file's checkpoint over log that holds nothing for us, so that the source can forget it. */
  private async writeIdleCheckpoint(): Promise<void> {
    const lsn = this.visibleLsn
    if (lsn <= this.durableLsn || this.applying || this.writingIdleCheckpoint) return
    this.writingIdleCheckpoint = true
    const checkpoint = { ...this.positions.checkpoint, lsn }
    // Takes the applier's turn, so that no batch is written on the same connection meanwhile.
    const { connection, clock } = this.options
    this.applying = inTransaction(connection, () => writeCheckpoint(connection, checkpoint))
      .then(() => {
        this.positions.write(checkpoint, clock.monotonicMs())
        this.acknowledge()
      })
      .catch((error: unknown) => {
        if (!this.isInterrupted) this.finish(faultOfWriting(error))
      })
      .finally(() => {
        this.applying = null
        this.writingIdleCheckpoint = false
        this.considerFlush(true)
      })
    await this.applying
  }

  private finish(error: Error | null): void {
    this.isOver = true
    clearInterval(this.heartbeat)
    if (this.flushTimer) clearTimeout(this.flushTimer)
    this.turns.end()
    if (!this.isStopping) {
      this.isStopping = true
      void this.stream?.stop(0)
    }
    const last = this.applying ?? Promise.resolve()
    void last.finally(() => {
      this.stager.dispose()
      this.endWith(error)
    })
  }
}
