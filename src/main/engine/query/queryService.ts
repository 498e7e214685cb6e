import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError, faultOf } from '../../contract/errors.ts'
import type { ResultPage, ResultProgress } from '../../contract/query.ts'
import { wholeResult } from '../../contract/resultView.ts'
import type { ResultView } from '../../contract/resultView.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { Cell, EngineName, ResultColumn } from '../../contract/values.ts'
import type { Host } from '../ports.ts'
import type { Relation } from './relation.ts'
import { OpenResult } from './openResult.ts'
import { runOnReplica } from './replicaRun.ts'
import { ResultStore } from './resultStore.ts'
import type { AskedStatement } from './resultView.ts'
import { runOnSource } from './sourceRun.ts'
import { SourceTypeNames } from './sourceTypeNames.ts'

export interface QueryServiceOptions {
  host: Host
  /** A new connection to the replica; the service closes it. */
  connectReplica(): Promise<DuckDBConnection>
  sourceAddress(): SourceAddress
  /** Statements on the source are ended by the server after this. Default 60 s. */
  sourceStatementTimeoutMs?: number
}

export interface StartQuery {
  queryId: string
  engine: EngineName
  sql: string
  view?: ResultView
  pageRows: number
}

export interface StartedQuery {
  columns: ResultColumn[]
  isTable: boolean
  page: ResultPage
}

const DEFAULT_SOURCE_STATEMENT_TIMEOUT_MS = 60_000
/** Beyond this the result that was longest not looked at is closed. */
const MOST_OPEN_RESULTS = 32
/** How long a page waits for rows that are still being produced. */
const PAGE_WAITS_MS = 15_000
/** How long the first page waits to be full, once its first rows are there. */
const FIRST_PAGE_WAITS_MS = 60

/**
 * Runs statements on either engine and keeps their results open for paging. Statements only read: on
 * the replica by a transaction that cannot write, on the source by the server's own word.
 */
export class QueryService {
  private readonly options: QueryServiceOptions
  private readonly typeNames = new SourceTypeNames()
  private store: Promise<ResultStore> | null = null
  /** In the order of last use. */
  private readonly results = new Map<string, OpenResult>()
  private isClosed = false

  constructor(options: QueryServiceOptions) {
    this.options = options
  }

  /**
   * Answers with the first page as soon as there is one; the rest is read on in the background. Throws
   * QUERY_EMPTY, QUERY_WRITES, QUERY_FAILED (with a place where the engine tells one), QUERY_CANCELLED,
   * QUERY_TIMEOUT, QUERY_NOT_A_TABLE (where there is a view of it). An earlier result of the same id is closed.
   */
  async start({ queryId, engine, sql, view = wholeResult, pageRows }: StartQuery): Promise<StartedQuery> {
    const earlier = this.results.get(queryId)
    const result = new OpenResult(queryId, engine, this.openStore())
    // In the map before anything is waited for, so that a cancel finds it.
    this.results.delete(queryId)
    this.results.set(queryId, result)
    result.fillBy(() => this.run({ sql, view }, result).catch((error: unknown) => this.tell(error)))
    await earlier?.close()
    await this.closeOldest()
    await result.waitForRows(1)
    await result.waitForRows(pageRows, FIRST_PAGE_WAITS_MS)
    try {
      result.throwIfNothingCame()
    } catch (error) {
      if (this.results.get(queryId) === result) this.results.delete(queryId)
      throw error
    }
    return { columns: result.columns, isTable: result.isTable, page: await result.page(0, pageRows) }
  }

  /** Waits up to 15 s for rows that are not there yet. Throws QUERY_UNKNOWN. */
  async page(queryId: string, offset: number, limit: number): Promise<ResultPage> {
    const result = this.find(queryId)
    await result.waitForRows(offset + limit, PAGE_WAITS_MS)
    return result.page(offset, limit)
  }

  progress(queryId: string): ResultProgress {
    return this.find(queryId).progress()
  }

  /** One value, whole. Throws QUERY_UNKNOWN, also where there is no such row or column. */
  async cell(queryId: string, row: number, column: number): Promise<Cell> {
    const cell = await this.find(queryId).cell(row, column)
    if (cell === undefined) throw unknownResult()
    return cell
  }

  /** The rows that a result has by now. Throws QUERY_UNKNOWN, also where it has none yet. */
  async relation(queryId: string): Promise<Relation> {
    const relation = await this.find(queryId).relation()
    if (!relation) throw unknownResult()
    return relation
  }

  /** Stops the work on the engine. False where there was none. */
  async cancel(queryId: string): Promise<boolean> {
    return (await this.results.get(queryId)?.cancel()) ?? false
  }

  async closeResult(queryId: string): Promise<boolean> {
    const result = this.results.get(queryId)
    this.results.delete(queryId)
    await result?.close()
    return result !== undefined
  }

  /** Cancels what runs and forgets every result. May be called again. */
  async close(): Promise<void> {
    this.isClosed = true
    const open = [...this.results.values()]
    this.results.clear()
    await Promise.all(open.map((result) => result.close()))
    const store = this.store
    this.store = null
    await (await store)?.close()
  }

  private run(asked: AskedStatement, result: OpenResult): Promise<void> {
    const { host, connectReplica, sourceAddress } = this.options
    const { clock } = host
    switch (result.engine) {
      case 'replica':
        return runOnReplica(asked, result, { connect: connectReplica, clock })
      case 'source': {
        const statementTimeoutMs = this.options.sourceStatementTimeoutMs ?? DEFAULT_SOURCE_STATEMENT_TIMEOUT_MS
        return runOnSource(asked, result, {
          address: sourceAddress(),
          statementTimeoutMs,
          typeNames: this.typeNames,
          clock,
        })
      }
    }
  }

  /** What is no fault is logged in full; the window hears INTERNAL. */
  private tell(error: unknown): never {
    if (error instanceof MillraceError) throw error
    this.options.host.logger.error('a query ended for a reason without a name', {
      error: error instanceof Error ? error.stack : String(error),
    })
    throw new MillraceError(faultOf(error), { cause: error })
  }

  private find(queryId: string): OpenResult {
    const result = this.results.get(queryId)
    if (!result) throw unknownResult()
    this.results.delete(queryId)
    this.results.set(queryId, result)
    return result
  }

  private openStore(): Promise<ResultStore> {
    if (this.isClosed) throw stopped()
    if (!this.store) {
      this.store = ResultStore.open(this.options.host.paths.temporaryFolder)
      // Whoever waits for it is told; the next query tries anew.
      this.store.catch(() => (this.store = null))
    }
    return this.store
  }

  private async closeOldest(): Promise<void> {
    for (const [queryId, result] of this.results) {
      if (this.results.size <= MOST_OPEN_RESULTS) return
      if (!result.isRunning) await this.closeResult(queryId)
    }
  }
}

function unknownResult(): MillraceError {
  return new MillraceError({
    code: 'QUERY_UNKNOWN',
    message: 'That result is no longer open.',
    advice: 'Run the query again.',
  })
}

function stopped(): MillraceError {
  return new MillraceError({
    code: 'STOPPED',
    message: 'The workspace is being closed.',
    advice: 'Open it again, then run the query.',
  })
}
