import { create } from 'zustand'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import type { ResultProgress } from '../../../main/contract/query.ts'
import type { Cell, EngineName, ResultColumn } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { createResultPages } from '../../components/grid/resultPages.ts'
import type { ResultPages } from '../../components/grid/resultPages.ts'
import type { Statement } from '../../components/sql/statements.ts'

export interface ShownResult {
  queryId: string
  engine: EngineName
  sql: string
  columns: readonly ResultColumn[]
  firstRows: readonly (readonly Cell[])[]
  pages: ResultPages
  progress: ResultProgress
  /** From the key press to the first page in the window, milliseconds by the window's clock. */
  roundTripMs: number
}

export interface ActiveRun {
  queryId: string
  engine: EngineName
  statement: Statement
  /** Which of how many, from 1. */
  number: number
  count: number
  startedAtMs: number
  isCancelling: boolean
}

export interface RunFailure {
  fault: Fault
  engine: EngineName
  statement: Statement
  number: number
  count: number
}

/** What one tab runs and shows. The result before stays on the screen until the next one is there. */
export interface TabRun {
  active: ActiveRun | null
  result: ShownResult | null
  failure: RunFailure | null
  /** Set where the last run was cancelled before its first row: after how long. */
  cancelledAfterMs: number | null
}

const nothing: TabRun = { active: null, result: null, failure: null, cancelledAfterMs: null }

export const useRuns = create<{ byTab: Readonly<Record<string, TabRun>> }>()(() => ({ byTab: {} }))

const PAGE_ROWS = 200
const KEEP_PAGES = 20
const POLL_MS = 250

export function runOf(tabId: string): TabRun {
  return useRuns.getState().byTab[tabId] ?? nothing
}

export function useRun(tabId: string): TabRun {
  return useRuns((state) => state.byTab[tabId] ?? nothing)
}

function change(tabId: string, part: Partial<TabRun>): void {
  useRuns.setState(({ byTab }) => ({ byTab: { ...byTab, [tabId]: { ...(byTab[tabId] ?? nothing), ...part } } }))
}

/** A result that nobody looks at any more is closed; that it is gone already is no failure. */
function forget(queryId: string): void {
  engine.query.close({ queryId }).catch(() => undefined)
}

function showProgress(tabId: string, queryId: string, progress: ResultProgress): void {
  const { result } = runOf(tabId)
  if (result?.queryId === queryId) change(tabId, { result: { ...result, progress } })
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Follows a result while the engine reads on, for as long as the tab shows it. */
async function followProgress(tabId: string, queryId: string): Promise<void> {
  for (;;) {
    await pause(POLL_MS)
    const { result } = runOf(tabId)
    if (result?.queryId !== queryId || result.progress.complete || result.progress.fault) return
    try {
      showProgress(tabId, queryId, await engine.query.progress({ queryId }))
    } catch (thrown) {
      showProgress(tabId, queryId, { ...result.progress, fault: faultOf(thrown) })
      return
    }
  }
}

async function runOne(tabId: string, run: ActiveRun): Promise<void> {
  const { queryId } = run
  const answer = await engine.query.start({
    queryId,
    engine: run.engine,
    sql: run.statement.text,
    pageRows: PAGE_ROWS,
  })
  // The tab was closed or runs something else by now.
  if (runOf(tabId).active?.queryId !== queryId) return forget(queryId)
  const { result: before } = runOf(tabId)
  if (before) forget(before.queryId)
  const pages = createResultPages({
    first: answer.page,
    pageRows: PAGE_ROWS,
    keepPages: KEEP_PAGES,
    fetchPage: (offset, limit) => engine.query.page({ queryId, offset, limit }),
  })
  change(tabId, {
    failure: null,
    cancelledAfterMs: null,
    result: {
      queryId,
      engine: run.engine,
      sql: run.statement.text,
      columns: answer.columns,
      firstRows: answer.page.rows,
      pages,
      progress: answer.page.progress,
      roundTripMs: performance.now() - run.startedAtMs,
    },
  })
  if (!answer.page.progress.complete) void followProgress(tabId, queryId)
}

/** Runs statements in order and shows the last result; stops at the first error. Replaces what still runs. */
export async function runStatements(tabId: string, on: EngineName, statements: readonly Statement[]): Promise<void> {
  if (runOf(tabId).active) await cancelRun(tabId)
  const token = crypto.randomUUID()
  for (const [at, statement] of statements.entries()) {
    const run: ActiveRun = {
      queryId: `${token}-${at}`,
      engine: on,
      statement,
      number: at + 1,
      count: statements.length,
      startedAtMs: performance.now(),
      isCancelling: false,
    }
    change(tabId, { active: run, failure: null, cancelledAfterMs: null })
    try {
      await runOne(tabId, run)
    } catch (thrown) {
      if (runOf(tabId).active?.queryId !== run.queryId) return
      const fault = faultOf(thrown)
      if (fault.code === 'QUERY_CANCELLED') {
        change(tabId, { active: null, cancelledAfterMs: performance.now() - run.startedAtMs })
      } else {
        const { number, count } = run
        change(tabId, { active: null, failure: { fault, engine: on, statement, number, count } })
      }
      return
    }
    if (runOf(tabId).active?.queryId !== run.queryId) return
  }
  change(tabId, { active: null })
}

/** True while the tab waits for an engine, or an engine still reads rows for it. */
export function isRunning(run: TabRun): boolean {
  return run.active !== null || (run.result !== null && !run.result.progress.complete && !run.result.progress.fault)
}

/** Stops the work on the server too. Rows that are there stay readable. */
export async function cancelRun(tabId: string): Promise<void> {
  const { active, result } = runOf(tabId)
  const queryId = active?.queryId ?? (result && !result.progress.complete ? result.queryId : null)
  if (!queryId) return
  if (active) change(tabId, { active: { ...active, isCancelling: true } })
  await engine.query.cancel({ queryId }).catch(() => undefined)
}

/** The tab is gone: nothing of it goes on, nothing of it is kept. */
export function closeRun(tabId: string): void {
  const { active, result } = runOf(tabId)
  useRuns.setState(({ byTab }) => {
    const { [tabId]: _closed, ...rest } = byTab
    return { byTab: rest }
  })
  if (active) {
    engine.query.cancel({ queryId: active.queryId }).catch(() => undefined)
    forget(active.queryId)
  }
  if (result) forget(result.queryId)
}

/** A page could not be read: told on the result that it belongs to. */
export function failResult(tabId: string, queryId: string, thrown: unknown): void {
  const { result } = runOf(tabId)
  if (result?.queryId !== queryId) return
  showProgress(tabId, queryId, { ...result.progress, fault: faultOf(thrown) })
}
