import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { MillraceError } from '../contract/errors.ts'
import type { LagPoint, LiveSnapshot } from '../contract/live.ts'
import type { SourceAddress } from '../contract/source.ts'
import type { TableName } from '../contract/values.ts'
import type { LastVerification } from '../contract/verify.ts'
import { Arrival } from './arrival.ts'
import type { Batch } from './batch/batch.ts'
import type { FlushLimits } from './batch/flushPolicy.ts'
import type { MaskKey } from './masking/maskKey.ts'
import type { MaskRequest } from './masking/maskRequests.ts'
import { LiveMeter, slotHealthOf } from './metrics/liveMeter.ts'
import { SourceMonitor } from './metrics/sourceMonitor.ts'
import { formatLsn, type Lsn } from './model/lsn.ts'
import type { Host } from './ports.ts'
import { readCheckpoint, readSource, readTables } from './store/records.ts'
import { faultOfOpening } from './store/faults.ts'
import { readLastVerifications } from './store/reconciliations.ts'
import { ReplicaFile } from './store/replicaFile.ts'
import type { FollowedTable } from './sync/followedTables.ts'
import { liveTable } from './sync/liveTable.ts'
import type { Selection } from './sync/selectTables.ts'
import { Replication } from './sync/replication.ts'
import { streamEnded } from './sync/turns.ts'

export interface SessionOptions {
  filePath: string
  address: SourceAddress
  /** What a new file copies (default: every user table); of a file that is there, what is changed in that. */
  tables?: Selection
  /** What is masked of the tables, beside what the file masks already; a table of a file that is there is then copied again. */
  masks?: readonly MaskRequest[]
  /** Default: a name made from the database and a random suffix, recorded in the file. */
  slotName?: string
  publicationName?: string
  limits?: FlushLimits
}

