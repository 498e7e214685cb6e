import { setTimeout as delay } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import { applyPart } from '../apply/applyBatch.ts'
import { spill, type StagedTable } from '../batch/stagedTable.ts'
import { laterLsn, type Lsn } from '../model/lsn.ts'
import type { Clock, Logger } from '../ports.ts'
import { followsOf, readSourceTables } from '../source/catalog.ts'
import { connectSource } from '../source/connection.ts'
import { cutShort, endConnection } from '../source/ending.ts'
import { faultOfSourceError, isTransientSourceError } from '../source/faults.ts'
import { alterPublications } from '../source/publication.ts'
import { readVersionNumber, refreshPublications, releaseThatSeesAddedTables } from '../source/publicationRefresh.ts'
import { ReplicationConnection, type CreatedSlot } from '../source/replicationConnection.ts'
import { faultOfWriting, reasonOfApplyError, verdictOfApplyError } from '../store/faults.ts'
import { interruptOnAbort } from '../store/interruption.ts'
import { writeDeadLetter, writeTable, writeTableState, type SourceRecord } from '../store/records.ts'
import { inTransaction, type ReplicaFile } from '../store/replicaFile.ts'
import { replicaName } from '../apply/statements.ts'
import { planTable } from '../typemap/tablePlan.ts'
import { copyTables, type Publish } from './copyTables.ts'
import type { FileMasks } from './fileMasks.ts'
import { recordOf, samePlan, type FollowedTable } from './followedTables.ts'
import { disposePart, type HeldBack } from './heldBack.ts'
import { ownName } from './ownName.ts'
import { isWorthWaiting, retryDelayMs } from './retryPolicy.ts'
import type { StreamRun } from './streamRun.ts'
import { planForRows } from './streamShape.ts'

export interface TableJoinerOptions {
  run: StreamRun
  file: ReplicaFile
  address: SourceAddress
  source: SourceRecord
  tables: ReadonlyMap<number, FollowedTable>
  masks: FileMasks
  folder: string
  clock: Clock
  logger: Logger
  onActivity(text: string | null): void
  onJoined(table: FollowedTable): void
  onNotice(severity: 'info' | 'warning' | 'error', text: string): void
  /** The disk is full or the file cannot be written: nothing can go on. */
  onFault(fault: MillraceError): void
}

/** Tables that share a snapshot. */
const TABLES_AT_ONCE = 100
/** What is held back is applied beside the stream until so few rows are left that the stream may wait for them. */
const LAST_PART_ROWS = 2000
/** A table whose copy was of no use so many times in a row is parked. */
const MOST_ATTEMPTS = 3
const QUERY_TIMEOUT_MS = 60_000
const WAITS_FOR_TRANSACTIONS = 'Asking for a snapshot; this waits for transactions that are open on the source.'

/** One table on its way: what is held back for it, and how its copy is broken off. */
interface Joining {
  table: FollowedTable
  held: HeldBack
  voided: AbortController
}

/**
 * Copies tables beside a running stream and joins them to it. What the stream brings for them is held back from
 * before the snapshot on; so every transaction that the copy does not hold is held back whole: what had been
 * received by then had committed before the snapshot was asked for.
 *
 * 1. publish the tables, hold their changes back
 * 2. a temporary slot gives the snapshot, at S
 * 3. copy under it; the copy is put in the table's place, in state `catching-up`
 * 4. apply what is held back beside the stream, until little is left
 * 5. in the applier's turn, at a point J between two transactions: apply the rest, state `ready` with J as the
 *    point from which the table takes the stream, let go
 *
 * A kill before the end of 5 leaves a table that counts as not copied; after it, the stream comes again from
 * a checkpoint that may lie before J, and the table leaves that out.
 */
export class TableJoiner {
  private readonly options: TableJoinerOptions
  private readonly stopping = new AbortController()
  private readonly working: Promise<void>
  private wakeUp: () => void = () => {}
  private joining = new Map<number, Joining>()
  private readonly attempts = new Map<number, number>()

  constructor(options: TableJoinerOptions) {
    this.options = options
    this.working = this.work()
  }

  /** Looks for tables in state `init`; the copy of one that is under way is broken off, and begun again where it is followed. */
  wake(oid: number): void {
    this.joining.get(oid)?.voided.abort()
    this.wakeUp()
  }

  isJoining(oid: number): boolean {
    return this.joining.has(oid)
  }

  /** Breaks off what is under way; what is not joined is as not copied. Never rejects. */
  async stop(): Promise<void> {
    this.stopping.abort()
    this.wakeUp()
    await this.working
  }

  private get signal(): AbortSignal {
    return this.stopping.signal
  }

