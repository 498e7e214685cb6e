import type { Batch } from '../batch/batch.ts'
import type { ParkedTable } from '../apply/applyBatch.ts'
import { defaultFlushLimits } from '../batch/flushPolicy.ts'
import type { Lsn } from '../model/lsn.ts'
import { askSource } from '../source/askSource.ts'
import { connectSource } from '../source/connection.ts'
import { cutShort, endConnection } from '../source/ending.ts'
import { ReplicationConnection, type SystemIdentity } from '../source/replicationConnection.ts'
import { readShapesNow } from '../source/shapes.ts'
import { copyTables } from './copyTables.ts'
import type { FileMasks } from './fileMasks.ts'
import type { FollowedTable } from './followedTables.ts'
import type { SyncEvent } from './machine.ts'
import { prepareSource, type Prepared } from './prepare.ts'
import type { ReplicationOptions } from './replication.ts'
import { forgetTables } from './selectTables.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'
import { SourceInspection } from './sourceInspection.ts'
import { StreamRun } from './streamRun.ts'
import { TableJoiner } from './tableJoiner.ts'

export interface AttemptObserver {
  onEvent(event: SyncEvent): void
  onActivity(text: string | null): void
  onIdentity(identity: SystemIdentity): void
  onPrepared(prepared: Prepared): Promise<void>
  onApplied(batch: Batch, parked: readonly ParkedTable[]): void
  onSchemaOutcomes(outcomes: readonly SchemaOutcome[]): void
  onJoined(table: FollowedTable): void
  onProgress(): void
  onNotice(severity: 'info' | 'warning' | 'error', text: string): void
  /** The source's log position as last heard; null where it is not known. */
  sourceLsn(): Lsn | null
}

/** How long a batch in hand is waited for when the stream is to end. */
const STOP_PATIENCE_MS = 1000
/** Of one question to the source's catalog: a network that swallows everything answers none. */
const QUERY_TIMEOUT_MS = 60_000
/** The applier waits for the answer, and the source keeps its log meanwhile. */
const SHAPES_TIMEOUT_MS = 15_000

/** One way to the source and back: connects, prepares, copies a new file, streams, until something ends it. */
export class Attempt {
  run: StreamRun | null = null
  joiner: TableJoiner | null = null
  inspection: SourceInspection | null = null
  /** By relation: ends the first copy of a table that is to be left out. */
  private readonly leaving = new Map<number, AbortController>()
  private readonly options: ReplicationOptions
  private readonly masks: FileMasks
  private readonly startsOver: boolean
  private readonly observer: AttemptObserver

  constructor(options: ReplicationOptions, masks: FileMasks, startsOver: boolean, observer: AttemptObserver) {
    this.options = options
    this.masks = masks
    this.startsOver = startsOver
    this.observer = observer
  }

  /** Resolves when `signal` has ended it; rejects with what ended it else. */
  async perform(signal: AbortSignal): Promise<void> {
    const { address } = this.options
    const walsender = await ReplicationConnection.open(address, signal)
    try {
      const identity = await walsender.identifySystem()
      this.observer.onIdentity(identity)
      this.observer.onEvent('connected')
      const prepared = await this.prepare(walsender, identity, signal)
      if (!prepared.slot) {
        this.observer.onEvent('stream-ready')
        return await this.stream(prepared, walsender, signal)
      }
      this.observer.onEvent('copy-needed')
      await this.copy(prepared, signal)
      this.observer.onEvent('copied')
      // The copies took the snapshot's connection for as long as they ran; the stream gets a fresh one.
      await walsender.close()
      const fresh = await ReplicationConnection.open(address, signal)
      try {
        await this.stream(prepared, fresh, signal)
      } finally {
        await fresh.close()
      }
    } finally {
      await walsender.close()
    }
  }

  /** The table is not followed any more: its copy is broken off. */
  leaveOut(oid: number): void {
    this.run?.leaveOut(oid)
    this.run?.letGo(oid)
    this.joiner?.wake(oid)
    this.breakOffCopy(oid)
  }

  /** The table's first copy, where it is under way, is of no use: it is copied once there is a stream. */
  breakOffCopy(oid: number): void {
    this.leaving.get(oid)?.abort()
  }

