import { availableParallelism } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
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
import type { Lsn } from '../model/lsn.ts'
import { marksOf } from '../model/shape.ts'
import type { Clock, Logger } from '../ports.ts'
import { followsOf } from '../source/catalog.ts'
import { cutConnection, cutShort } from '../source/ending.ts'
import { readShapes } from '../source/shapes.ts'
import type { CopyConnection } from '../source/tableCopy.ts'
import { isRowTooLarge, reasonOfApplyError } from '../store/faults.ts'
import { commit } from '../store/interruption.ts'
import { writeDeadLetter, writeReplicaName, writeTable, writeTableState } from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import { identifier } from '../store/sql.ts'
import { keepColumnsAsText, maskRulesOf, masksOfPlan, planTable, type TablePlan } from '../typemap/tablePlan.ts'
import { isCopyOfPlanned } from './copiedNames.ts'
import { faultOfCopyError, LoadError, RenamedError, SourceError, verdictOfCopyError } from './copyFailure.ts'
import { connectUnderSnapshot, SnapshotSource, type SnapshotOptions } from './copySnapshot.ts'
import { reasonAgainstMasks } from './fileMasks.ts'
import { recordOf, samePlan, type CopyProgress, type FollowedTable } from './followedTables.ts'
import { clearPlaces, dropReplica, noteSetAside, placeOf } from './replicaPlaces.ts'

/**
 * Puts a loaded copy in its table's place, and commits; with state `ready` the file says so from then on, else
 * the table counts as not copied there.
 */
export type Publish = (copied: { state: 'ready' | 'catching-up'; snapshotLsn: Lsn }) => Promise<void>

export interface CopyTablesOptions extends SnapshotOptions {
  file: ReplicaFile
  tables: readonly FollowedTable[]
  /** All tables of the file: one whose copy has the name of a new one gives way. */
  followed: ReadonlyMap<number, FollowedTable>
  publicationNames: readonly string[]
  folder: string
  clock: Clock
  logger: Logger
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

const CATALOG_TIMEOUT_MS = 60_000

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
    const worker = work(queue, new SnapshotSource(options, first), options)
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

async function work(queue: FollowedTable[], source: SnapshotSource, options: CopyTablesOptions): Promise<void> {
  const connection = await options.file.connect()
  try {
    for (let table = queue.shift(); table; table = queue.shift()) await settle(table, source, connection, options)
  } catch (error) {
    // The others finish the table that they have in hand, and take no further one.
    queue.length = 0
    options.signal.throwIfAborted()
    throw faultOfCopyError(error)
  } finally {
    source.close()
    connection.closeSync()
  }
}

/** Copies one table, if need be with some columns as text, or parks it; left alone where its copy is of no use any more. */
async function settle(table: FollowedTable, source: SnapshotSource, connection: DuckDBConnection, options: CopyTablesOptions): Promise<void> {
  const voided = options.signalOf?.(table)
  let refusal: LoadError | null = null
  while (!voided?.aborted) {
    options.signal.throwIfAborted()
    try {
      if (refusal === null) return await copyTable(table, await source.open(), connection, options)
      const { cause, longestRowBytes }: LoadError = refusal
      const isMended = !isRowTooLarge(cause, longestRowBytes) && (await keepMisfitsAsText(table, await source.open(), connection, options))
      if (!isMended) return await park(table, reasonOfApplyError(cause, longestRowBytes), options)
      refusal = null
    } catch (error) {
      source.drop()
      if (voided?.aborted) return
      const verdict = verdictOfCopyError(error)
      if (verdict === 'stop') throw error
      if (verdict === 'again') continue
      if (verdict === 'renamed') return options.onRenamed?.(table)
      if (refusal !== null) return park(table, reasonOfApplyError(refusal.cause, refusal.longestRowBytes), options)
      refusal = verdict.refusal
    }
  }
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
