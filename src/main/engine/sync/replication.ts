import type pg from 'pg'
import type { MillraceError } from '../../contract/errors.ts'
import type { SyncState } from '../../contract/live.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { TableName } from '../../contract/values.ts'
import type { ParkedTable } from '../apply/applyBatch.ts'
import type { Batch } from '../batch/batch.ts'
import type { FlushLimits } from '../batch/flushPolicy.ts'
import type { MaskKey } from '../masking/maskKey.ts'
import type { MaskRequest } from '../masking/maskRequests.ts'
import { laterLsn, type Lsn } from '../model/lsn.ts'
import type { Host } from '../ports.ts'
import { faultOfSourceError } from '../source/faults.ts'
import { readCheckpoint, readTables, type SourceRecord, type TableRecord } from '../store/records.ts'
import { faultOfWriting } from '../store/faults.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import { RowCounts } from '../store/rowCounts.ts'
import { Attempt } from './attempt.ts'
import { FileMasks } from './fileMasks.ts'
import { recordedTable, type FollowedTable } from './followedTables.ts'
import { nextSyncState, type SyncEvent } from './machine.ts'
import type { Prepared } from './prepare.ts'
import { RetryLoop } from './retryLoop.ts'
import type { Selection } from './selectTables.ts'
import { SchemaChangeLog } from './schemaChangeLog.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'
import type { StreamRun } from './streamRun.ts'
import { TableCommands } from './tableCommands.ts'
import { streamEnded } from './turns.ts'

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
  maskRequests: readonly MaskRequest[]
  slotName: string | null
  publicationName: string | null
  limits?: FlushLimits
  observer: ReplicationObserver
}

/** Drives one file's stream through its states: connect, prepare, copy, stream, and again after a loss. */
export class Replication {
  state: SyncState = 'stopped'
  fault: MillraceError | null = null
  activity: string | null = null
  tables = new Map<number, FollowedTable>()
  readonly schemaChanges = new SchemaChangeLog()
  /** Resolves when it has failed for good (with the fault) or was stopped (null). */
  readonly ended: Promise<MillraceError | null>
  private resolveEnded!: (fault: MillraceError | null) => void
  private readonly options: ReplicationOptions
  /** The one that is under way. */
  private current: Attempt | null = null
  private readonly retries: RetryLoop
  private readonly commands: TableCommands
  private readonly closing = new AbortController()
  private ending = new AbortController()
  private driving: Promise<void> = Promise.resolve()
  private turn: Promise<void> = Promise.resolve()
  private isRecovering = false
  /** What was asked for is done once, not again after each lost connection. */
  private selection: Selection | null
  private maskRequests: readonly MaskRequest[]
  private readonly masks: FileMasks
  private startsOver = false
  private heardSourceLsn: Lsn | null = null
  /** The file's checkpoint while there is no stream. */
  private restingLsn: Lsn | null = null

