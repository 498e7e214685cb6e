import { availableParallelism } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'
import pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import {
  copyOutStatement,
  createCopyStatement,
  createMisfits,
  keepNamesStatement,
  loadStatement,
  misfitStatement,
  publishCopyStatements,
  readMisfits,
  type CopiedCsv,
} from '../apply/statements.ts'
import { TableLoader } from '../apply/tableLoader.ts'
import type { MaskKey } from '../masking/maskKey.ts'
import { keySettings } from '../masking/sourceMask.ts'
import type { Lsn } from '../model/lsn.ts'
import { marksOf } from '../model/shape.ts'
import type { Clock, Logger } from '../ports.ts'
import { followsOf } from '../source/catalog.ts'
import type { CreatedSlot } from '../source/replicationConnection.ts'
import { connectSource } from '../source/connection.ts'
import { cutConnection, cutShort } from '../source/ending.ts'
import { readShapes } from '../source/shapes.ts'
import { CopyConnection } from '../source/tableCopy.ts'
import { faultOfWriting, isConflict, isRowTooLarge, reasonOfApplyError, verdictOfApplyError } from '../store/faults.ts'
import { commit } from '../store/interruption.ts'
import { writeDeadLetter, writeReplicaName, writeTable, writeTableState } from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import { identifier } from '../store/sql.ts'
import { keepColumnsAsText, maskRulesOf, masksOfPlan, planTable, type TablePlan } from '../typemap/tablePlan.ts'
import { isCopyOfPlanned } from './copiedNames.ts'
import { reasonAgainstMasks } from './fileMasks.ts'
import { recordOf, samePlan, type CopyProgress, type FollowedTable } from './followedTables.ts'
import { clearPlaces, dropReplica, noteSetAside, placeOf } from './replicaPlaces.ts'

/**
 * Puts a loaded copy in its table's place, and commits; with state `ready` the file says so from then on, else
 * the table counts as not copied there.
 */
export type Publish = (copied: { state: 'ready' | 'catching-up'; snapshotLsn: Lsn }) => Promise<void>

export interface CopyTablesOptions {
  file: ReplicaFile
  address: SourceAddress
  tables: readonly FollowedTable[]
  /** All tables of the file: one whose copy has the name of a new one gives way. */
  followed: ReadonlyMap<number, FollowedTable>
  slot: CreatedSlot
  publicationNames: readonly string[]
  /** For the source to hash by; null where the file has none. */
  maskKey: MaskKey | null
  folder: string
  clock: Clock
  logger: Logger
  signal: AbortSignal
  /** Aborted where the copy of this one table is of no use any more: it is left as not copied. */
  signalOf?(table: FollowedTable): AbortSignal
  /** The table has another plan now: read under the snapshot, or made to fit its values. */
  onPlan?(table: FollowedTable): void
  /** `COPY` has not found the table as the snapshot describes it. */
  onRenamed?(table: FollowedTable): void
  /** The copy is there, to be published when it may be. Default: at once, as of the slot's consistent point. */
  onLoaded?(table: FollowedTable, publish: Publish): Promise<void>
  onNotice(severity: 'info' | 'warning', text: string): void
}

/** DuckDB's calls take a thread of Node's pool each; two are left for everybody else's. */
const POOL_THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) - 2
/** Connections that copy at once: enough to fill the cores, few enough for a busy source. */
const COPY_CONNECTIONS = Math.max(1, Math.min(4, Math.max(2, availableParallelism()), POOL_THREADS))

const SNAPSHOT_TIMEOUT_MS = 30_000
const CATALOG_TIMEOUT_MS = 60_000

/** A copy that DuckDB could not take, told apart from a source that broke off. */
class LoadError extends Error {
  readonly longestRowBytes: number

  constructor(cause: unknown, longestRowBytes: number) {
    super('DuckDB could not take the copy', { cause })
    this.longestRowBytes = longestRowBytes
  }
}

