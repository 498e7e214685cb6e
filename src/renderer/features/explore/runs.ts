import { create } from 'zustand'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import type { ParameterValues, ResultProgress, SessionSettings, ShownPlan } from '../../../main/contract/query.ts'
import { wholeResult } from '../../../main/contract/resultView.ts'
import type { ResultView } from '../../../main/contract/resultView.ts'
import type { Cell, EngineName, ResultColumn } from '../../../main/contract/values.ts'
import { readCatalog } from '../../app/catalogs.ts'
import { engine } from '../../app/engineClient.ts'
import { createResultPages } from '../../components/grid/resultPages.ts'
import type { ResultPages } from '../../components/grid/resultPages.ts'
import type { Statement } from '../../components/sql/statements.ts'

/** How a tab's statements run: on which engine, with which values, in which session. */
export interface RunSettings {
  engine: EngineName
  parameters?: ParameterValues
  session?: SessionSettings
}

export interface ShownResult extends RunSettings {
  /** Of the engine's rows; another view has another one. */
  queryId: string
  /** The same through all views. */
  resultId: string
  sql: string
  view: ResultView
  /** False where the engine can give no other view of it. */
  isTable: boolean
  /** The view that is being made; the one before stays on the screen. */
  asked: { queryId: string; view: ResultView } | null
  /** Why the view that was asked for last is not shown. */
  viewFault: Fault | null
  columns: readonly ResultColumn[]
  firstRows: readonly (readonly Cell[])[]
  pages: ResultPages
  progress: ResultProgress
  /** From the key press to the first page in the window, milliseconds by the window's clock. */
  roundTripMs: number
}

