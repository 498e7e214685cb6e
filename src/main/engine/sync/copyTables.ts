import type { DuckDBConnection } from '@duckdb/node-api'
import pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import { copyOutStatement } from '../apply/statements.ts'
import { TableLoader } from '../apply/tableLoader.ts'
import type { Clock, Logger } from '../ports.ts'
import type { CreatedSlot } from '../source/replicationConnection.ts'
import { connectSource } from '../source/connection.ts'
import { CopyConnection } from '../source/tableCopy.ts'
import { reasonOfApplyError, verdictOfApplyError } from '../store/faults.ts'
import { writeDeadLetter, writeTable, writeTableState } from '../store/records.ts'
import { inTransaction, type ReplicaFile } from '../store/replicaFile.ts'
import { identifier } from '../store/sql.ts'
import { keepColumnAsText } from '../typemap/tablePlan.ts'
import { recordOf, type FollowedTable } from './followedTables.ts'

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

/** Connections that copy at once: enough to fill two cores, few enough for a busy source. */
const COPY_CONNECTIONS = 3

/** A copy that DuckDB could not take, told apart from a source that broke off. */
class LoadError extends Error {
  constructor(cause: unknown) {
    super('DuckDB could not take the copy', { cause })
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
  const queue = [...tables].sort((first, second) => (second.estimatedRows ?? 0) - (first.estimatedRows ?? 0))
  const workers = Array.from({ length: Math.min(COPY_CONNECTIONS, queue.length) }, () => work(queue, options))
  const results = await Promise.allSettled(workers)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
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
          if (!(error instanceof LoadError) || verdictOfApplyError(error.cause) === 'stop') {
            queue.length = 0
            throw error instanceof LoadError ? error.cause : error
          }
          copied = !retryAsText(table, error.cause, options)
          if (copied) await park(table, error.cause, options)
        }
      }
    }
  } finally {
    source?.close()
    connection.closeSync()
  }
}

async function openUnderSnapshot(options: CopyTablesOptions): Promise<CopyConnection> {
  const client = await connectSource(options.address, { purpose: 'copy', signal: options.signal })
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(options.slot.snapshotName)}`)
  return new CopyConnection(client)
}

async function copyTable(
  table: FollowedTable,
  source: CopyConnection,
  connection: DuckDBConnection,
  options: CopyTablesOptions,
): Promise<void> {
  table.state = 'copying'
  const progress = { rows: 0, bytes: 0, estimatedRows: table.estimatedRows, startedAtMs: options.clock.nowMs() }
  table.copy = progress
  let loadFailure: unknown = null
  const loader = new TableLoader(connection, table.plan, {
    folder: options.folder,
    onRoom: () => source.resume(),
    onFailure: (error) => {
      loadFailure = error
      source.destroy()
    },
  })
  const abort = (): void => source.destroy()
  options.signal.addEventListener('abort', abort)
  try {
    await inTransaction(connection, async () => {
      try {
        await loader.begin()
        await source.copyOut(copyOutStatement(table.plan), {
          onRow: (bytes, start, end) => loader.append(bytes, start, end),
          onDrained: () => {
            progress.rows = loader.rows
            progress.bytes = loader.bytes
            if (loader.isFull) source.pause()
          },
        })
        await loader.finish()
      } finally {
        await loader.abandon()
      }
      const copied: FollowedTable = {
        ...table,
        state: 'ready',
        reason: null,
        rows: loader.rows,
        snapshotLsn: options.slot.consistentPoint,
      }
      const record = recordOf(copied)
      await writeTable(connection, record.table, record.columns)
    })
  } catch (error) {
    table.state = 'init'
    if (options.signal.aborted) throw options.signal.reason
    throw loadFailure === null ? error : new LoadError(loadFailure)
  } finally {
    table.copy = null
    options.signal.removeEventListener('abort', abort)
  }
  table.state = 'ready'
  table.reason = null
  table.rows = loader.rows
  table.snapshotLsn = options.slot.consistentPoint
}

/** True where the table's plan was changed so that a second try can hold every value. */
function retryAsText(table: FollowedTable, error: unknown, options: CopyTablesOptions): boolean {
  const text = error instanceof Error ? error.message : ''
  const named = /column "?([^"\n]+?)"? (?:at|with|to|in)\b|Column Name: (.+)|when converting column "([^"]+)"/i.exec(text)
  const name = named?.[3] ?? named?.[2] ?? named?.[1]
  const plan =
    (name === undefined ? null : keepColumnAsText(table.plan, name)) ??
    // An expression's error does not name its column: then every column that is converted is kept as text.
    (/Conversion Error|Invalid Input Error|Out of Range/i.test(text) ? keepColumnAsText(table.plan, null) : null)
  if (!plan) return false
  table.plan = plan
  options.onNotice(
    'warning',
    `A value in ${plan.schema}.${plan.name} has no exact counterpart in DuckDB; the column is kept as text and the table copied again.`,
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