/** The source, or the connection to it, broke the copy off. */
class SourceError extends Error {
  constructor(cause: unknown) {
    super('the source broke the copy off', { cause })
  }
}

/** A table or a column was renamed or dropped since the snapshot. */
class RenamedError extends Error {
  constructor() {
    super('the table has other names now')
  }
}

function isRenamed(error: unknown): boolean {
  if (!(error instanceof SourceError)) return false
  const { cause } = error
  return cause instanceof RenamedError || ['42P01', '42703', '3F000'].includes((cause as { code?: string } | undefined)?.code ?? '')
}

/**
 * Copies tables under the slot's snapshot, several at once, the largest first. Each is planned as the snapshot
 * describes it, and becomes visible with its state in one transaction; a kill leaves it as not yet copied. A
 * value that a column's type cannot hold turns that column to text, and the table is copied again; a table that
 * still cannot be taken is parked; one that was renamed since the snapshot is left as not copied. Throws what the
 * source or the disk throws.
 */
export async function copyTables(options: CopyTablesOptions): Promise<void> {
  const { file } = options
  let first: pg.Client | null = null
  let tables: FollowedTable[]
  try {
    first = await connectUnderSnapshot(options)
    tables = await planUnderSnapshot(first, options)
  } catch (error) {
    if (first) cutConnection(first)
    throw error instanceof SourceError ? error.cause : error
  }
  for (const schema of new Set(tables.map((table) => table.plan.replicaSchema))) {
    await file.bookkeeping.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`)
  }
  for (const table of tables) table.copy = newProgress(table, options)
  const queue = tables.sort((one, other) => (other.estimatedRows ?? 0) - (one.estimatedRows ?? 0))
  const workers = Array.from({ length: Math.max(1, Math.min(COPY_CONNECTIONS, queue.length)) }, () => {
    const worker = work(queue, first && new CopyConnection(first), options)
    first = null
    return worker
  })
  const results = await Promise.allSettled(workers)
  for (const table of tables) table.copy = null
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** Answers those that can be copied; what the catalog said before the snapshot may be past. */
async function planUnderSnapshot(client: pg.Client, options: CopyTablesOptions): Promise<FollowedTable[]> {
  const oids = options.tables.map((table) => table.plan.oid)
  const shapes = await cutShort(client, { signal: options.signal, timeoutMs: CATALOG_TIMEOUT_MS }, () =>
    readShapes(client, oids, options.publicationNames),
  )
  const planned: FollowedTable[] = []
  for (const table of options.tables) {
    const shape = shapes.get(table.plan.oid)
    const relation = shape?.relation
    if (!relation || followsOf(relation) === 'nothing') {
      const reason = relation ? 'The table cannot be followed any more; see `millrace doctor`.' : 'The table was dropped on the source.'
      table.isGone = relation === undefined
      await park(table, { code: 'TABLE_MISSING', reason }, options)
      continue
    }
    const plan = planTable(relation, { masks: maskRulesOf(table.plan) })
    const againstMasks = reasonAgainstMasks(plan)
    if (againstMasks !== null) {
      await park(table, { code: 'MASK_ON_KEY', reason: againstMasks }, options)
      continue
    }
    table.marks = marksOf(shape)
    if (!samePlan(plan, table.plan)) {
      table.plan = plan
      options.onPlan?.(table)
    }
    if (!options.signalOf?.(table).aborted) planned.push(table)
  }
  return planned
}

function newProgress(table: FollowedTable, options: CopyTablesOptions): CopyProgress {
  return { rows: 0, bytes: 0, estimatedRows: table.estimatedRows, startedAtMs: options.clock.nowMs() }
}

async function work(queue: FollowedTable[], first: CopyConnection | null, options: CopyTablesOptions): Promise<void> {
  let source = first
  const connection = await options.file.connect()
  try {
    for (let table = queue.shift(); table; table = queue.shift()) {
      const voided = options.signalOf?.(table)
      for (let copied = false; !copied && !voided?.aborted; ) {
        options.signal.throwIfAborted()
        source ??= await openUnderSnapshot(options)
        try {
          await copyTable(table, source, connection, options)
          copied = true
        } catch (error) {
          source.destroy()
          source = null
          if (voided?.aborted) break
          // Another copy was published meanwhile, and a name went from one to the other.
          if (isConflict(error)) continue
          if (isRenamed(error)) {
            options.onRenamed?.(table)
            break
          }
          if (!(error instanceof LoadError) || verdictOfApplyError(error.cause, error.longestRowBytes) === 'stop') throw error
          source = await openUnderSnapshot(options)
          try {
            copied = isRowTooLarge(error.cause, error.longestRowBytes) || !(await keepMisfitsAsText(table, source, connection, options))
          } catch (again) {
            source.destroy()
            source = null
            if (!(again instanceof LoadError) || verdictOfApplyError(again.cause, again.longestRowBytes) === 'stop') throw again
            copied = true
          }
          if (copied) await park(table, reasonOfApplyError(error.cause, error.longestRowBytes), options)
        }
      }
    }
  } catch (error) {
    // The others finish the table that they have in hand, and take no further one.
    queue.length = 0
    options.signal.throwIfAborted()
    throw error instanceof SourceError ? error.cause : faultOfWriting(error instanceof LoadError ? error.cause : error)
  } finally {
    source?.close()
    connection.closeSync()
  }
}

async function openUnderSnapshot(options: CopyTablesOptions): Promise<CopyConnection> {
  return new CopyConnection(await connectUnderSnapshot(options))
}

async function connectUnderSnapshot(options: CopyTablesOptions): Promise<pg.Client> {
  const { address, maskKey, signal, slot } = options
  const client = await connectSource(address, { purpose: 'copy', signal })
  try {
    await cutShort(client, { signal, timeoutMs: SNAPSHOT_TIMEOUT_MS }, async () => {
      if (maskKey) await client.query(keySettings(maskKey))
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(slot.snapshotName)}`)
    })
    return client
  } catch (error) {
    cutConnection(client)
    throw new SourceError(isSnapshotGone(error) ? snapshotLost() : error)
  }
}

