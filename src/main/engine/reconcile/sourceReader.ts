import { setTimeout as delay } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { CopiedCsv } from '../apply/statements.ts'
import { TableLoader } from '../apply/tableLoader.ts'
import type { MaskKey } from '../masking/maskKey.ts'
import { keySettings } from '../masking/sourceMask.ts'
import type { Lsn } from '../model/lsn.ts'
import { connectSource } from '../source/connection.ts'
import { cutConnection, cutShort, endConnection } from '../source/ending.ts'
import { faultOfSourceError, isTransientSourceError } from '../source/faults.ts'
import { readFlushedLsn } from '../source/position.ts'
import { CopyConnection } from '../source/tableCopy.ts'
import { faultOfWriting, reasonOfApplyError, verdictOfApplyError } from '../store/faults.ts'

export interface SourceReaderOptions {
  address: SourceAddress
  /** The replica's side, into whose temporary tables rows are read. */
  connection: DuckDBConnection
  /** For the pipes that rows come through. */
  folder: string
  signal: AbortSignal
  /** For the source to hash by; null where the file has none. Asked at each connection, for it may come late. */
  maskKey(): MaskKey | null
}

export interface ReadSize {
  rows: number
  bytes: number
}

/** A range is a short read; a table without a key is read whole. */
export const STATEMENT_TIMEOUT_MS = 600_000
const QUESTION_TIMEOUT_MS = 30_000
/** A lost connection is made again so often, each wait twice as long as the one before. */
const ATTEMPTS = 6
const FIRST_WAIT_MS = 250

interface Connections {
  client: pg.Client
  copy: CopyConnection
}

/**
 * Reads the source for a verification, read-only, each read a statement of its own and so of one snapshot. A
 * lost connection is made again a few times. Throws SOURCE_QUERY_FAILED and its like, TABLE_VALUE_UNREPRESENTABLE
 * where a value does not fit the replica's column, DISK_FULL, and what `signal` was aborted with.
 */
export class SourceReader {
  private readonly options: SourceReaderOptions
  private connections: Connections | null = null
  private reads = 0

  constructor(options: SourceReaderOptions) {
    this.options = options
  }

  /** Rows of texts. `timeoutMs` is for each attempt; the default is for a question that reads no table. */
  ask(sql: string, values: unknown[] = [], timeoutMs = QUESTION_TIMEOUT_MS): Promise<(string | null)[][]> {
    return this.trying(ATTEMPTS, ({ client }) => this.rowsOf(client, sql, values, timeoutMs))
  }

  /** As `ask`, where there is no time to try again. */
  askOnce(sql: string, timeoutMs: number): Promise<(string | null)[][]> {
    return this.trying(1, ({ client }) => this.rowsOf(client, sql, [], timeoutMs))
  }

  /** A position behind every commit that a read before this call has seen. */
  flushedLsn(): Promise<Lsn> {
    return this.trying(ATTEMPTS, ({ client }) =>
      this.bounded(client, QUESTION_TIMEOUT_MS, () => readFlushedLsn(client)),
    )
  }

  /**
   * Runs a `COPY … TO STDOUT`; `begin` empties the place that its rows are loaded into. With `timeoutMs` it is
   * tried once and cut short then.
   */
  read(
    sql: string,
    load: { begin: string; statementFor(csv: CopiedCsv): string },
    options: { timeoutMs?: number; onProgress?: (rows: number) => void } = {},
  ): Promise<ReadSize> {
    const attempts = options.timeoutMs === undefined ? ATTEMPTS : 1
    return this.trying(attempts, ({ copy }) => this.readOnce(copy, sql, load, options))
  }

  async close(): Promise<void> {
    const { connections } = this
    this.connections = null
    if (!connections) return
    connections.copy.close()
    await endConnection(connections.client)
  }

  private async readOnce(
    copy: CopyConnection,
    sql: string,
    load: { begin: string; statementFor(csv: CopiedCsv): string },
    options: { timeoutMs?: number; onProgress?: (rows: number) => void },
  ): Promise<ReadSize> {
    const { connection, folder, signal } = this.options
    let loadFailure: unknown = null
    const loader = new TableLoader(connection, {
      label: `verify-${this.reads++}`,
      folder,
      statementFor: (csv) => load.statementFor(csv),
      onRoom: () => copy.resume(),
      onFailure: (error) => {
        loadFailure = error
        copy.destroy()
      },
    })
    const cut = (): void => copy.destroy()
    // The server's own limit ends a statement; this ends the wait for a server that is not heard any more.
    const timer = setTimeout(cut, options.timeoutMs ?? STATEMENT_TIMEOUT_MS)
    signal.addEventListener('abort', cut)
    try {
      signal.throwIfAborted()
      await connection.run(load.begin).catch((error: unknown) => {
        loadFailure = error
        throw error
      })
      await loader.begin()
      await copy.copyOut(sql, {
        onRow: (bytes, start, end) => loader.append(bytes, start, end),
        onDrained: () => {
          options.onProgress?.(loader.rows)
          if (loader.isFull) copy.pause()
        },
      })
      await loader.finish()
      return { rows: loader.rows, bytes: loader.bytes }
    } catch (error) {
      signal.throwIfAborted()
      throw loadFailure === null ? error : faultOfLoading(loadFailure)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      await loader.abandon()
    }
  }

  private rowsOf(client: pg.Client, sql: string, values: unknown[], timeoutMs: number): Promise<(string | null)[][]> {
    return this.bounded(client, timeoutMs, async () => {
      const { rows } = await client.query({ text: sql, values, rowMode: 'array' })
      return rows as (string | null)[][]
    })
  }

  private bounded<Result>(client: pg.Client, timeoutMs: number, work: () => Promise<Result>): Promise<Result> {
    return cutShort(client, { signal: this.options.signal, timeoutMs }, work)
  }

  private async trying<Result>(attempts: number, work: (connections: Connections) => Promise<Result>): Promise<Result> {
    const { signal } = this.options
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      try {
        this.connections ??= await this.open()
        return await work(this.connections)
      } catch (error) {
        signal.throwIfAborted()
        // Also after a statement that failed: a copy that was broken off has left its connection behind.
        this.drop()
        if (attempt >= attempts || !isTransientSourceError(error)) throw faultOfSourceError(error)
        await delay(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, { signal })
      }
    }
  }

  private async open(): Promise<Connections> {
    const { address, signal } = this.options
    const maskKey = this.options.maskKey()
    const options = { purpose: 'verify', readOnly: true, statementTimeoutMs: STATEMENT_TIMEOUT_MS, signal }
    const client = await connectSource(address, options)
    try {
      const copying = await connectSource(address, options)
      if (maskKey) {
        await copying.query(keySettings(maskKey)).catch((error: unknown) => {
          cutConnection(copying)
          throw error
        })
      }
      return { client, copy: new CopyConnection(copying) }
    } catch (error) {
      cutConnection(client)
      throw error
    }
  }

  private drop(): void {
    const { connections } = this
    this.connections = null
    if (!connections) return
    cutConnection(connections.client)
    connections.copy.destroy()
  }
}

/** DuckDB's own text may hold row values, and is not told. */
function faultOfLoading(error: unknown): MillraceError {
  if (verdictOfApplyError(error) === 'stop') return faultOfWriting(error)
  const { code } = reasonOfApplyError(error)
  return new MillraceError({
    code,
    message: 'The source holds a value that a column of the replica cannot hold.',
    advice: 'Copy the table again.',
  })
}