  /** Ended by cutting its connections, because a command may wait on the server (slot creation does). */
  private async prepare(
    walsender: ReplicationConnection,
    identity: SystemIdentity,
    signal: AbortSignal,
  ): Promise<Prepared> {
    const { options, masks, startsOver, observer } = this
    const client = await connectSource(options.address, { purpose: 'catalog', queryTimeoutMs: QUERY_TIMEOUT_MS, signal })
    const cut = (): void => walsender.cut()
    signal.addEventListener('abort', cut)
    try {
      const prepared = await cutShort(client, { signal }, () =>
        prepareSource({
          ...{ ...options, masks, startsOver, client, walsender, identity },
          onActivity: (text) => observer.onActivity(text),
          onNotice: (severity, text) => observer.onNotice(severity, text),
        }),
      )
      signal.throwIfAborted()
      await observer.onPrepared(prepared)
      return prepared
    } finally {
      observer.onActivity(null)
      signal.removeEventListener('abort', cut)
      await endConnection(client)
    }
  }

  private async copy({ tables, slot, source }: Prepared, signal: AbortSignal): Promise<void> {
    const { host, file, address, folder } = this.options
    const copied = [...tables.values()].filter(({ state }) => state === 'init')
    for (const { plan } of copied) this.leaving.set(plan.oid, new AbortController())
    await copyTables({
      file,
      address,
      tables: copied,
      followed: tables,
      slot: slot!,
      publicationNames: source.publicationNames,
      maskKey: this.masks.keyInUse,
      folder,
      clock: host.clock,
      logger: host.logger,
      signal,
      signalOf: ({ plan }) => this.leaving.get(plan.oid)!.signal,
      onNotice: (severity, text) => this.observer.onNotice(severity, text),
    })
    // One may have been published in the moment in which it was left out.
    await forgetTables(file, copied.map(({ plan }) => plan.oid).filter((oid) => !tables.has(oid)))
    const rows = copied.reduce((sum, table) => sum + table.rows, 0)
    this.observer.onNotice('info', `Copied ${grouped(rows)} rows of ${copied.length === 1 ? 'one table' : `${copied.length} tables`}.`)
  }

  private async stream(prepared: Prepared, walsender: ReplicationConnection, signal: AbortSignal): Promise<void> {
    const { host, file, address, folder, limits } = this.options
    const { observer } = this
    signal.throwIfAborted()
    const connection = await file.connect()
    const asking = { purpose: 'catalog', signal, answerTimeoutMs: SHAPES_TIMEOUT_MS }
    try {
      const run = new StreamRun({
        connection,
        tables: prepared.tables,
        checkpoint: prepared.checkpoint,
        folder,
        limits: limits ?? defaultFlushLimits,
        clock: host.clock,
        logger: host.logger,
        maskKey: () => this.masks.requireKey(),
        readShapes: (oids) => askSource(address, asking, (client) => readShapesNow(client, oids, prepared.source.publicationNames)),
        sourceLsn: () => observer.sourceLsn(),
        observer,
      })
      const { slotName, publicationNames } = prepared.source
      run.attach(walsender.start({ slotName, startLsn: prepared.checkpoint.lsn, publicationNames, sink: run }))
      this.run = run
      this.inspection = new SourceInspection({
        ...{ run, host, file, address, signal },
        ...{ source: prepared.source, tables: prepared.tables },
        onOutcomes: (outcomes) => observer.onSchemaOutcomes(outcomes),
        onNotice: (severity, text) => observer.onNotice(severity, text),
      })
      const joiner = this.joinTables(run, prepared)
      this.joiner = joiner
      const stop = (): void => {
        void run.stop(STOP_PATIENCE_MS)
        void joiner.stop()
      }
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
      const error = await run.ended
      signal.removeEventListener('abort', stop)
      await joiner.stop()
      this.inspection = null
      if (error) throw error
    } finally {
      connection.closeSync()
    }
  }

  private joinTables(run: StreamRun, { source, tables }: Prepared): TableJoiner {
    const { host, file, address, folder } = this.options
    const { observer } = this
    return new TableJoiner({
      run,
      file,
      address,
      source,
      tables,
      masks: this.masks,
      folder,
      clock: host.clock,
      logger: host.logger,
      onActivity: (text) => observer.onActivity(text),
      onJoined: (table) => {
        const { schema, name } = table.plan
        observer.onNotice('info', `${schema}.${name} is copied, with ${grouped(table.rows)} rows, and follows.`)
        observer.onJoined(table)
      },
      onNotice: (severity, text) => observer.onNotice(severity, text),
      onFault: (fault) => run.fail(fault),
    })
  }
}

/** Digits in groups of three, with thin spaces as the window writes them. */
function grouped(count: number): string {
  return count.toLocaleString('en').replaceAll(',', '\u2009')
}
