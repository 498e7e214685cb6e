import { randomUUID } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError, faultOf } from '../../contract/errors.ts'
import type { HistoryEntry } from '../../contract/history.ts'
import { ordinarySession } from '../../contract/query.ts'
import type {
  ResultPage, ResultProgress, SessionSettings, ShownPlan, StatementToRun,
} from '../../contract/query.ts'
import { isWhole, wholeResult } from '../../contract/resultView.ts'
import type { ResultView } from '../../contract/resultView.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { Cell, ResultColumn } from '../../contract/values.ts'
import type { Host } from '../ports.ts'
import type { Relation } from './relation.ts'
import { withPlaceMoved } from './errorPlaces.ts'
import { explainOnReplica, explainOnSource } from './explain.ts'
import { OpenResult } from './openResult.ts'
import { bindParameters } from './parameters.ts'
import { ReadingTurns } from './readingTurns.ts'
import { runOnReplica } from './replicaRun.ts'
import type { ReplicaRunOptions } from './replicaRun.ts'
import { ResultStore } from './resultStore.ts'
import type { AskedStatement } from './resultView.ts'
import { isWrite, runScratchWrite } from './scratchWrite.ts'
import { SOURCE_ROW_LIMIT, runOnSource } from './sourceRun.ts'
import { SourceTypeNames } from './sourceTypeNames.ts'
import { readStatement } from './statement.ts'
import type { Statement } from './statement.ts'

export interface QueryServiceOptions {
  host: Host
  /** A new connection to the replica; the service closes it. */
  connectReplica(): Promise<DuckDBConnection>
  sourceAddress(): SourceAddress
  /** The replica has more to take than came in the last moment. Default: never. */
  isBehind?(): boolean
  /** Makes the file of the user's own tables writable; without it every statement that writes is refused. */
  ensureScratch?(): Promise<void>
  /** Statements on the source are ended by the server after this. Default 60 s. */
  sourceStatementTimeoutMs?: number
  /** Called after each statement that a person ran, however it ended. */
  onEnded?(entry: HistoryEntry): void
}

export interface StartQuery extends StatementToRun {
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
 * the replica by a transaction that cannot write, on the source by the server's own word. What writes runs
 * in a transaction that can write to the user's scratch file and nowhere else.
 */
export class QueryService {
  private readonly options: QueryServiceOptions
  private readonly typeNames = new SourceTypeNames()
  private readonly turns: ReadingTurns
  private store: Promise<ResultStore> | null = null
  /** In the order of last use. */
  private readonly results = new Map<string, OpenResult>()
  /** Plans that are being made. */
  private readonly explaining = new Map<string, { abort: AbortController; ended: Promise<void> }>()
  /** Asked for again for an export; the window knows nothing of them. */
  private readonly unlisted = new Set<OpenResult>()
  private readonly asked = new WeakMap<OpenResult, StartQuery>()
  private isClosed = false

  constructor(options: QueryServiceOptions) {
    this.options = options
    this.turns = new ReadingTurns({ clock: options.host.clock, isBehind: () => options.isBehind?.() ?? false })
  }