export interface ActiveRun extends RunSettings {
  queryId: string
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

export interface TabPlan extends ShownPlan {
  engine: EngineName
  sql: string
}

/** One thing that a run gave. */
export type Outcome =
  | { kind: 'rows'; result: ShownResult }
  | { kind: 'plan'; plan: TabPlan }
  | { kind: 'failure'; failure: RunFailure }

/** What one tab runs and shows. What was there before stays on the screen until the next one is there. */
export interface TabRun {
  active: ActiveRun | null
  /** Of the last run, in the order of its statements. */
  outcomes: readonly Outcome[]
  shownAt: number
  /** The outcome that is shown, by its kind. */
  result: ShownResult | null
  plan: TabPlan | null
  failure: RunFailure | null
  /** Set where the last run was cancelled before its first row: after how long. */
  cancelledAfterMs: number | null
}

const nothing: TabRun = {
  active: null, outcomes: [], shownAt: 0, result: null, plan: null, failure: null, cancelledAfterMs: null,
}

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

function showing(outcomes: readonly Outcome[], shownAt: number): Partial<TabRun> {
  const shown = outcomes[shownAt]
  return {
    outcomes,
    shownAt,
    result: shown?.kind === 'rows' ? shown.result : null,
    plan: shown?.kind === 'plan' ? shown.plan : null,
    failure: shown?.kind === 'failure' ? shown.failure : null,
  }
}

function resultsOf(run: TabRun): ShownResult[] {
  return run.outcomes.flatMap((outcome) => (outcome.kind === 'rows' ? [outcome.result] : []))
}

/** The first outcome of a run takes the place of everything from the run before. */
function addOutcome(tabId: string, outcome: Outcome, isFirst: boolean): void {
  const before = runOf(tabId)
  if (isFirst) for (const { queryId } of resultsOf(before)) forget(queryId)
  const outcomes = isFirst ? [outcome] : [...before.outcomes, outcome]
  // Who went back to an earlier result stays there.
  const follows = isFirst || before.shownAt === before.outcomes.length - 1
  change(tabId, { cancelledAfterMs: null, ...showing(outcomes, follows ? outcomes.length - 1 : before.shownAt) })
}

export function showOutcome(tabId: string, at: number): void {
  const { outcomes } = runOf(tabId)
  if (outcomes[at]) change(tabId, showing(outcomes, at))
}

function changeResult(tabId: string, queryId: string, part: Partial<ShownResult>): void {
  const { outcomes, shownAt } = runOf(tabId)
  const changed = outcomes.map((outcome): Outcome =>
    outcome.kind === 'rows' && outcome.result.queryId === queryId
      ? { kind: 'rows', result: { ...outcome.result, ...part } }
      : outcome,
  )
  change(tabId, showing(changed, shownAt))
}

function resultOf(tabId: string, queryId: string): ShownResult | undefined {
  return resultsOf(runOf(tabId)).find((result) => result.queryId === queryId)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Follows a result while the engine reads on, for as long as the tab has it. */
async function followProgress(tabId: string, queryId: string): Promise<void> {
  for (;;) {
    await pause(POLL_MS)
    const result = resultOf(tabId, queryId)
    if (!result || result.progress.complete || result.progress.fault) return
    try {
      changeResult(tabId, queryId, { progress: await engine.query.progress({ queryId }) })
    } catch (thrown) {
      changeResult(tabId, queryId, { progress: { ...result.progress, fault: faultOf(thrown) } })
      return
    }
  }
}

/** What makes, drops or renames a table of the user's own: the tree and the completion are to know of it. */
const DEFINES = /^\s*(create|drop|alter)\b/i

/** Asks the engine; the answer is the shown result with its first page. */
async function startResult(
  { engine: on, parameters, session }: RunSettings,
  ids: { queryId: string; resultId: string },
  sql: string,
  view: ResultView,
): Promise<ShownResult> {
  const { queryId } = ids
  const startedAtMs = performance.now()
  const answer = await engine.query.start({ queryId, engine: on, sql, view, parameters, session, pageRows: PAGE_ROWS })
  const pages = createResultPages({
    first: answer.page,
    pageRows: PAGE_ROWS,
    keepPages: KEEP_PAGES,
    fetchPage: (offset, limit) => engine.query.page({ queryId, offset, limit }),
  })
  return {
    ...ids,
    engine: on,
    parameters,
    session,
    sql,
    view,
    isTable: answer.isTable,
    asked: null,
    viewFault: null,
    columns: answer.columns,
    firstRows: answer.page.rows,
    pages,
    progress: answer.page.progress,
    roundTripMs: performance.now() - startedAtMs,
  }
}

async function runOne(tabId: string, run: ActiveRun): Promise<void> {
  const { queryId } = run
  const result = await startResult(run, { queryId, resultId: queryId }, run.statement.text, wholeResult)
  // The tab was closed or runs something else by now.
  if (runOf(tabId).active?.queryId !== queryId) return forget(queryId)
  addOutcome(tabId, { kind: 'rows', result }, run.number === 1)
  if (run.engine === 'replica' && DEFINES.test(result.sql)) void readCatalog('replica')
  if (!result.progress.complete) void followProgress(tabId, queryId)
}

/** Shows another view of a result in its place. The latest that was asked for counts. */
export async function viewResult(tabId: string, before: ShownResult, view: ResultView): Promise<void> {
  const now = resultOf(tabId, before.queryId)
  if (!now) return
  if (now.asked) engine.query.cancel({ queryId: now.asked.queryId }).catch(() => undefined)
  const queryId = crypto.randomUUID()
  changeResult(tabId, before.queryId, { asked: { queryId, view }, viewFault: null })
  const isStillAsked = (): boolean => resultOf(tabId, before.queryId)?.asked?.queryId === queryId
  try {
    const next = await startResult(now, { queryId, resultId: now.resultId }, now.sql, view)
    if (!isStillAsked()) return forget(queryId)
    changeResult(tabId, before.queryId, next)
    forget(before.queryId)
    if (!next.progress.complete) void followProgress(tabId, queryId)
  } catch (thrown) {
    if (!isStillAsked()) return
    const viewFault = faultOf(thrown)
    changeResult(tabId, before.queryId, { asked: null, viewFault: viewFault.code === 'QUERY_CANCELLED' ? null : viewFault })
  }
}

async function explainOne(tabId: string, run: ActiveRun, analyze: boolean): Promise<void> {
  const { queryId, engine: on, parameters, session } = run
  const sql = run.statement.text
  const plan = await engine.query.explain({ queryId, engine: on, sql, parameters, session, analyze })
  if (runOf(tabId).active?.queryId !== queryId) return
  addOutcome(tabId, { kind: 'plan', plan: { ...plan, engine: on, sql } }, run.number === 1)
}

/** One after the other, and stops at the first error. Replaces what still runs. */
async function perform(
  tabId: string,
  settings: RunSettings,
  statements: readonly Statement[],
  one: (tabId: string, run: ActiveRun) => Promise<void>,
): Promise<void> {
  if (runOf(tabId).active) await cancelRun(tabId)
  const token = crypto.randomUUID()
  for (const [at, statement] of statements.entries()) {
    const run: ActiveRun = {
      ...settings,
      queryId: `${token}-${at}`,
      statement,
      number: at + 1,
      count: statements.length,
      startedAtMs: performance.now(),
      isCancelling: false,
    }
    change(tabId, { active: run, cancelledAfterMs: null })
    try {
      await one(tabId, run)
    } catch (thrown) {
      if (runOf(tabId).active?.queryId !== run.queryId) return
      const fault = faultOf(thrown)
      change(tabId, { active: null })
      if (fault.code === 'QUERY_CANCELLED') {
        change(tabId, { cancelledAfterMs: performance.now() - run.startedAtMs })
      } else {
        const { number, count } = run
        const failure: RunFailure = { fault, engine: settings.engine, statement, number, count }
        addOutcome(tabId, { kind: 'failure', failure }, number === 1)
      }
      return
    }
    if (runOf(tabId).active?.queryId !== run.queryId) return
  }
  change(tabId, { active: null })
}

/** Runs statements in order, each with a result of its own. */
export function runStatements(tabId: string, settings: RunSettings, statements: readonly Statement[]): Promise<void> {
  return perform(tabId, settings, statements, runOne)
}

/** The plan of one statement; with `analyze` it is run for it. */
export function explainStatement(
  tabId: string,
  settings: RunSettings,
  statement: Statement,
  analyze: boolean,
): Promise<void> {
  return perform(tabId, settings, [statement], (id, run) => explainOne(id, run, analyze))
}

const isReading = ({ progress }: ShownResult): boolean => !progress.complete && !progress.fault

/** True while the tab waits for an engine, or an engine still reads rows for it. */
export function isRunning(run: TabRun): boolean {
  return run.active !== null || resultsOf(run).some((result) => result.asked !== null || isReading(result))
}

/** Stops the work on the server too. Rows that are there stay readable. */
export async function cancelRun(tabId: string): Promise<void> {
  const run = runOf(tabId)
  const { active } = run
  if (active) change(tabId, { active: { ...active, isCancelling: true } })
  const running = [
    ...(active ? [active.queryId] : []),
    ...resultsOf(run).flatMap((result) => [
      ...(result.asked ? [result.asked.queryId] : []),
      ...(isReading(result) ? [result.queryId] : []),
    ]),
  ]
  await Promise.all(running.map((queryId) => engine.query.cancel({ queryId }).catch(() => undefined)))
}

/** The tab is gone: nothing of it goes on, nothing of it is kept. */
export function closeRun(tabId: string): void {
  const run = runOf(tabId)
  useRuns.setState(({ byTab }) => {
    const { [tabId]: _closed, ...rest } = byTab
    return { byTab: rest }
  })
  if (run.active) {
    engine.query.cancel({ queryId: run.active.queryId }).catch(() => undefined)
    forget(run.active.queryId)
  }
  for (const { queryId, asked } of resultsOf(run)) {
    if (asked) forget(asked.queryId)
    forget(queryId)
  }
}

/** A page could not be read: told on the result that it belongs to. */
export function failResult(tabId: string, queryId: string, thrown: unknown): void {
  const result = resultOf(tabId, queryId)
  if (result) changeResult(tabId, queryId, { progress: { ...result.progress, fault: faultOf(thrown) } })
}
