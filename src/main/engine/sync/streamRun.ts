import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import { applyBatch, type ParkedTable } from '../apply/applyBatch.ts'
import { Batch, BufferShelf } from '../batch/batch.ts'
import { decideFlush, type FlushLimits } from '../batch/flushPolicy.ts'
import { PgoutputDecoder, type ChangeVisitor, type StreamRelation } from '../decode/pgoutput.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { laterLsn, lsnDistanceBytes, type Lsn } from '../model/lsn.ts'
import type { OldRow, TupleIndex } from '../model/tuple.ts'
import type { Clock, Logger } from '../ports.ts'
import type { ReplicationStream, StreamSink } from '../source/replicationConnection.ts'
import { faultOfWriting } from '../store/faults.ts'
import { inTransaction } from '../store/replicaFile.ts'
import { writeCheckpoint } from '../store/records.ts'
import type { FollowedTable } from './followedTables.ts'
import { TableGate } from './tableGate.ts'

export interface StreamObserver {
  /** A batch is durable and visible; its tables' counters are not yet added up. */
  onApplied(batch: Batch, parked: readonly ParkedTable[]): void
  /** A position changed: received, durable, or caught up. */
  onProgress(): void
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
  /** The source's log position as last heard; null where it is not known. */
  sourceLsn(): Lsn | null
}

const SHELF_BYTES = 64 << 20
/** How far or how long the idle position may run ahead of the file's checkpoint before it is written. */
const IDLE_CHECKPOINT_BYTES = 16 << 20
const IDLE_CHECKPOINT_MS = 5000
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

/** Work that is waiting for its turn on the applier's connection. */
interface Turn {
  take(): Promise<void>
  refuse(reason: MillraceError): void
}

/**
 * One stream from its start to its end: receives, decodes, batches, applies, acknowledges. Receiving
 * and decoding go on while DuckDB applies the batch before; a batch that is full while another is
 * applied pauses the socket.
 *
 * What is acknowledged is always in the file first: the server may forget it from then on.
 */
export class StreamRun implements StreamSink, ChangeVisitor {
  /** Resolves when the stream is over: null after `stop`, else why. */
  readonly ended: Promise<Error | null>
  private endWith!: (error: Error | null) => void
  private readonly decoder = new PgoutputDecoder(this)
  private readonly shelf = new BufferShelf(SHELF_BYTES)
  private readonly options: StreamRunOptions
  private stream: ReplicationStream | null = null
  private batch: Batch
  private batchNumber = 0
  private checkpoint: Checkpoint
  private receivedPosition: Lsn
  /** Everything before it has been received, whole transactions only. */
  private quietPosition: Lsn
  private visiblePosition: Lsn
  private inTransaction = false
  private skipsTransaction = false
  private readonly gate: TableGate
  private readonly unknownOids = new Set<number>()
  private applying: Promise<void> | null = null
  private isPaused = false
  private isStopping = false
  private isInterrupted = false
  private flushTimer: NodeJS.Timeout | null = null
  private flushTimerAtMs = 0
  private lastFlushAtMs = 0
  private lastApplyMs = 0
  private lastHeardAtMs: number
  private lastCheckpointAtMs: number
  private writingIdleCheckpoint = false
  private readonly heartbeat: NodeJS.Timeout
  private readonly turns: Turn[] = []