/** A snapshot lives as long as the connection that exported it. */
function isSnapshotGone(error: unknown): boolean {
  return ['22023', '42704'].includes((error as { code?: string }).code ?? '')
}

function snapshotLost(): MillraceError {
  return new MillraceError({
    code: 'CONNECTION_LOST',
    message: 'The connection that held the snapshot was lost.',
    advice: 'Check the network; Millrace copies what is missing under a new snapshot.',
  })
}

async function copyTable(
  table: FollowedTable,
  source: CopyConnection,
  connection: DuckDBConnection,
  options: CopyTablesOptions,
): Promise<void> {
  const { plan } = table
  table.state = 'copying'
  const progress = newProgress(table, options)
  table.copy = progress
  try {
    await connection.run('BEGIN TRANSACTION')
    await connection.run(createCopyStatement(plan))
    await readCopy(table, source, connection, options, (csv) => loadStatement(plan, csv), (rows, bytes) => {
      progress.rows = rows
      progress.bytes = bytes
    })
    const publish: Publish = ({ state, snapshotLsn }) =>
      publishCopy(connection, table, { ...table, state, snapshotLsn, reason: null, rows: progress.rows }, options.followed)
    if (options.onLoaded) await options.onLoaded(table, publish)
    else await publish({ state: 'ready', snapshotLsn: options.slot.consistentPoint })
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => {})
    table.state = 'init'
    throw error
  } finally {
    table.copy = null
  }
}

async function publishCopy(
  connection: DuckDBConnection,
  table: FollowedTable,
  copied: FollowedTable,
  followed: CopyTablesOptions['followed'],
): Promise<void> {
  const { plan, state, snapshotLsn, reason, rows } = copied
  await dropReplica(connection, plan.oid)
  const setAside = await clearPlaces(connection, [placeOf(plan)], new Set([plan.oid]))
  for (const statement of publishCopyStatements(plan)) await connection.run(statement)
  if (state === 'ready') {
    const record = recordOf(copied)
    await writeTable(connection, record)
  } else {
    await writeReplicaName(connection, plan.oid, placeOf(plan))
  }
  await commit(connection)
  noteSetAside(followed, setAside)
  Object.assign(table, { state, snapshotLsn, reason, rows })
}