  private async work(): Promise<void> {
    for (let failures = 0; !this.signal.aborted; ) {
      const tables = [...this.options.tables.values()].filter(({ state }) => state === 'init').slice(0, TABLES_AT_ONCE)
      if (tables.length === 0) {
        await new Promise<void>((resolve) => (this.wakeUp = resolve))
        continue
      }
      try {
        await this.join(tables)
        failures = 0
      } catch (error) {
        if (this.signal.aborted || (error instanceof MillraceError && error.code === 'STOPPED')) return
        const fault = faultOfSourceError(error)
        this.options.logger.warn('tables could not be copied', { code: fault.code, detail: fault.detail })
        if (fault.code === 'DISK_FULL' || fault.code === 'FILE_DAMAGED') return this.options.onFault(fault)
        if (isTransientSourceError(error) && isWorthWaiting(fault.code, failures)) {
          failures++
          if (fault.code === 'MEMORY_SHORT') await this.options.file.checkpoint()
          this.options.onActivity(`${fault.message} The copy is begun again.`)
          await delay(retryDelayMs(failures, Math.random()), undefined, { signal: this.signal }).catch(() => {})
        } else {
          for (const table of tables) if (table.state === 'init') await this.park(table, fault.code, `${fault.message} ${fault.advice}`)
        }
      } finally {
        this.options.onActivity(null)
      }
    }
  }

  private async join(tables: readonly FollowedTable[]): Promise<void> {
    const { address, run, file, folder, clock, logger, onNotice, onActivity } = this.options
    const { revision } = this.options.masks
    const published = await this.publish(tables)
    if (published.length === 0) return
    await run.betweenTransactions(async () => {
      for (const table of published) this.holdBack(table)
    })
    // Masks that were asked for meanwhile are not in the plans; from here on that voids a copy by itself.
    if (this.options.masks.revision !== revision) return this.abandonRest()
    const walsender = await ReplicationConnection.open(address, this.signal)
    const cut = (): void => walsender.cut()
    this.signal.addEventListener('abort', cut)
    const connection = await file.connect()
    let joined: Promise<void> = Promise.resolve()
    try {
      onActivity(WAITS_FOR_TRANSACTIONS)
      const slot = await walsender.createSlot(ownName('copy'), { temporary: true })
      onActivity(null)
      for (const { held } of this.joining.values()) held.startFrom(slot.consistentPoint)
      await copyTables({
        file,
        address,
        tables: published,
        followed: this.options.tables,
        slot,
        publicationNames: this.options.source.publicationNames,
        maskKey: this.options.masks.keyInUse,
        folder,
        clock,
        logger,
        signal: this.signal,
        onNotice,
        signalOf: (table) => this.joining.get(table.plan.oid)!.voided.signal,
        onPlan: (table) => this.notePlan(table),
        onRenamed: (table) =>
          this.joining.get(table.plan.oid)!.held.refuse({
            code: 'TABLE_CHANGED',
            reason: 'It was renamed each time while it was copied; copy it again.',
            lsn: slot.consistentPoint,
          }),
        onLoaded: async (table, publish) => {
          const joining = this.joining.get(table.plan.oid)!
          await this.publishCopy(table, slot, publish)
          joined = joined.then(() => this.catchUp(joining, slot, connection))
          // Its failure is waited for below, when all copies are done.
          joined.catch(() => {})
        },
      })
      await walsender.close()
      await joined
    } finally {
      this.signal.removeEventListener('abort', cut)
      await walsender.close()
      await joined.catch(() => {})
      connection.closeSync()
      await this.abandonRest()
    }
  }

  /** Makes the tables' changes come, and plans them anew. Answers those that can be followed. */
  private async publish(tables: readonly FollowedTable[]): Promise<FollowedTable[]> {
    const { address, source, onActivity } = this.options
    const client = await connectSource(address, { purpose: 'catalog', queryTimeoutMs: QUERY_TIMEOUT_MS, signal: this.signal })
    try {
      return await cutShort(client, { signal: this.signal }, async () => {
        const relations = await readSourceTables(client, { oids: tables.map((table) => table.plan.oid) })
        const masksOf = await this.options.masks.read()
        const published: FollowedTable[] = []
        for (const table of tables) {
          const relation = relations.find(({ oid }) => oid === table.plan.oid)
          if (relation && followsOf(relation) !== 'nothing') {
            table.plan = planTable(relation, { masks: masksOf(relation).rules })
            table.estimatedRows = relation.estimatedRows
            published.push(table)
          } else if (relation) {
            await this.park(table, 'TABLE_MISSING', 'The table cannot be followed any more; see `millrace doctor`.')
          } else {
            table.isGone = true
            await this.park(table, 'TABLE_MISSING', 'The table was dropped on the source; the copy is as it was.')
          }
        }
        const add = relations.filter(({ oid }) => published.some((table) => table.plan.oid === oid))
        await alterPublications(client, { name: source.publicationName, add })
        if (published.length > 0 && releaseThatSeesAddedTables(await readVersionNumber(client)) !== null) {
          onActivity(WAITS_FOR_TRANSACTIONS)
          await refreshPublications(client, source.publicationNames)
        }
        return published
      })
    } finally {
      await endConnection(client)
    }
  }