  /**
   * Answers with the first page as soon as there is one; the rest is read on in the background. Throws
   * QUERY_EMPTY, QUERY_WRITES, QUERY_FAILED (with a place where the engine tells one), QUERY_CANCELLED,
   * QUERY_TIMEOUT, QUERY_PARAMETER, QUERY_NOT_A_TABLE (where there is a view of it). An earlier result of the
   * same id is closed.
   */
  async start(input: StartQuery): Promise<StartedQuery> {
    const { queryId, engine, pageRows } = input
    const earlier = this.results.get(queryId)
    // The source writes its instants itself.
    const timeZone = engine === 'replica' ? (input.session?.timeZone ?? undefined) : undefined
    const result = new OpenResult(queryId, engine, this.openStore(), timeZone)
    this.asked.set(result, input)
    // In the map before anything is waited for, so that a cancel finds it.
    this.results.delete(queryId)
    this.results.set(queryId, result)
    result.fillBy(() => this.remembered(input, result, this.run(input, result)).catch((error: unknown) => this.tell(error)))
    await earlier?.leave()
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

  /** The engine's plan, as JSON. Throws as `start` does; `cancel` stops it. */
  async explain(input: StatementToRun & { analyze: boolean }): Promise<ShownPlan> {
    const { host, connectReplica, sourceAddress } = this.options
    const { queryId, analyze, session = ordinarySession } = input
    const abort = new AbortController()
    const work = this.bound(input, abort.signal, (statement, signal) => {
      const options = { analyze, session, signal, clock: host.clock }
      return input.engine === 'replica'
        ? explainOnReplica(statement, { ...options, connect: connectReplica })
        : explainOnSource(statement, {
            ...options,
            address: sourceAddress(),
            statementTimeoutMs: this.sourceTimeoutMs(session),
          })
    }).catch((error: unknown) => this.tell(error))
    const ended = work.then(() => {}, () => {})
    this.explaining.set(queryId, { abort, ended })
    try {
      return await work
    } finally {
      this.explaining.delete(queryId)
    }
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
    const explaining = this.explaining.get(queryId)
    if (explaining) {
      explaining.abort.abort()
      await explaining.ended
      return true
    }
    return (await this.results.get(queryId)?.cancel()) ?? false
  }

  async closeResult(queryId: string): Promise<boolean> {
    const result = this.results.get(queryId)
    this.results.delete(queryId)
    await result?.leave()
    return result !== undefined
  }

  /**
   * The result with every row that it has, for work that takes longer: call `release` in the end. One of
   * the source that was cut at the row limit is asked for again, without it. Throws QUERY_UNKNOWN.
   */
  whole(queryId: string): { result: OpenResult; release(): Promise<void> } {
    const shown = this.find(queryId)
    if (shown.cutAtRows === null) return { result: shown, release: shown.hold() }
    const asked = this.asked.get(shown)!
    const again = new OpenResult(`${queryId}-whole`, shown.engine, this.openStore())
    this.unlisted.add(again)
    again.fillBy(() => this.run(asked, again, Infinity).catch((error: unknown) => this.tell(error)))
    const release = async () => {
      this.unlisted.delete(again)
      await again.close()
    }
    return { result: again, release }
  }

  /** The result as it is shown. Throws QUERY_UNKNOWN. */
  shown(queryId: string): OpenResult {
    return this.find(queryId)
  }

  /** Cancels what runs and forgets every result. May be called again. */
  async close(): Promise<void> {
    this.isClosed = true
    const open = [...this.results.values(), ...this.unlisted]
    this.results.clear()
    this.unlisted.clear()
    await Promise.all([
      ...open.map((result) => result.close()),
      ...[...this.explaining.keys()].map((queryId) => this.cancel(queryId)),
    ])
    const store = this.store
    this.store = null
    await (await store)?.close()
  }

  /** Another view of a result is no run of its own. */
  private async remembered(input: StartQuery, result: OpenResult, running: Promise<void>): Promise<void> {
    const { clock } = this.options.host
    const startedAt = new Date(clock.nowMs()).toISOString()
    const startMs = clock.monotonicMs()
    const remember = (fault: HistoryEntry['fault']): void => {
      if (input.view && !isWhole(input.view)) return
      const rows = fault && result.columns.length === 0 ? null : result.progress().rowsReady
      const durationMs = clock.monotonicMs() - startMs
      this.options.onEnded?.({
        id: randomUUID(), startedAt, engine: result.engine, sql: input.sql, durationMs, rows, fault,
      })
    }
    try {
      await running
      remember(null)
    } catch (error) {
      const { code, message } = faultOf(error)
      remember({ code, message })
      throw error
    }
  }

  private run(input: StartQuery, result: OpenResult, rowLimit: number = SOURCE_ROW_LIMIT): Promise<void> {
    const { host, connectReplica, sourceAddress } = this.options
    const { session = ordinarySession, view = wholeResult } = input
    return this.bound(input, result.signal, (written, signal) =>
      result.engine === 'replica'
        ? this.runHere({ written, view }, result, { connect: connectReplica, session, signal, clock: host.clock })
        : runOnSource({ written, view }, result, {
            address: sourceAddress(),
            session,
            signal,
            statementTimeoutMs: this.sourceTimeoutMs(session),
            typeNames: this.typeNames,
            rowLimit,
            clock: host.clock,
          }),
    )
  }

  /** What writes goes where only scratch can be written; the rest only reads. */
  private runHere(asked: AskedStatement, result: OpenResult, run: ReplicaRunOptions): Promise<void> {
    const { ensureScratch } = this.options
    return ensureScratch && isWrite(asked.written) && isWhole(asked.view)
      ? runScratchWrite(asked.written, result, { ...run, ensure: ensureScratch })
      : this.turns.run(run.signal, () => runOnReplica(asked, result, run))
  }

  /**
   * Hands the statement on with its parameters bound. Places in faults are told in the text as it was
   * given. On the replica the time limit is ours; on the source it is the server's.
   */
  private async bound<Answer>(
    { engine, sql, parameters = {}, session = ordinarySession }: StatementToRun,
    cancel: AbortSignal,
    work: (statement: Statement, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const bound = bindParameters(sql, parameters)
    const limit = engine === 'replica' && session.timeoutSeconds !== null ? timeLimit(session.timeoutSeconds) : null
    try {
      const statement = { ...readStatement(bound.sql), values: bound.values, valueNames: bound.written }
      return await work(statement, limit ? AbortSignal.any([cancel, limit.signal]) : cancel)
    } catch (error) {
      if (limit?.signal.aborted && !cancel.aborted) throw ranTooLong(session.timeoutSeconds!)
      throw withPlaceMoved(error, bound.writtenOffset)
    } finally {
      limit?.clear()
    }
  }

  private sourceTimeoutMs({ timeoutSeconds }: SessionSettings): number {
    if (timeoutSeconds !== null) return timeoutSeconds * 1000
    return this.options.sourceStatementTimeoutMs ?? DEFAULT_SOURCE_STATEMENT_TIMEOUT_MS
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

function timeLimit(seconds: number): { signal: AbortSignal; clear(): void } {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), seconds * 1000)
  return { signal: abort.signal, clear: () => clearTimeout(timer) }
}

function ranTooLong(seconds: number): MillraceError {
  return new MillraceError({
    code: 'QUERY_TIMEOUT',
    message: `The query was ended after ${seconds} s, the limit of this tab.`,
    advice: 'Ask for less, or raise the limit in the session of the tab.',
  })
}