  constructor(options: StreamRunOptions) {
    this.options = options
    this.checkpoint = options.checkpoint
    this.receivedPosition = options.checkpoint.lsn
    this.quietPosition = options.checkpoint.lsn
    this.visiblePosition = options.checkpoint.lsn
    this.gate = new TableGate(options.tables, options.checkpoint.lsn)
    this.batch = this.newBatch()
    this.lastHeardAtMs = options.clock.monotonicMs()
    this.lastCheckpointAtMs = this.lastHeardAtMs
    this.ended = new Promise((resolve) => {
      this.endWith = resolve
    })
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS)
  }

  attach(stream: ReplicationStream): void {
    this.stream = stream
  }

  get receivedLsn(): Lsn {
    return this.receivedPosition
  }

  get durableLsn(): Lsn {
    return this.checkpoint.lsn
  }

  /** Everything committed before this point is visible in the replica; it never goes back. */
  get visibleLsn(): Lsn {
    const position = this.isEmpty ? laterLsn(this.checkpoint.lsn, this.quietPosition) : this.checkpoint.lsn
    this.visiblePosition = laterLsn(this.visiblePosition, position)
    return this.visiblePosition
  }

  /** Asks the server where it stands, so that an idle stream learns that it has caught up. */
  requestReply(): void {
    this.stream?.sendStatus(this.receivedPosition, this.checkpoint.lsn, true)
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
    if (!this.isInterrupted && !this.inTransaction && this.batch.transactions > 0 && this.batch.bytes <= STOP_FLUSH_BYTES) {
      this.flush()
      while (this.applying) await this.applying
    }
    if (!this.isInterrupted) await this.writeIdleCheckpoint()
    this.stream?.sendStatus(this.receivedPosition, this.checkpoint.lsn, false)
    await this.stream?.stop(GOODBYE_MS)
    this.finish(null)
  }

  /**
   * Runs `work` on the applier's connection, between two batches: while it runs nothing is applied, and the
   * replica holds exactly what was committed before `visibleLsn`. Rejects with what `work` throws, and with
   * STOPPED where the stream ends before its turn has come.
   */
  betweenBatches<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    if (this.isStopping) return Promise.reject(streamEnded())
    const result = new Promise<Result>((resolve, reject) => {
      this.turns.push({ take: () => work(this.options.connection).then(resolve, reject), refuse: reject })
    })
    this.considerTurn()
    return result
  }

  private considerTurn(): void {
    if (this.applying !== null || this.isStopping) return
    const turn = this.turns.shift()
    if (!turn) return
    this.applying = turn.take().finally(() => {
      this.applying = null
      this.resumeSocket()
      this.considerFlush(true)
    })
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
    if ((walStart as Lsn) > this.receivedPosition) this.receivedPosition = walStart as Lsn
    this.decoder.decode(bytes, start, end)
  }

  onKeepalive(walEnd: Lsn, replyRequested: boolean): void {
    if (this.isStopping) return
    this.receivedPosition = laterLsn(this.receivedPosition, walEnd)
    if (!this.inTransaction) this.quietPosition = walEnd
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
    return sourceLsn !== null && lsnDistanceBytes(this.receivedPosition, sourceLsn) > BEHIND_BYTES
  }

  onClose(error: Error | null): void {
    if (this.isStopping) return
    this.finish(error ?? new Error('Connection terminated unexpectedly'))
  }

  // The decoder's side.

  begin(finalLsn: Lsn): void {
    this.inTransaction = true
    // The server starts after the checkpoint by itself; this holds even if it did not.
    this.skipsTransaction = finalLsn < this.options.checkpoint.lsn
    this.gate.begin(finalLsn, this.skipsTransaction)
    this.batch.firstChangeAtMs ??= this.options.clock.monotonicMs()
  }

  commit(_commitLsn: Lsn, endLsn: Lsn, commitMicros: bigint): void {
    this.inTransaction = false
    this.receivedPosition = laterLsn(this.receivedPosition, endLsn)
    if (this.skipsTransaction) return
    this.batch.commit(endLsn, commitMicros)
    this.considerFlush(false)
  }

  relation(relation: StreamRelation): void {
    if (this.gate.describe(relation) === 'followed' || this.unknownOids.has(relation.oid)) return
    this.unknownOids.add(relation.oid)
    const name = `${relation.schema}.${relation.name}`
    this.options.observer.onNotice('warning', `The publication also sends ${name}, which is not followed.`)
  }

  insert(relationOid: number, row: TupleIndex, messageBytes: number): void {
    const table = this.gate.forRow(relationOid, row.columnCount)
    if (table) this.staged(table, messageBytes).insert(row, messageBytes)
  }

  update(relationOid: number, oldRow: OldRow, old: TupleIndex, row: TupleIndex, messageBytes: number): void {
    const table = this.gate.forExistingRow(relationOid, row.columnCount, oldRow === 'full')
    if (table) this.staged(table, messageBytes).update(oldRow, old, row, messageBytes)
  }

  delete(relationOid: number, oldRow: OldRow, old: TupleIndex, messageBytes: number): void {
    const table = this.gate.forExistingRow(relationOid, old.columnCount, oldRow === 'full')
    if (table) this.staged(table, messageBytes).delete(old, messageBytes)
  }

  truncate(relationOids: number[]): void {
    for (const oid of relationOids) {
      const table = this.gate.forChange(oid)
      if (!table) continue
      this.batch.noteChange(0)
      this.batch.truncate(table.plan)
    }
  }

  private staged(table: FollowedTable, messageBytes: number) {
    this.batch.noteChange(messageBytes)
    return this.batch.table(table.plan)
  }

  // Applying.

  private get isEmpty(): boolean {
    return !this.inTransaction && this.batch.transactions === 0 && this.applying === null
  }

  private newBatch(): Batch {
    return new Batch(this.batchNumber++, this.options.folder, this.shelf)
  }

  private considerFlush(isDrained: boolean): void {
    this.considerTurn()
    if (this.isStopping) return
    const nowMs = this.options.clock.monotonicMs()
    const { batch } = this
    const decision = decideFlush(
      {
        nowMs,
        transactions: batch.transactions,
        bytes: batch.bytes,
        firstChangeAtMs: batch.firstChangeAtMs,
        lastFlushAtMs: this.lastFlushAtMs,
        lastApplyMs: this.lastApplyMs,
        inTransaction: this.inTransaction,
        isApplying: this.applying !== null,
        isDrained,
      },
      this.options.limits,
    )
    if (decision.do === 'flush') this.flush()
    else if (decision.do === 'wait') this.flushLater(decision.untilMs, nowMs)
    if (this.applying && !this.inTransaction && this.batch.bytes >= this.options.limits.flushBytes) this.pauseSocket()
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
    const { batch } = this
    const parkedBefore = this.gate.takeParked()
    this.batch = this.newBatch()
    this.lastFlushAtMs = this.options.clock.monotonicMs()
    this.applying = this.apply(batch, parkedBefore)
      .catch((error: unknown) => {
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
      transactions: this.checkpoint.transactions + BigInt(batch.transactions),
      changes: this.checkpoint.changes + BigInt(batch.changes),
    }
    try {
      const outcome = await applyBatch(this.options.connection, batch, checkpoint, parkedBefore, (error, staged) => {
        // DuckDB's text may hold a row's values: the log gets its first words only.
        const kind = error instanceof Error ? error.message.split(':', 1)[0] : 'unknown'
        this.options.logger.error('a table could not take its changes', { table: staged.plan.name, kind })
      })
      this.checkpoint = checkpoint
      this.lastCheckpointAtMs = this.options.clock.monotonicMs()
      this.lastApplyMs = this.lastCheckpointAtMs - this.lastFlushAtMs
      for (const parked of outcome.parked) this.gate.noteParked(parked)
      this.acknowledge()
      this.options.observer.onApplied(batch, outcome.parked)
    } finally {
      batch.dispose()
    }
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

  // Positions.

  private acknowledge(): void {
    this.stream?.sendStatus(this.receivedPosition, this.checkpoint.lsn, false)
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
    const aheadBytes = lsnDistanceBytes(this.checkpoint.lsn, this.visibleLsn)
    const isDue = nowMs - this.lastCheckpointAtMs >= IDLE_CHECKPOINT_MS || aheadBytes >= IDLE_CHECKPOINT_BYTES
    if (aheadBytes > 0 && isDue) void this.writeIdleCheckpoint()
  }

  /** Moves the file's checkpoint over log that holds nothing for us, so that the source can forget it. */
  private async writeIdleCheckpoint(): Promise<void> {
    const lsn = this.visibleLsn
    if (lsn <= this.checkpoint.lsn || this.applying || this.writingIdleCheckpoint) return
    this.writingIdleCheckpoint = true
    const checkpoint = { ...this.checkpoint, lsn }
    // Takes the applier's turn, so that no batch is written on the same connection meanwhile.
    const { connection, clock } = this.options
    this.applying = inTransaction(connection, () => writeCheckpoint(connection, checkpoint))
      .then(() => {
        this.checkpoint = checkpoint
        this.lastCheckpointAtMs = clock.monotonicMs()
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
    clearInterval(this.heartbeat)
    if (this.flushTimer) clearTimeout(this.flushTimer)
    for (const turn of this.turns.splice(0)) turn.refuse(streamEnded())
    if (!this.isStopping) {
      this.isStopping = true
      void this.stream?.stop(0)
    }
    const last = this.applying ?? Promise.resolve()
    void last.finally(() => {
      this.batch.dispose()
      this.endWith(error)
    })
  }
}

function streamEnded(): MillraceError {
  return new MillraceError({
    code: 'STOPPED',
    message: 'The stream ended before its turn came.',
    advice: 'Try again once it follows.',
  })
}
