import { setTimeout as delay } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { SyncState } from '../../contract/live.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { ParkedTable } from '../apply/applyBatch.ts'
import type { Batch } from '../batch/batch.ts'
import { defaultFlushLimits, type FlushLimits } from '../batch/flushPolicy.ts'
import { laterLsn, type Lsn } from '../model/lsn.ts'
import type { Host } from '../ports.ts'
import { connectSource } from '../source/connection.ts'
import { faultOfSourceError, isTransientSourceError } from '../source/faults.ts'
import { ReplicationConnection } from '../source/replicationConnection.ts'
import { readCheckpoint, writeTableState, type SourceRecord } from '../store/records.ts'
import { inTransaction, type ReplicaFile } from '../store/replicaFile.ts'
import { copyTables } from './copyTables.ts'
import type { FollowedTable } from './followedTables.ts'
import { nextSyncState, type SyncEvent } from './machine.ts'
import { prepareSource, type Prepared, type Selection } from './prepare.ts'
import { retryDelayMs } from './retryPolicy.ts'
import { StreamRun } from './streamRun.ts'

export interface ReplicationObserver {
  onState(state: SyncState): void
  onApplied(batch: Batch, parked: readonly ParkedTable[]): void
  onProgress(): void
  onNotice(severity: 'info' | 'warning' | 'error', text: string): void
  /** Publications and slot are there; the monitor can look at them. */
  onSource(source: SourceRecord): void
}

export interface ReplicationOptions {
  host: Host
  file: ReplicaFile
  address: SourceAddress
  folder: string
  selection: Selection | null
  slotName: string | null
  publicationName: string | null
  limits?: FlushLimits
  observer: ReplicationObserver
}

/** Why an attempt was ended from our side. */
type EndReason = 'stop' | 'pause' | 'resync'

const STOP_MS = 1000

/** Drives one file's stream through its states: connect, prepare, copy, stream, and again after a loss. */
export class Replication {
  state: SyncState = 'stopped'
  fault: MillraceError | null = null
  attempt = 0
  nextAttemptAtMs: number | null = null
  activity: string | null = null
  tables: ReadonlyMap<number, FollowedTable> = new Map()
  /** Resolves when it has failed for good (with the fault) or was stopped (null). */
  readonly ended: Promise<MillraceError | null>
  private resolveEnded!: (fault: MillraceError | null) => void
  private readonly options: ReplicationOptions
  private run: StreamRun | null = null
  private applyConnection: DuckDBConnection | null = null
  private ending = new AbortController()
  private driving: Promise<void> = Promise.resolve()
  private heardSourceLsn: Lsn | null = null