/** Runs the table's `COPY` into the statement. Throws LoadError where DuckDB refused, else what the source threw. */
async function readCopy(
  table: FollowedTable,
  source: CopyConnection,
  connection: DuckDBConnection,
  options: CopyTablesOptions,
  statementFor: (csv: CopiedCsv) => string,
  onProgress: (rows: number, bytes: number) => void,
): Promise<void> {
  let loadFailure: unknown = null
  const loader = new TableLoader(connection, {
    label: `copy-${table.plan.oid}`,
    folder: options.folder,
    statementFor,
    onRoom: () => source.resume(),
    onFailure: (error) => {
      loadFailure = error
      source.destroy()
    },
  })
  const abort = (): void => source.destroy()
  const voided = options.signalOf?.(table)
  options.signal.addEventListener('abort', abort)
  voided?.addEventListener('abort', abort)
  try {
    await loader.begin()
    if (masksOfPlan(table.plan)) await keepNames(source, table.plan)
    await source.copyOut(copyOutStatement(table.plan), {
      onRow: (bytes, start, end) => loader.append(bytes, start, end),
      onDrained: () => {
        onProgress(loader.rows, loader.bytes)
        if (loader.isFull) source.pause()
      },
    })
    if (!(await isCopyOfPlanned(source, table.plan))) throw new RenamedError()
    await loader.finish()
    onProgress(loader.rows, loader.bytes)
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason
    throw loadFailure === null ? new SourceError(error) : new LoadError(loadFailure, loader.longestRowBytes)
  } finally {
    options.signal.removeEventListener('abort', abort)
    voided?.removeEventListener('abort', abort)
    await loader.abandon()
  }
}

/** A column that was renamed since would be read under the mask of the one that had its name: that is found out before. */
async function keepNames(source: CopyConnection, plan: TablePlan): Promise<void> {
  await source.copyOut(keepNamesStatement(plan), { onRow: () => {}, onDrained: () => {} })
  if (!(await isCopyOfPlanned(source, plan))) throw new RenamedError()
}

/**
 * Reads the table once more, without writing, to learn which columns hold values out of their replica
 * type's range, and plans those as text. False where there are none: then something else is wrong.
 */
async function keepMisfitsAsText(
  table: FollowedTable,
  source: CopyConnection,
  connection: DuckDBConnection,
  options: CopyTablesOptions,
): Promise<boolean> {
  const { plan } = table
  await connection.run(createMisfits)
  await readCopy(table, source, connection, options, (csv) => misfitStatement(plan, csv), () => {})
  const places = (await connection.runAndReadAll(readMisfits)).getRows().map((row) => Number(row[0]))
  if (places.length === 0) return false
  table.plan = keepColumnsAsText(plan, places)
  options.onPlan?.(table)
  const names = places.map((place) => plan.columns[place]!.sourceName).join(', ')
  options.onNotice(
    'warning',
    `${plan.schema}.${plan.name} holds values outside what DuckDB can represent in ${names}: kept as text.`,
  )
  return true
}

async function park(
  table: FollowedTable,
  { code, reason }: { code: string; reason: string },
  options: CopyTablesOptions,
): Promise<void> {
  const { oid, schema, name } = table.plan
  table.state = 'errored'
  table.reason = reason
  await options.file.record(async (connection) => {
    await writeTableState(connection, oid, 'errored', reason)
    await writeDeadLetter(connection, { oid, schema, name, lsn: options.slot.consistentPoint, code, reason, changes: null })
  })
  options.onNotice('warning', `${schema}.${name} could not be copied: ${reason}`)
}
