import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import pg from 'pg'
import { ordinarySession } from '../../contract/query.ts'
import type { SessionSettings } from '../../contract/query.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { Cell } from '../../contract/values.ts'
import { applicationNamePrefix, connectSource, textTypes } from '../source/connection.ts'
import { cancelled, faultOfSourceStatement } from './statementFaults.ts'

/** How long a cancelled statement may take to end before its connection is cut. */
const CANCEL_WITHIN_MS = 5_000

/** A connection that can only read, for one statement. */
export interface SourceReader {
  readonly client: pg.Client
  /** Ends the server's work on the statement in hand, and nobody else's. */
  cancel(): void
}

/**
 * Runs `work` on a connection of its own, inside a read-only transaction that can no longer become a
 * writing one: its first snapshot is taken, after which Postgres refuses the change
 * (https://www.postgresql.org/docs/current/sql-set-transaction.html). An abort cancels the statement on
 * the server. The transaction ends with the work.
 */
export async function readingSource<Result>(
  address: SourceAddress,
  {
    purpose,
    statementTimeoutMs,
    signal,
    session = ordinarySession,
  }: { purpose: string; statementTimeoutMs: number; signal: AbortSignal; session?: SessionSettings },
  work: (reader: SourceReader) => Promise<Result>,
  begin = 'BEGIN TRANSACTION READ ONLY',
): Promise<Result> {
  if (signal.aborted) throw cancelled()
  const tag = `${purpose} ${randomBytes(4).toString('hex')}`
  const client = await connectSource(address, { purpose: tag, statementTimeoutMs, readOnly: true, signal }).catch(
    (error: unknown) => {
      throw signal.aborted ? cancelled(error) : error
    },
  )
  let cutting: NodeJS.Timeout | undefined
  let isOver = false
  const cancel = () => {
    if (cutting) return
    cutting = setTimeout(() => socketOf(client).destroy(), CANCEL_WITHIN_MS)
    void cancelStatement(address, client, applicationNamePrefix + tag, () => isOver)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    await client.query(begin)
    await client.query('SELECT pg_backend_pid()')
    await setSession(client, session)
    if (signal.aborted) throw cancelled()
    return await work({ client, cancel })
  } finally {
    isOver = true
    signal.removeEventListener('abort', cancel)
    clearTimeout(cutting)
    // Closing ends the transaction; nothing of it is to be kept.
    const end = client.end().catch(() => {})
    const patience = setTimeout(() => socketOf(client).destroy(), CANCEL_WITHIN_MS)
    void end.finally(() => clearTimeout(patience))
  }
}

/** For the rest of the transaction; its time limit is a setting of the connection. */
async function setSession(client: pg.Client, { schema, timeZone }: SessionSettings): Promise<void> {
  try {
    if (schema !== null) {
      await client.query(`SELECT set_config('search_path', quote_ident($1) || ', public', true)`, [schema])
    }
    if (timeZone !== null) await client.query(`SELECT set_config('TimeZone', $1, true)`, [timeZone])
  } catch (error) {
    throw faultOfSourceStatement(error, '')
  }
}

/**
 * By a second connection, because a CancelRequest message carries no TLS of its own through some
 * proxies. The name, made for this one connection, keeps a process id that was given to somebody else
 * in the meantime safe.
 */
async function cancelStatement(
  address: SourceAddress,
  client: pg.Client,
  applicationName: string,
  isOver: () => boolean,
): Promise<void> {
  const { processID } = client as unknown as { processID: number }
  try {
    const other = await connectSource(address, { purpose: 'cancel', connectTimeoutMs: CANCEL_WITHIN_MS })
    try {
      if (isOver()) return
      await other.query(
        'SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2',
        [processID, applicationName],
      )
    } finally {
      await other.end()
    }
  } catch {
    // No second connection to be had: the first is cut, and the server notices when it next sends.
    if (!isOver()) socketOf(client).destroy()
  }
}

export interface SourceFields {
  name: string
  dataTypeID: number
  dataTypeModifier: number
}

/** What comes of a statement, as it comes. */
export interface SourceRows {
  onRow(row: Cell[], fields: SourceFields[]): void
}

/**
 * Sends one statement by the extended protocol, which takes no second one, and hands each row on as
 * text; `values` are its parameters. It asks for all rows at once: a limit in the protocol would forbid parallel workers
 * (https://www.postgresql.org/docs/current/when-can-parallel-query-be-used.html). Resolves with the columns.
 */
export function readRows(
  client: pg.Client,
  sql: string,
  onRow: SourceRows['onRow'],
  values: readonly Cell[] = [],
): Promise<SourceFields[]> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query({
      text: sql,
      // Text of no type: the server reads each as the type that its place asks for.
      values: [...values],
      queryMode: 'extended',
      rowMode: 'array',
      types: textTypes,
    } as pg.QueryArrayConfig)
    query.on('row', (row: unknown, result?: { fields: SourceFields[] }) => onRow(row as Cell[], result?.fields ?? []))
    query.on('end', (result: { fields: SourceFields[] }) => resolve(result.fields))
    query.on('error', reject)
    client.query(query)
  })
}

/** Stops reading from the server until it is resumed: it waits in turn. */
export function socketOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream
}
