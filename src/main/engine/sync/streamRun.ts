import type { DuckDBConnection } from '@duckdb/node-api'
import type { MillraceError } from '../../contract/errors.ts'
import type { ParkedTable } from '../apply/applyBatch.ts'
import type { Batch } from '../batch/batch.ts'
import { decideFlush, isFull, type FlushLimits } from '../batch/flushPolicy.ts'
import { PgoutputDecoder } from '../decode/pgoutput.ts'
import type { MaskKey } from '../masking/maskKey.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { lsnDistanceBytes, type Lsn } from '../model/lsn.ts'
import type { SourceShape } from '../model/shape.ts'
import type { Clock, Logger } from '../ports.ts'
import type { ReplicationStream, StreamSink } from '../source/replicationConnection.ts'
import { Applier } from './applier.ts'
import { ChangeStager } from './changeStager.ts'
import type { FollowedTable } from './followedTables.ts'
import type { HeldBack } from './heldBack.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'
import { StreamPositions } from './streamPositions.ts'

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
  /** For values of masked columns; throws where there is none. */
  maskKey(): MaskKey
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
  private readonly applier: Applier
  private isPaused = false
  private isStopping = false
  private flushTimer: NodeJS.Timeout | null = null
  private flushTimerAtMs = 0
  private lastHeardAtMs: number
  private readonly heartbeat: NodeJS.Timeout

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
      maskKey: () => options.maskKey(),
      onCommit: () => this.considerFlush(false),
      onUnknownTable: (name) => options.observer.onNotice('warning', `The publication also sends ${name}, which is not followed.`),
    })
    this.decoder = new PgoutputDecoder(this.stager)
    const { connection, tables, clock, logger, observer, readShapes } = options
    this.applier = new Applier({
      ...{ connection, tables, clock, logger, readShapes },
      positions: this.positions,
      gate: this.stager.gate,
      onDurable: () => this.acknowledge(),
      onApplied: (batch, parked, outcomes) => {
        observer.onApplied(batch, parked)
        if (outcomes.length > 0) observer.onSchemaOutcomes(outcomes)
      },
      onFree: () => {
        this.resumeSocket()
        this.considerFlush(true)
        observer.onProgress()
      },
      onFault: (error) => this.finish(error),
    })
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
    const patience = setTimeout(() => this.applier.interrupt(), patienceMs)
    void this.ended.then(() => clearTimeout(patience))
    if (this.isStopping) return
    this.isStopping = true
    this.stream?.pause()
    await this.applier.idle()
    const { inTransaction, batch } = this.stager
    if (this.applier.isOpen && !inTransaction && batch.transactions > 0 && batch.bytes <= STOP_FLUSH_BYTES) {
      this.flush()
      await this.applier.idle()
    }
    if (this.applier.isOpen) {
      this.moveCheckpoint()
      await this.applier.idle()
    }
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
    const result = this.applier.wait(betweenTransactions, work)
    this.considerTurn()
    return result
  }

  private considerTurn(): void {
    if (!this.isStopping) this.applier.takeTurn(this.stager.inTransaction)
  }

  /** Ends the stream, because nothing can go on. */
  fail(fault: MillraceError): void {
    this.finish(fault)
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
    return !this.stager.inTransaction && this.stager.batch.transactions === 0 && !this.applier.isBusy && !this.applier.hasLostBatch
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
        tables: batch.tables.size,
        firstChangeAtMs: batch.firstChangeAtMs,
        lastFlushAtMs: this.applier.lastBeganAtMs,
        lastApplyMs: this.applier.lastApplyMs,
        inTransaction: this.stager.inTransaction,
        isApplying: this.applier.isBusy,
        isDrained,
      },
      this.options.limits,
    )
    if (decision.do === 'flush') this.flush()
    else if (decision.do === 'wait') this.flushLater(decision.untilMs, nowMs)
    if (!this.applier.isBusy || this.stager.inTransaction) return
    const { bytes, tables } = this.stager.batch
    if (isFull({ bytes, tables: tables.size }, this.options.limits)) this.pauseSocket()
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
    this.applier.apply(this.stager.takeBatch(), parkedBefore)
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
    if (this.positions.isCheckpointDue(this.visibleLsn, nowMs)) this.moveCheckpoint()
  }

  /** Over log that holds nothing for us, so that the source can forget it. */
  private moveCheckpoint(): void {
    const lsn = this.visibleLsn
    if (lsn > this.durableLsn && !this.applier.isBusy) this.applier.moveCheckpoint(lsn)
  }

  private finish(error: Error | null): void {
    clearInterval(this.heartbeat)
    if (this.flushTimer) clearTimeout(this.flushTimer)
    if (!this.isStopping) {
      this.isStopping = true
      void this.stream?.stop(0)
    }
    void this.applier.end().finally(() => {
      this.stager.dispose()
      this.endWith(error)
    })
  }
}
