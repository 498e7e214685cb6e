import { MillraceError, faultOf } from '../../contract/errors.ts'
import type { QueryTimings, ResultPage, ResultProgress } from '../../contract/query.ts'
import type { Cell, EngineName, ResultColumn } from '../../contract/values.ts'
import { storedValueSql } from './relation.ts'
import type { Relation } from './relation.ts'
import type { ResultStore } from './resultStore.ts'
import type { Spool } from './spool.ts'

/**
 * One result, from the moment that it was asked for until it is closed. A run writes into it, pages
 * are read out of it, at the same time.
 *
 *     running ──► complete     the last row is there
 *        │
 *        └──────► failed       with a fault; QUERY_CANCELLED where a person stopped it
 *
 * Rows that came before a failure stay readable.
 */
export class OpenResult {
  readonly queryId: string
  readonly engine: EngineName
  /** In which its instants are written. */
  private readonly timeZone: string
  readonly timings: QueryTimings = { firstRowMs: null, lastRowMs: null, transferMs: null }
  cutAtRows: number | null = null
  columns: ResultColumn[] = []
  /** DuckDB's expression over the stored column `c0`, `c1`… that has the value in its own type. */
  typed: readonly string[] = []
  /** Set by the run: whether the engine takes the statement as a table. */
  isTable = true
  private storedTypes: readonly string[] = []
  private readonly store: Promise<ResultStore>
  private readonly abort = new AbortController()
  private spool: Spool | null = null
  private outcome: 'running' | 'complete' | 'failed' = 'running'
  private fault: MillraceError | null = null
  private waiting: (() => void)[] = []
  /** Of the run that writes into it; resolved once nothing of it goes on. */
  private ended: Promise<void> = Promise.resolve()

  private holders = 0
  private isLeft = false

  constructor(queryId: string, engine: EngineName, store: Promise<ResultStore>, timeZone = 'UTC') {
    this.queryId = queryId
    this.engine = engine
    this.store = store
    this.timeZone = timeZone
  }

  /** Aborted by `cancel` and `close`. */
  get signal(): AbortSignal {
    return this.abort.signal
  }

  get isRunning(): boolean {
    return this.outcome === 'running'
  }

  /** Starts the work that fills it. What it throws becomes the result's fault. */
  fillBy(run: () => Promise<void>): void {
    this.ended = run().then(
      () => this.settle('complete', null),
      (error: unknown) => this.settle('failed', error),
    )
  }

  /**
   * Called by the run once it knows the columns; `types` are DuckDB's, as DDL writes them. `typed` is
   * given where rows are stored as text.
   */
  async begin(
    columns: ResultColumn[],
    types: readonly string[],
    typed: readonly string[] = types.map((_, at) => `c${at}`),
  ): Promise<Spool> {
    this.spool = await (await this.store).createSpool(types, this.timeZone)
    this.columns = columns
    this.storedTypes = types
    this.typed = typed
    return this.spool
  }

  /** Where its rows are; null where none have come, or it is closed. */
  get rows(): Spool | null {
    return this.spool
  }

  /** Keeps it open for work on its rows that outlasts the window's interest in it. Answers with the end of that. */
  hold(): () => Promise<void> {
    this.holders += 1
    let isHeld = true
    return async () => {
      if (!isHeld) return
      isHeld = false
      this.holders -= 1
      if (this.isLeft) await this.leave()
    }
  }

  /** Closes it as soon as nobody holds it. */
  async leave(): Promise<void> {
    this.isLeft = true
    if (this.holders === 0) await this.close()
  }

  /** Throws what it failed with. */
  throwIfFailed(): void {
    if (this.fault) throw this.fault
  }

  /** Makes the rows so far readable and wakes whoever waits for them. */
  publish(): void {
    this.spool?.flush()
    this.wake()
  }

  progress(): ResultProgress {
    return {
      rowsReady: this.spool?.rowCount ?? 0,
      complete: this.outcome === 'complete',
      cutAtRows: this.cutAtRows,
      fault: this.fault?.toFault() ?? null,
      timings: { ...this.timings },
    }
  }

  /** Resolves once `rows` can be read or nothing more will come, or after `timeoutMs`. */
  async waitForRows(rows: number, timeoutMs?: number): Promise<void> {
    let isOver = false
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            isOver = true
            this.wake()
          }, timeoutMs)
    try {
      while (this.isRunning && (this.spool?.rowCount ?? 0) < rows && !isOver) {
        await new Promise<void>((resolve) => this.waiting.push(resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Throws the fault of a result that failed before it had anything to show. */
  throwIfNothingCame(): void {
    if (this.fault && !this.spool) throw this.fault
  }

  async page(offset: number, limit: number): Promise<ResultPage> {
    // What is told of progress is no newer than the rows beside it.
    const progress = this.progress()
    const { rows, cutCells } = (await this.spool?.page(offset, limit)) ?? { rows: [], cutCells: [] }
    return { offset, rows, cutCells, progress }
  }

  cell(row: number, column: number): Promise<Cell | undefined> {
    return this.spool?.cell(row, column) ?? Promise.resolve(undefined)
  }

  /** The rows that have come by now, to be looked at as a whole; null before the first. */
  async relation(): Promise<Relation | null> {
    if (!this.spool) return null
    const store = await this.store
    return {
      connect: () => store.connect(),
      sql: this.spool.table,
      columns: this.columns.map((column, index) => ({
        ...column,
        sql: storedValueSql(column, index, this.storedTypes[index]!, this.engine),
      })),
      note: this.isRunning
        ? 'Of the rows that had come by then.'
        : this.outcome === 'complete' && this.cutAtRows === null ? null : `Of the first ${this.spool.rowCount} rows.`,
    }
  }

  /** True where there was something to stop; resolves when it has stopped. */
  async cancel(): Promise<boolean> {
    const wasRunning = this.isRunning
    this.abort.abort()
    await this.ended
    return wasRunning
  }

  async close(): Promise<void> {
    await this.cancel()
    const spool = this.spool
    this.spool = null
    await spool?.close()
  }

  private settle(outcome: 'complete' | 'failed', error: unknown): void {
    this.outcome = outcome
    if (outcome === 'failed') {
      this.fault = error instanceof MillraceError ? error : new MillraceError(faultOf(error), { cause: error })
    }
    this.wake()
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}