/** One replica file open for writing, its stream, and its live figures. */
export interface ReplicaSession {
  readonly filePath: string
  readonly address: SourceAddress
  /** The picture of now; `workspaceId` and `demo` are null here and filled in by the engine. */
  live(): LiveSnapshot
  /** Called when there is something new to show, at most a few times a second. Answers how to stop. */
  onChange(listener: () => void): () => void
  /** The last 15 minutes, a point a second. */
  history(): LagPoint[]
  /** A new connection to the replica's DuckDB instance; the caller closes it. */
  connectReplica(): Promise<DuckDBConnection>
  /** For files that last no longer than the session. */
  readonly stagingFolder: string
  /** Every table that the file follows, as it is now; another object after a reconnect. */
  followedTables(): readonly FollowedTable[]
  /** See `StreamRun.betweenBatches`: nothing is applied while `work` runs. Rejects with STOPPED where there is no stream. */
  betweenBatches<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>
  /** What a verification said of a table, to be shown with it. */
  noteVerification(oid: number, verification: LastVerification): void
  /** Everything committed on the source before it can be queried here; null while there is no stream. */
  readonly visibleLsn: Lsn | null
  /** There is more to take than came in the last moment. */
  readonly isBehind: boolean
  pause(): Promise<void>
  resume(): Promise<void>
  /** Copies one table again, beside the stream. Throws TABLE_MISSING. */
  resyncTable(table: TableName): Promise<void>
  /** Follows more tables of the source, copied beside the stream. Throws TABLE_MISSING. */
  addTables(tables: readonly TableName[]): Promise<void>
  /** Stops following a table, and drops its copy from the file. Throws TABLE_MISSING. */
  removeTable(table: TableName): Promise<void>
  /** Masks columns otherwise than now; their tables are copied again. Throws TABLE_MISSING, MASK_COLUMN_MISSING, MASK_ON_KEY. */
  maskColumns(requests: readonly MaskRequest[]): Promise<void>
  /** The key of hashed columns, for whoever reads them from the source; null where the file has none. */
  readonly maskKey: MaskKey | null
  /** Makes slot and publications anew, and copies every table again into the same file. */
  copyEverythingAgain(): Promise<void>
  /**
   * True once everything committed before `lsn` is visible; false when the time is up. Throws what made the stream
   * fail, and what `signal` was aborted with.
   */
  waitForLsn(lsn: Lsn, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>
  /**
   * Resolves once everything committed on the source before the call is durable in the file. Throws what
   * made the stream fail, STOPPED where the session was closed before, and what `signal` was aborted with.
   */
  whenCaughtUp(signal?: AbortSignal): Promise<void>
  /** Resolves when the stream has failed for good (with the fault) or the session was closed (null). */
  readonly ended: Promise<MillraceError | null>
  /** Stops cleanly: the batch in hand is finished or dropped, the file closed. Within 2 s. */
  close(): Promise<void>
}

const NOTIFY_INTERVAL_MS = 250
/** Lag beyond which `following` is called `catching-up` again. */
const FELL_BEHIND_BYTES = 64 << 20

/** Opens or makes the file, and starts to follow. Throws FILE_* faults; what the source says comes by `ended` and `live`. */
export async function openSession(host: Host, options: SessionOptions): Promise<ReplicaSession> {
  mkdirSync(host.paths.temporaryFolder, { recursive: true, mode: 0o700 })
  const folder = mkdtempSync(join(host.paths.temporaryFolder, 'staging-'))
  let file: ReplicaFile | null = null
  try {
    file = await ReplicaFile.open(options.filePath, {
      createdBy: `millrace ${host.version}`,
      temporaryFolder: join(folder, 'duckdb'),
    })
    return await Session.start(host, options, file, folder)
  } catch (error) {
    await file?.close()
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

class Session implements ReplicaSession {
  readonly filePath: string
  readonly address: SourceAddress
  private readonly host: Host
  private readonly file: ReplicaFile
  readonly stagingFolder: string
  private verifications = new Map<number, LastVerification>()
  private readonly meter: LiveMeter
  private readonly replication: Replication
  private readonly arrival: Arrival
  private monitor: SourceMonitor | null = null
  private slotName: string | null = null
  private readonly listeners = new Set<() => void>()
  private readonly ticker: NodeJS.Timeout
  private lastPointMs = 0
  private closing: Promise<void> | null = null

  static async start(host: Host, options: SessionOptions, file: ReplicaFile, folder: string): Promise<Session> {
    const [source, checkpoint, tables, verifications] = await readRecords(file)
    const session = new Session(host, options, file, folder)
    session.verifications = verifications
    if (source && checkpoint) session.watchSource(source.slotName)
    session.meter.noteCheckpoint(checkpoint?.commitMicros ?? null)
    await session.replication.showRecorded(tables, checkpoint?.lsn ?? null)
    session.replication.start()
    return session
  }

  private constructor(host: Host, options: SessionOptions, file: ReplicaFile, folder: string) {
    this.host = host
    this.filePath = options.filePath
    this.address = options.address
    this.file = file
    this.stagingFolder = folder
    this.meter = new LiveMeter(host.clock)
    this.replication = new Replication({
      host,
      file,
      address: options.address,
      folder,
      selection: options.tables ?? null,
      maskRequests: options.masks ?? [],
      slotName: options.slotName ?? null,
      publicationName: options.publicationName ?? null,
      limits: options.limits,
      observer: {
        onState: () => {},
        onApplied: (batch) => this.noteApplied(batch),
        onProgress: () => {},
        onNotice: (severity, text) => this.meter.noteEvent(severity, text),
        onSource: (source) => this.watchSource(source.slotName),
      },
    })
    this.arrival = new Arrival({ replication: this.replication, address: options.address, clock: host.clock })
    this.ticker = setInterval(() => this.tick(), NOTIFY_INTERVAL_MS)
  }

  get ended(): Promise<MillraceError | null> {
    return this.replication.ended
  }

  get visibleLsn(): Lsn | null {
    return this.replication.visibleLsn
  }

  live(): LiveSnapshot {
    const { replication } = this
    return {
      workspaceId: null,
      state: replication.state,
      fault: replication.fault?.toFault() ?? null,
      nextAttemptAt: replication.nextAttemptAtMs === null ? null : new Date(replication.nextAttemptAtMs).toISOString(),
      attempt: replication.attempt,
      activity: replication.activity,
      lag: this.lag(),
      slot: this.slotName === null ? null : slotHealthOf(this.monitor, this.slotName),
      tables: [...replication.tables.values()].map((table) =>
        liveTable(table, {
          streamIsCatchingUp: replication.state === 'catching-up',
          changesPerSecond: this.meter.tableChangesPerSecond(table.plan.oid),
          verified: this.verifications.get(table.plan.oid) ?? null,
        }),
      ),
      events: this.meter.readEvents(),
      schemaChanges: replication.schemaChanges.changes.map(({ notedAtMs, lsn, schema, name, change, outcome }) => ({
        at: new Date(notedAtMs).toISOString(),
        lsn: lsn === null ? null : formatLsn(lsn),
        schema,
        name,
        change,
        outcome,
      })),
      fileBytes: this.file.sizeBytes(),
      demo: null,
    }
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  history(): LagPoint[] {
    return this.meter.history.read()
  }

  connectReplica(): Promise<DuckDBConnection> {
    return this.file.connect()
  }

  followedTables(): readonly FollowedTable[] {
    return [...this.replication.tables.values()]
  }

  betweenBatches<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    return this.replication.run?.betweenBatches(work) ?? Promise.reject(streamEnded())
  }

  noteVerification(oid: number, verification: LastVerification): void {
    this.verifications.set(oid, verification)
  }

  get isBehind(): boolean {
    return this.replication.state === 'catching-up'
  }

  pause(): Promise<void> {
    return this.replication.pause()
  }

  resume(): Promise<void> {
    return this.replication.resume()
  }

  resyncTable(table: TableName): Promise<void> {
    return this.replication.resync(table.schema, table.name)
  }

  addTables(tables: readonly TableName[]): Promise<void> {
    return this.replication.addTables(tables)
  }

  removeTable({ schema, name }: TableName): Promise<void> {
    return this.replication.removeTable(schema, name)
  }

  maskColumns(requests: readonly MaskRequest[]): Promise<void> {
    return this.replication.maskColumns(requests)
  }

  get maskKey(): MaskKey | null {
    return this.replication.maskKey
  }

  copyEverythingAgain(): Promise<void> {
    return this.replication.copyEverythingAgain()
  }

  waitForLsn(lsn: Lsn, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean> {
    return this.arrival.at(lsn, options)
  }

  whenCaughtUp(signal?: AbortSignal): Promise<void> {
    return this.arrival.ofEverything(signal)
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.ticker)
    await Promise.all([this.replication.stop(), this.monitor?.stop()])
    await this.file.close()
    rmSync(this.stagingFolder, { recursive: true, force: true })
    for (const listener of this.listeners) listener()
  }

  private watchSource(slotName: string): void {
    if (this.slotName === slotName) return
    this.slotName = slotName
    void this.monitor?.stop()
    this.monitor = new SourceMonitor({
      address: this.address,
      slotName,
      clock: this.host.clock,
      logger: this.host.logger,
      onSample: (lsn) => this.replication.hearSourceLsn(lsn),
      inspect: (client) => this.replication.inspect(client),
    })
  }

  private noteApplied(batch: Batch): void {
    const changesByTable = new Map<number, number>()
    const nowMs = this.host.clock.nowMs()
    for (const [oid, { counts, truncated, netRows }] of batch.tables) {
      changesByTable.set(oid, counts.inserts + counts.updates + counts.deletes + counts.truncates)
      const table = this.replication.tables.get(oid)
      if (!table || table.state === 'errored') continue
      table.counts.inserts += counts.inserts
      table.counts.updates += counts.updates
      table.counts.deletes += counts.deletes
      table.counts.truncates += counts.truncates
      table.rows = (truncated ? 0 : table.rows) + netRows
      table.lastChangeAtMs = nowMs
    }
    this.meter.noteApplied({ ...pickBatch(batch), changesByTable }, this.monitor?.sourceAheadMs ?? null)
  }

  private lag() {
    const { isStreaming, receivedLsn, durableLsn, visibleLsn } = this.replication
    return this.meter.lag({ isStreaming, receivedLsn, durableLsn, visibleLsn }, this.monitor)
  }

  private tick(): void {
    const nowMs = this.host.clock.monotonicMs()
    if (nowMs - this.lastPointMs >= 1000) {
      this.lastPointMs = nowMs
      const lag = this.lag()
      this.meter.history.add(this.meter.point(lag))
      if (this.replication.state === 'following' && (lag.endToEndLagBytes ?? 0) > FELL_BEHIND_BYTES) {
        this.replication.noteBehind()
      }
    }
    for (const listener of this.listeners) listener()
  }
}

async function readRecords({ bookkeeping }: ReplicaFile) {
  try {
    return [
      await readSource(bookkeeping),
      await readCheckpoint(bookkeeping),
      await readTables(bookkeeping),
      await readLastVerifications(bookkeeping),
    ] as const
  } catch (error) {
    throw faultOfOpening(error)
  }
}

function pickBatch(batch: Batch) {
  const { commits, lastCommitMicros, transactions, changes, bytes } = batch
  return { commits, lastCommitMicros, transactions, changes, bytes }
}
