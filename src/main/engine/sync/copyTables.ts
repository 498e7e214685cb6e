import { availableParallelism } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'
import pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import {
  copyOutStatement,
  createMisfits,
  createTableStatements,
  loadStatement,
  misfitStatement,
  readMisfits,
  type CopiedCsv,
} from '../apply/statements.ts'
import { TableLoader } from '../apply/tableLoader.ts'
import type { Clock, Logger } from '../ports.ts'
import type { CreatedSlot } from '../source/replicationConnection.ts'
import { connectSource } from '../source/connection.ts'
import { cutConnection, cutShort } from '../source/ending.ts'
import { CopyConnection } from '../source/tableCopy.ts'
import { faultOfWriting, reasonOfApplyError, verdictOfApplyError } from '../store/faults.ts'
import { writeDeadLetter, writeTable, writeTableState } from '../store/records.ts'
import { inTransaction, type ReplicaFile } from '../store/replicaFile.ts'
import { identifier } from '../store/sql.ts'
import { keepColumnsAsText } from '../typemap/tablePlan.ts'
import { recordOf, type CopyProgress, type FollowedTable } from './followedTables.ts'

export interface CopyTablesOptions {
  file: ReplicaFile
  address: SourceAddress
  tables: readonly FollowedTable[]
  slot: CreatedSlot
  folder: string
  clock: Clock
  logger: Logger
  signal: AbortSignal
  onNotice(severity: 'info' | 'warning', text: string): void
}

/** DuckDB's calls take a thread of Node's pool each; two are left for everybody else's. */
const POOL_THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) - 2
/** Connections that copy at once: enough to fill the cores, few enough for a busy source. */
const COPY_CONNECTIONS = Math.max(1, Math.min(4, Math.max(2, availableParallelism()), POOL_THREADS))

const SNAPSHOT_TIMEOUT_MS = 30_000

/** A copy that DuckDB could not take, told apart from a source that broke off. */
class LoadError extends Error {
  constructor(cause: unknown) {
    super('DuckDB could not take the copy', { cause })
  }
}

/** The source, or the connection to it, broke the copy off. */
class SourceError extends Error {
  constructor(cause: unknown) {
    super('the source broke the copy off', { cause })
  }
}

/**
 * Copies tables under the slot's snapshot, several at once, the largest first. Each table becomes
 * visible with its state in one transaction; a kill leaves it as not yet copied. A value that a
 * column's type cannot hold turns that column to text, and the table is copied again; a table that
 * still cannot be taken is parked. Throws what the source or the disk throws.
 */
export async function copyTables(options: CopyTablesOptions): Promise<void> {
  const { file, tables } = options
  for (const schema of new Set(tables.map((table) => table.plan.replicaSchema))) {
    await file.bookkeeping.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`)
  }
  for (const table of tables) table.copy = newProgress(table, options)
  const queue = [...tables].sort((first, second) => (second.estimatedRows ?? 0) - (first.estimatedRows ?? 0))
  const workers = Array.from({ length: Math.min(COPY_CONNECTIONS, queue.length) }, () => work(queue, options))
  const results = await Promise.allSettled(workers)
  for (const table of tables) table.copy = null
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

function newProgress(table: FollowedTable, options: CopyTablesOptions): CopyProgress {
  return { rows: 0, bytes: 0, estimatedRows: table.estimatedRows, startedAtMs: options.clock.nowMs() }
}

async function work(queue: FollowedTable[], options: CopyTablesOptions): Promise<void> {
  let source: CopyConnection | null = null
  const connection = await options.file.connect()
  try {
    for (let table = queue.shift(); table; table = queue.shift()) {
      for (let copied = false; !copied; ) {
        options.signal.throwIfAborted()
        source ??= await openUnderSnapshot(options)
        try {
          await copyTable(table, source, connection, options)
          copied = true
        } catch (error) {
          source.destroy()
          source = null
          if (!(error instanceof LoadError) || verdictOfApplyError(error.cause) === 'stop') throw error
          source = await openUnderSnapshot(options)
          copied = !(await keepMisfitsAsText(table, source, connection, options))
          if (copied) await park(table, error.cause, options)
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
  const { address, signal, slot } = options
  const client = await connectSource(address, { purpose: 'copy', signal })
  try {
    await cutShort(client, { signal, timeoutMs: SNAPSHOT_TIMEOUT_MS }, async () => {
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(slot.snapshotName)}`)
    })
    return new CopyConnection(client)
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
    await inTransaction(connection, async () => {
      for (const statement of createTableStatements(plan)) await connection.run(statement)
      await readCopy(table, source, connection, options, (csv) => loadStatement(plan, csv), (rows, bytes) => {
        progress.rows = rows
        progress.bytes = bytes
      })
      const copied: FollowedTable = {
        ...table,
        state: 'ready',
        reason: null,
        rows: progress.rows,
        snapshotLsn: options.slot.consistentPoint,
      }
      const record = recordOf(copied)
      await writeTable(connection, record.table, record.columns)
    })
  } catch (error) {
    table.state = 'init'
    throw error
  } finally {
    table.copy = null
  }
  table.state = 'ready'
  table.reason = null
  table.rows = progress.rows
  table.snapshotLsn = options.slot.consistentPoint
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
  options.signal.addEventListener('abort', abort)
  try {
    await loader.begin()
    await source.copyOut(copyOutStatement(table.plan), {
      onRow: (bytes, start, end) => loader.append(bytes, start, end),
      onDrained: () => {
        onProgress(loader.rows, loader.bytes)
        if (loader.isFull) source.pause()
      },
    })
    await loader.finish()
    onProgress(loader.rows, loader.bytes)
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason
    throw loadFailure === null ? new SourceError(error) : new LoadError(loadFailure)
  } finally {
    options.signal.removeEventListener('abort', abort)
    await loader.abandon()
  }
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
  const names = places.map((place) => plan.columns[place]!.sourceName).join(', ')
  options.onNotice(
    'warning',
    `${plan.schema}.${plan.name} holds values outside what DuckDB can represent in ${names}: kept as text.`,
  )
  return true
}

async function park(table: FollowedTable, error: unknown, options: CopyTablesOptions): Promise<void> {
  const { plan } = table
  const { code, reason } = reasonOfApplyError(error)
  table.state = 'errored'
  table.reason = reason
  await inTransaction(options.file.bookkeeping, async () => {
    await writeTableState(options.file.bookkeeping, plan.oid, 'errored', reason)
    await writeDeadLetter(options.file.bookkeeping, {
      oid: plan.oid,
      schema: plan.schema,
      name: plan.name,
      lsn: options.slot.consistentPoint,
      code,
      reason,
      changes: null,
    })
  })
  options.onNotice('warning', `${plan.schema}.${plan.name} could not be copied: ${reason}`)
}