  constructor(options: ReplicationOptions) {
    this.options = options
    this.selection = options.selection
    this.maskRequests = options.maskRequests
    this.masks = new FileMasks(options.file, options.host.paths.dataFolder)
    this.retries = new RetryLoop({
      clock: options.host.clock,
      logger: options.host.logger,
      perform: (signal) => this.perform(signal),
      // Before the first slot there is nothing to go back to, and a wrong address should be told at once.
      // A table that was renamed while the publication was made is none of that: the start is made again, as after a kill.
      mayRetry: async ({ code }) => code === 'TABLE_CHANGED' || (await readCheckpoint(options.file.bookkeeping)) !== null,
      onLost: (fault) => this.noteLost(fault),
      onRetry: () => void this.dispatch('retry'),
    })
    this.commands = new TableCommands({
      file: options.file,
      address: options.address,
      masks: this.masks,
      tables: () => this.tables,
      current: () => this.current,
      signal: this.closing.signal,
      onNotice: (severity, text) => options.observer.onNotice(severity, text),
    })
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve
    })
  }

  /** Attempts since the last one that came to something. */
  get attempt(): number {
    return this.retries.attempt
  }

  get nextAttemptAtMs(): number | null {
    return this.retries.nextAttemptAtMs
  }

  /** What the file says of itself, to be shown until the source has been reached. */
  async showRecorded(tables: readonly TableRecord[], checkpoint: Lsn | null): Promise<void> {
    await this.schemaChanges.read(this.options.file.bookkeeping)
    const rowCounts = await RowCounts.read(this.options.file.bookkeeping)
    this.tables = new Map(tables.map((table) => [table.oid, recordedTable(table, rowCounts)]))
    this.restingLsn = checkpoint
  }

  start(): void {
    if (this.dispatch('start')) this.begin()
  }

  /** Resolves when the stream is at rest. */
  pause(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.dispatch('pause')) return
      this.ending.abort()
      await this.driving
    })
  }

  resume(): Promise<void> {
    return this.inTurn(async () => {
      if (this.dispatch('resume')) this.begin()
    })
  }

  /** Copies a table again because a person asks for it. Throws TABLE_MISSING, also where the source has none to copy. */
  async resync(schema: string, name: string): Promise<void> {
    await this.copyAgain(this.commands.requireOnSource(schema, name).plan.oid, 'asked for')
  }

  /**
   * Has a table copied again from a new snapshot, beside the stream; `reason` completes "is copied again:".
   * Resolves once that is recorded in the file, which takes the applier's turn: who holds that turn must not wait
   * for it. A table that is not followed any more is left alone.
   */
  async copyAgain(oid: number, reason: string): Promise<void> {
    const table = this.tables.get(oid)
    if (!table || this.state === 'stopping' || this.state === 'stopped') return
    await this.commands.copyAgain(table, reason)
    await this.inTurn(async () => {
      if (this.state === 'failed' && this.dispatch('restart')) this.begin()
    })
  }

  /**
   * Follows tables of the source that the file does not follow yet: copied beside the stream, once it runs. Throws
   * TABLE_MISSING, STOPPED where all is stopped before the source has answered, and what the connection throws.
   */
  addTables(names: readonly TableName[]): Promise<void> {
    return this.inTurn(() => this.commands.add(names))
  }

  /** Stops following a table: out of the publication, and its copy out of the file. Throws as `addTables` does. */
  removeTable(schema: string, name: string): Promise<void> {
    return this.inTurn(() => this.commands.remove(schema, name))
  }

  /**
   * Masks columns of tables that are followed otherwise than now; each table whose masks change is copied again. Throws as
   * `addTables` does, and MASK_COLUMN_MISSING and MASK_ON_KEY.
   */
  async maskColumns(requests: readonly MaskRequest[]): Promise<void> {
    await this.inTurn(() => this.commands.mask(requests))
    await this.inTurn(async () => {
      if (this.state === 'failed' && this.dispatch('restart')) this.begin()
    })
  }

  /** The key of hashed columns; null where the file has none. */
  get maskKey(): MaskKey | null {
    return this.masks.keyInUse
  }

  /**
   * Drops what the file made on the source, where it is there, makes it anew, and copies every table into the same
   * file: for what the log cannot give any more. Throws nothing; what goes wrong is the stream's fault.
   */
  copyEverythingAgain(): Promise<void> {
    return this.inTurn(async () => {
      if (this.state === 'stopping' || this.state === 'stopped') return
      this.options.observer.onNotice('info', 'Everything is copied again.')
      this.ending.abort()
      await this.driving
      this.startsOver = true
      for (const oid of this.tables.keys()) this.commands.markUncopied(oid)
      // The source may have been put back to an earlier point of its log.
      this.restingLsn = this.heardSourceLsn = null
      if (this.dispatch('restart')) this.begin()
    })
  }

  /** For good. What is in hand is broken off where it takes longer than a moment. */
  async stop(): Promise<void> {
    this.dispatch('stop')
    this.closing.abort(streamEnded())
    this.ending.abort()
    await this.inTurn(() => this.driving)
    this.dispatch('stopped')
    this.resolveEnded(null)
  }

  get receivedLsn(): Lsn | null {
    return this.run?.receivedLsn ?? null
  }

  get durableLsn(): Lsn | null {
    return this.run?.durableLsn ?? this.restingLsn
  }

  /** Everything committed before it can be queried, of the tables that are copied; null while none is. */
  get visibleLsn(): Lsn | null {
    if (this.run) return this.run.visibleLsn
    return this.state === 'copying' ? null : this.restingLsn
  }

  /**
   * Some table has still to be copied, to join the stream, or to take over a change of the source; or it is not yet
   * known which are to be.
   */
  get isCopying(): boolean {
    if (this.selection !== null || this.maskRequests.length > 0 || this.startsOver || this.current?.inspection?.hasPending) return true
    return [...this.tables.values()].some(({ state }) => state === 'init' || state === 'copying' || state === 'catching-up')
  }

  get isStreaming(): boolean {
    return this.run !== null
  }

  /** The source's position, as somebody has just read it there. */
  hearSourceLsn(lsn: Lsn): void {
    this.heardSourceLsn = this.heardSourceLsn === null ? lsn : laterLsn(this.heardSourceLsn, lsn)
    if (this.run && this.run.visibleLsn < lsn) this.run.requestReply()
  }

  /** Looks for what the stream does not tell; `mustLook`: also where that was just done. */
  async inspect(client: pg.Client, mustLook = false): Promise<void> {
    await this.current?.inspection?.inspect(client, mustLook)
  }

  requestReply(): void {
    this.run?.requestReply()
  }

  /** The lag has grown beyond a moment's worth. */
  noteBehind(): void {
    this.dispatch('fell-behind')
  }

  /** The stream, while there is one. */
  get run(): StreamRun | null {
    return this.current?.run ?? null
  }

  private dispatch(event: SyncEvent): boolean {
    const next = nextSyncState(this.state, event)
    if (next === null) return false
    this.state = next
    this.options.observer.onState(next)
    return true
  }

  /** Commands come one after another: none meets a stream that another is just ending or starting. */
  private inTurn(command: () => Promise<void>): Promise<void> {
    const done = this.turn.then(command)
    this.turn = done.catch(() => {})
    return done
  }

  private begin(): void {
    this.ending = new AbortController()
    this.driving = this.retries.run(this.ending.signal).catch((error: unknown) => this.fail(faultOfSourceError(error)))
  }

  private fail(fault: MillraceError): void {
    this.fault = fault
    this.dispatch('fail')
    this.options.observer.onNotice('error', fault.message)
    this.resolveEnded(fault)
  }

  private noteLost(fault: MillraceError): void {
    this.fault = fault
    this.dispatch('connection-lost')
    if (!this.isRecovering) this.options.observer.onNotice('warning', `${fault.message} Nothing is lost; trying again.`)
    this.isRecovering = true
  }

  private async perform(signal: AbortSignal): Promise<void> {
    // Rows of small tables lie in memory, which DuckDB cannot move aside, until a checkpoint brings them into the file.
    if (this.fault?.code === 'MEMORY_SHORT') await this.options.file.checkpoint()
    const attempt = new Attempt({ ...this.options, selection: this.selection, maskRequests: this.maskRequests }, this.masks, this.startsOver, {
      ...this.options.observer,
      onEvent: (event) => void this.dispatch(event),
      onActivity: (text) => {
        this.activity = text
        this.options.observer.onProgress()
      },
      onIdentity: ({ currentLsn }) => this.hearSourceLsn(currentLsn),
      onPrepared: (prepared) => this.takeOver(prepared),
      onApplied: (batch, parked) => this.onApplied(batch, parked),
      onSchemaOutcomes: (outcomes) => this.noteOutcomes(outcomes),
      onJoined: () => this.onProgress(),
      onProgress: () => this.onProgress(),
      sourceLsn: () => this.heardSourceLsn,
    })
    this.current = attempt
    try {
      await attempt.perform(signal)
    } finally {
      this.activity = null
      this.restingLsn = attempt.run?.durableLsn ?? this.restingLsn
      this.current = null
    }
  }

  private async takeOver({ tables, source, checkpoint }: Prepared): Promise<void> {
    // Some may have been asked for again since they were read.
    const records = await this.options.file.record(readTables)
    this.tables = tables
    for (const { oid, state } of records) if (state === 'init') this.commands.markUncopied(oid)
    this.selection = null
    this.maskRequests = []
    this.startsOver = false
    this.fault = null
    this.restingLsn = checkpoint.lsn
    this.options.observer.onSource(source)
  }

  /** A table whose copy was ahead of the others is ready once they have caught up with it. */
  private noteReady(visibleLsn: Lsn): void {
    for (const table of this.tables.values()) {
      const isAhead = table.state === 'catching-up' && this.current?.joiner?.isJoining(table.plan.oid) !== true
      if (isAhead && table.snapshotLsn! <= visibleLsn) table.state = 'ready'
    }
  }

  private onApplied(batch: Batch, parked: readonly ParkedTable[]): void {
    this.noteParked(parked)
    this.retries.noteSuccess()
    this.options.observer.onApplied(batch, parked)
  }

  private noteParked(parked: readonly ParkedTable[]): void {
    for (const { oid, reason, schema, name } of parked) {
      const table = this.tables.get(oid)
      if (!table) continue
      table.state = 'errored'
      table.reason = reason
      this.options.observer.onNotice('error', `${schema}.${name} is parked: ${reason}`)
    }
  }

  /** Changes of tables are durable: they are told, and what is to be copied again is. */
  private noteOutcomes(outcomes: readonly SchemaOutcome[]): void {
    for (const text of this.schemaChanges.note(outcomes)) this.options.observer.onNotice('info', text)
    for (const { table, change, copyReason, code } of outcomes) {
      const { oid, schema, name } = table.plan
      if (code !== null) this.noteParked([{ oid, schema, name, code, reason: change.reason ?? '', lsn: null }])
      if (copyReason !== null) this.copyAgain(oid, copyReason).catch((error: unknown) => this.run?.fail(faultOfWriting(error)))
    }
  }

  private onProgress(): void {
    void this.current?.inspection?.settle()
    const { run } = this
    if (run) this.noteReady(run.visibleLsn)
    if (run && this.state === 'catching-up' && this.heardSourceLsn !== null && run.visibleLsn >= this.heardSourceLsn) {
      this.retries.noteSuccess()
      this.dispatch('caught-up')
      if (this.isRecovering) this.options.observer.onNotice('info', 'The source is back, and nothing was lost.')
      this.isRecovering = false
    }
    this.options.observer.onProgress()
  }
}