  private holdBack(table: FollowedTable): void {
    const voided = new AbortController()
    const held = this.options.run.holdBack(table, () => voided.abort())
    this.joining.set(table.plan.oid, { table, held, voided })
  }

  private notePlan(table: FollowedTable): void {
    const { held, voided } = this.joining.get(table.plan.oid)!
    if (samePlan(held.plan, table.plan)) held.replan(table.plan)
    else voided.abort()
  }

  private publishCopy(table: FollowedTable, slot: CreatedSlot, publish: Publish): Promise<void> {
    const { run } = this.options
    const { voided } = this.joining.get(table.plan.oid)!
    return run.betweenTransactions(async () => {
      voided.signal.throwIfAborted()
      // Rows that the table took before it was held back: they belong to what was there before.
      run.leaveOut(table.plan.oid)
      await publish({ state: 'catching-up', snapshotLsn: slot.consistentPoint })
    })
  }

  private async catchUp(joining: Joining, slot: CreatedSlot, connection: DuckDBConnection): Promise<void> {
    const { table, held, voided } = joining
    const { run } = this.options
    const endInterrupting = interruptOnAbort(connection, AbortSignal.any([this.signal, voided.signal]))
    try {
      for (let rows = Infinity; held.rows > LAST_PART_ROWS && held.rows < rows && !voided.signal.aborted; ) {
        const part = await run.betweenTransactions(async () => held.cut())
        rows = part.segments.reduce((sum, segment) => sum + segment.rows, 0)
        await this.apply(connection, part, table, null)
      }
      await run.betweenTransactions(async (boundary) => {
        if (voided.signal.aborted) return
        const part = held.cut()
        // From here on the table takes the stream itself; the batch in which that waits comes after this turn.
        run.letGo(table.plan.oid)
        table.snapshotLsn = laterLsn(boundary, slot.consistentPoint)
        this.joining.delete(table.plan.oid)
        try {
          await this.apply(connection, part, table, table.snapshotLsn)
        } catch (error) {
          table.state = 'init'
          run.leaveOut(table.plan.oid)
          throw error
        }
        this.attempts.delete(table.plan.oid)
        this.options.onJoined(table)
      })
    } catch (error) {
      if (voided.signal.aborted && !this.signal.aborted) return
      if (this.signal.aborted || error instanceof MillraceError) throw error
      if (verdictOfApplyError(error) === 'stop') throw faultOfWriting(error)
      const { code, reason } = reasonOfApplyError(error)
      await this.park(table, code, reason)
    } finally {
      endInterrupting()
    }
  }

  /** In one transaction; with `readyLsn` the table is ready by it, and takes the stream from there. */
  private async apply(connection: DuckDBConnection, part: StagedTable, table: FollowedTable, readyLsn: Lsn | null): Promise<void> {
    try {
      for (const segment of part.segments) spill(segment)
      await inTransaction(connection, async () => {
        for (const shaped of part.parts) await applyPart(connection, shaped, planForRows(table.plan, shaped.shape))
        if (readyLsn === null) return
        const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${replicaName(table.plan)}`)
        table.rows = Number(counted.getRows()[0]![0])
        const record = recordOf({ ...table, state: 'ready', reason: null, snapshotLsn: readyLsn })
        await writeTable(connection, record)
      })
      for (const kind of ['inserts', 'updates', 'deletes', 'truncates'] as const) table.counts[kind] += part.counts[kind]
    } finally {
      disposePart(part)
    }
  }

  /** Those whose copy was of no use, or was broken off. */
  private async abandonRest(): Promise<void> {
    const rest = [...this.joining.values()]
    this.joining = new Map()
    const { run, tables } = this.options
    for (const { table, held } of rest) {
      const { oid } = table.plan
      const attempts = (this.attempts.get(oid) ?? 0) + 1
      if (held.refusal) this.attempts.set(oid, attempts)
      if (tables.get(oid) !== table || table.state === 'errored') continue
      if (held.refusal && attempts >= MOST_ATTEMPTS) await this.park(table, held.refusal.code, held.refusal.reason)
      else table.state = 'init'
    }
    if (this.signal.aborted) return
    await run.betweenTransactions(async () => {
      for (const { table } of rest) run.letGo(table.plan.oid)
    })
  }

  private async park(table: FollowedTable, code: string, reason: string): Promise<void> {
    const { oid, schema, name } = table.plan
    table.state = 'errored'
    table.reason = reason
    this.attempts.delete(oid)
    await this.options.file.record(async (connection) => {
      await writeTableState(connection, oid, 'errored', reason)
      await writeDeadLetter(connection, { oid, schema, name, lsn: null, code, reason, changes: null })
    })
    this.options.onNotice('error', `${schema}.${name} is parked: ${reason}`)
  }
}