  constructor(options: ReplicationOptions) {
    this.options = options
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve
    })
  }

  start(): void {
    if (this.dispatch('start')) this.driving = this.drive()
  }

  async pause(): Promise<void> {
    if (nextSyncState(this.state, 'pause') === null) return
    await this.end('pause')
  }

  resume(): void {
    if (this.dispatch('resume')) this.driving = this.drive()
  }

  /** Marks the table as not copied, and starts anew: with its copy first. Throws TABLE_MISSING. */
  async resync(schema: string, name: string): Promise<void> {
    const table = [...this.tables.values()].find((other) => other.plan.schema === schema && other.plan.name === name)
    if (!table) {
      throw new MillraceError({
        code: 'TABLE_MISSING',
        message: 'This table is not one of those that the file follows.',
        advice: 'Choose one of the tables listed in Live.',
      })
    }
    await this.end('resync')
    const { bookkeeping } = this.options.file
    await inTransaction(bookkeeping, () => writeTableState(bookkeeping, table.plan.oid, 'init', null))
    if (this.state === 'stopped' || this.state === 'paused') return
    this.state = 'connecting'
    this.options.observer.onState(this.state)
    this.driving = this.drive()
  }

  async stop(): Promise<void> {
    await this.end('stop')
    this.applyConnection?.closeSync()
    this.applyConnection = null
    this.resolveEnded(null)
  }

  get receivedLsn(): Lsn | null {
    return this.run?.receivedLsn ?? null
  }

  get durableLsn(): Lsn | null {
    return this.run?.durableLsn ?? null
  }

  get visibleLsn(): Lsn | null {
    return this.run?.visibleLsn ?? null
  }

  get isStreaming(): boolean {
    return this.run !== null
  }

  /** The source's position, as somebody has just read it there. */
  hearSourceLsn(lsn: Lsn): void {
    this.heardSourceLsn = this.heardSourceLsn === null ? lsn : laterLsn(this.heardSourceLsn, lsn)
    if (this.run && this.run.visibleLsn < lsn) this.run.requestReply()
  }

  requestReply(): void {
    this.run?.requestReply()
  }

  /** The lag has grown beyond a moment's worth. */
  noteBehind(): void {
    this.dispatch('fell-behind')
  }

  private dispatch(event: SyncEvent): boolean {
    const next = nextSyncState(this.state, event)
    if (next === null) return false
    this.state = next
    this.options.observer.onState(next)
    return true
  }

  private async end(reason: EndReason): Promise<void> {
    if (reason === 'stop') this.dispatch('stop')
    if (reason === 'pause') this.dispatch('pause')
    this.ending.abort(reason)
    await this.driving
    if (reason === 'stop') this.dispatch('stopped')
  }

  /** One attempt after another until it is ended, or fails for good. */
  private async drive(): Promise<void> {
    const { clock, logger } = this.options.host
    this.ending = new AbortController()
    const { signal } = this.ending
    while (!signal.aborted) {
      try {
        await this.attemptOnce(signal)
      } catch (error) {
        this.activity = null
        if (signal.aborted) return
        const fault = faultOfSourceError(error)
        logger.warn('the stream ended', { code: fault.code, detail: fault.detail })
        this.fault = fault
        if (!isTransientSourceError(error) || !(await this.hasStarted())) {
          this.dispatch('fail')
          this.options.observer.onNotice('error', fault.message)
          this.resolveEnded(fault)
          return
        }
        this.attempt++
        const delayMs = retryDelayMs(this.attempt, Math.random())
        this.nextAttemptAtMs = clock.nowMs() + delayMs
        this.dispatch('connection-lost')
        if (this.attempt === 1) this.options.observer.onNotice('warning', `${fault.message} Nothing is lost; trying again.`)
        await delay(delayMs, undefined, { signal }).catch(() => {})
        this.nextAttemptAtMs = null
        this.dispatch('retry')
      }
    }
  }

  /** Before the first slot there is nothing to go back to, and a wrong address should be told at once. */
  private async hasStarted(): Promise<boolean> {
    return (await readCheckpoint(this.options.file.bookkeeping)) !== null
  }

  private async attemptOnce(signal: AbortSignal): Promise<void> {
    const { address, observer } = this.options
    const walsender = await ReplicationConnection.open(address, signal)
    const client = await connectSource(address, { purpose: 'catalog', signal }).catch(async (error: unknown) => {
      await walsender.close()
      throw error
    })
    client.on('error', () => {})
    // A command that waits on the server (slot creation) is ended by cutting its connection.
    const cut = (): void => void walsender.close()
    signal.addEventListener('abort', cut)
    try {
      const identity = await walsender.identifySystem()
      this.hearSourceLsn(identity.currentLsn)
      this.dispatch('connected')
      const prepared = await prepareSource({
        ...this.options,
        client,
        walsender,
        identity,
        onActivity: (text) => {
          this.activity = text
          observer.onProgress()
        },
      })
      this.activity = null
      this.tables = prepared.tables
      observer.onSource(prepared.source)
      if (prepared.slot) {
        this.dispatch('copy-needed')
        await this.copy(prepared, signal)
        this.dispatch('copied')
      } else {
        this.dispatch('stream-ready')
      }
      signal.throwIfAborted()
      signal.removeEventListener('abort', cut)
      await this.stream(prepared, prepared.slot ? await this.reopen(walsender, signal) : walsender, signal)
    } finally {
      signal.removeEventListener('abort', cut)
      await walsender.close()
      await client.end().catch(() => {})
    }
  }

  /** A temporary slot lives as long as its connection; the stream gets a fresh one. */
  private async reopen(walsender: ReplicationConnection, signal: AbortSignal): Promise<ReplicationConnection> {
    await walsender.close()
    return ReplicationConnection.open(this.options.address, signal)
  }

  private async copy(prepared: Prepared, signal: AbortSignal): Promise<void> {
    const { host, file, address, folder, observer } = this.options
    await copyTables({
      file,
      address,
      tables: prepared.toCopy,
      slot: prepared.slot!,
      folder,
      clock: host.clock,
      logger: host.logger,
      signal,
      onNotice: (severity, text) => observer.onNotice(severity, text),
    })
    const rows = prepared.toCopy.reduce((sum, table) => sum + table.rows, 0)
    observer.onNotice('info', `Copied ${rows.toLocaleString('en')} rows of ${prepared.toCopy.length} tables.`)
  }

  private async stream(prepared: Prepared, walsender: ReplicationConnection, signal: AbortSignal): Promise<void> {
    const { host, file, folder, observer, limits } = this.options
    this.applyConnection ??= await file.connect()
    const run = new StreamRun({
      connection: this.applyConnection,
      tables: prepared.tables,
      checkpoint: prepared.checkpoint,
      folder,
      limits: limits ?? defaultFlushLimits,
      clock: host.clock,
      logger: host.logger,
      sourceLsn: () => this.heardSourceLsn,
      observer: {
        onApplied: (batch, parked) => this.onApplied(batch, parked),
        onProgress: () => this.onProgress(),
        onNotice: (severity, text) => observer.onNotice(severity, text),
      },
    })
    run.attach(
      walsender.start({
        slotName: prepared.source.slotName,
        startLsn: prepared.checkpoint.lsn,
        publicationNames: prepared.source.publicationNames,
        sink: run,
      }),
    )
    this.run = run
    this.fault = null
    const stop = (): void => void run.stop(STOP_MS)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    try {
      const error = await run.ended
      if (error) throw error
    } finally {
      signal.removeEventListener('abort', stop)
      this.run = null
    }
  }

  private onApplied(batch: Batch, parked: readonly ParkedTable[]): void {
    for (const { oid, reason, schema, name } of parked) {
      const table = this.tables.get(oid)
      if (!table) continue
      table.state = 'errored'
      table.reason = reason
      this.options.observer.onNotice('error', `${schema}.${name} is parked: ${reason}`)
    }
    this.options.observer.onApplied(batch, parked)
  }

  private onProgress(): void {
    const { run } = this
    if (run && this.state === 'catching-up' && this.heardSourceLsn !== null && run.visibleLsn >= this.heardSourceLsn) {
      this.attempt = 0
      this.fault = null
      this.dispatch('caught-up')
    }
    this.options.observer.onProgress()
  }
}
