import { randomBytes } from 'node:crypto'
import { MillraceError, faultOf } from '../../contract/errors.ts'
import type { TableName } from '../../contract/values.ts'
import type { TableOutcome, Verification, VerifiedTable, VerifyMode } from '../../contract/verify.ts'
import { formatLsn } from '../model/lsn.ts'
import type { Host } from '../ports.ts'
import type { ReplicaSession } from '../session.ts'
import { matchTables, unmatchedPatterns, type TablePatterns } from '../source/selection.ts'
import { interruptOnAbort } from '../store/interruption.ts'
import { writeReconciliation } from '../store/reconciliations.ts'
import { verifyBag } from './bagTable.ts'
import { verifyKeyed } from './keyedTable.ts'
import { passed, streaming } from './position.ts'
import { SourceReader } from './sourceReader.ts'
import { TableContext, newTally, type Followed, type Tally } from './tableContext.ts'

export interface VerifyInput {
  /** By name, or by `schema.table` patterns. Default: all that the file follows. */
  tables?: readonly TableName[] | TablePatterns
  mode: VerifyMode
  repair: boolean
  /** Of the time, how much is spent reading, above 0 and up to 1; the rest is rest. Default 0.5. */
  share?: number
}

export interface VerifyServiceOptions {
  host: Host
  session: ReplicaSession
}

const DEFAULT_SHARE = 0.5
const REPORT_INTERVAL_MS = 200

/** One table of a run, with what was found so far. */
interface Entry {
  table: Followed
  tally: Tally
  outcome: TableOutcome
  reason: string | null
}

/** Holds the replica against its source, row by row or by aggregates, while both go on; one run at a time. */
export class VerifyService {
  private readonly options: VerifyServiceOptions
  private running: { stop: AbortController; work: Promise<void> } | null = null

  constructor(options: VerifyServiceOptions) {
    this.options = options
  }

  /**
   * The verification so far, a few times a second, the last time when it is over. What goes wrong with one table
   * stands in its `reason`, what ends the run in `fault`. Returning the generator, or aborting `signal`, cancels. Throws
   * VERIFY_RUNNING, and TABLE_MISSING for a table that the file does not follow.
   */
  async *run(input: VerifyInput, signal?: AbortSignal): AsyncGenerator<Verification, void, void> {
    if (this.running) throw alreadyRunning()
    const stop = new AbortController()
    const run = new VerificationRun(this.options, input, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal)
    const work = run.perform()
    this.running = { stop, work }
    try {
      for (;;) {
        const isOver = await Promise.race([work.then(() => true), pause(REPORT_INTERVAL_MS)])
        yield run.read()
        if (isOver) return
      }
    } finally {
      stop.abort()
      await work
      this.running = null
    }
  }

  /** Cancels what runs. */
  async close(): Promise<void> {
    this.running?.stop.abort()
    await this.running?.work
  }
}

class VerificationRun {
  private readonly options: VerifyServiceOptions
  private readonly input: VerifyInput
  private readonly signal: AbortSignal
  private readonly runId = randomBytes(8).toString('hex')
  private readonly entries: Entry[]
  private readonly startedAtMs: number
  private readonly startedMs: number
  private finishedAtMs: number | null = null
  private state: Verification['state'] = 'running'
  private activity: string | null = null
  private fault: Verification['fault'] = null

  constructor(options: VerifyServiceOptions, input: VerifyInput, signal: AbortSignal) {
    this.options = options
    this.input = input
    this.signal = signal
    const { clock } = options.host
    this.startedAtMs = clock.nowMs()
    this.startedMs = clock.monotonicMs()
    this.entries = chosen(options.session.followedTables(), input.tables).map((table) => ({
      table,
      tally: newTally(),
      outcome: 'waiting',
      reason: null,
    }))
  }

  read(): Verification {
    const { clock } = this.options.host
    const rows = sum(this.entries, ({ tally }) => tally.rowsCompared)
    const expectedRows = sum(this.entries, ({ table, tally, outcome }) =>
      outcome === 'waiting' || outcome === 'running' ? Math.max(table.rows, tally.rowsCompared) : tally.rowsCompared,
    )
    const elapsedMs = clock.monotonicMs() - this.startedMs
    return {
      runId: this.runId,
      state: this.state,
      mode: this.input.mode,
      repair: this.input.repair,
      startedAt: new Date(this.startedAtMs).toISOString(),
      finishedAt: this.finishedAtMs === null ? null : new Date(this.finishedAtMs).toISOString(),
      tables: this.entries.map(tableOf),
      rows,
      expectedRows,
      remainingMs: rows === 0 || this.state !== 'running' ? null : (elapsedMs * (expectedRows - rows)) / rows,
      activity: this.activity,
      fault: this.fault,
    }
  }

  /** Never rejects. */
  async perform(): Promise<void> {
    try {
      await this.verifyAll()
      this.state = 'done'
    } catch (error) {
      if (this.signal.aborted) this.state = 'cancelled'
      else {
        this.state = 'failed'
        this.fault = faultOf(error)
        this.log(error)
      }
    } finally {
      this.activity = null
      this.finishedAtMs = this.options.host.clock.nowMs()
    }
  }

  private async verifyAll(): Promise<void> {
    const { session, host } = this.options
    const { signal } = this
    const connection = await session.connectReplica()
    const endInterrupting = interruptOnAbort(connection, signal)
    const source = new SourceReader({
      ...{ address: session.address, connection, folder: session.stagingFolder, signal },
      maskKey: () => session.maskKey,
    })
    try {
      this.activity = 'Waiting until the replica has come to where the source is now.'
      await streaming(session, { signal, clock: host.clock })
      await passed(session, await source.flushedLsn(), { signal, clock: host.clock })
      for (const entry of this.entries) {
        signal.throwIfAborted()
        entry.table = session.followedTables().find(({ plan }) => plan.oid === entry.table.plan.oid) ?? entry.table
        const { schema, name } = entry.table.plan
        this.activity = `Comparing ${schema}.${name}.`
        const context = new TableContext({ ...this.options, ...this.contextOptions(), source, connection }, entry.table)
        entry.tally = context.tally
        entry.outcome = 'running'
        await this.verifyOne(entry, context)
        await this.record(entry)
      }
    } finally {
      endInterrupting()
      await source.close()
      connection.closeSync()
    }
  }

  private contextOptions() {
    const { input, signal } = this
    return { signal, clock: this.options.host.clock, repair: input.repair, share: input.share ?? DEFAULT_SHARE, onProgress: () => {} }
  }

  private async verifyOne(entry: Entry, context: TableContext): Promise<void> {
    const { state, reason, plan } = entry.table
    if (state !== 'ready') {
      entry.outcome = 'not-verified'
      entry.reason = reason ?? 'The table is still being copied.'
      return
    }
    try {
      await context.begin()
      if (isReadByKey(plan)) await verifyKeyed(context, this.input.mode)
      else await verifyBag(context)
      entry.outcome = outcomeOf(entry.table, context.tally)
      entry.reason = noteOf(context.tally)
    } catch (error) {
      this.signal.throwIfAborted()
      if (!(error instanceof MillraceError) || !oneTableOnly.has(error.code)) throw error
      this.log(error)
      // What was found before stands all the same.
      const { rowsMissing, rowsExtra, rowsAltered, rowsRepaired } = context.tally
      entry.outcome = rowsMissing + rowsExtra + rowsAltered > rowsRepaired ? 'differs' : 'not-verified'
      entry.reason = `${error.message} ${error.advice}`
    }
  }

  private async record({ table, tally, outcome, reason }: Entry): Promise<void> {
    const { session, host } = this.options
    const { oid, schema, name } = table.plan
    const finishedAtMs = host.clock.nowMs()
    const connection = await session.connectReplica()
    try {
      await writeReconciliation(connection, {
        ...tally,
        runId: this.runId,
        startedAtMs: this.startedAtMs,
        finishedAtMs,
        mode: this.input.mode,
        oid,
        schema,
        name,
        outcome,
        reason,
      })
    } finally {
      connection.closeSync()
    }
    session.noteVerification(oid, {
      at: new Date(finishedAtMs).toISOString(),
      mode: this.input.mode,
      outcome,
      reason,
      rowsCompared: tally.rowsCompared,
      rowsDiffering: tally.rowsMissing + tally.rowsExtra + tally.rowsAltered,
      rowsRepaired: tally.rowsRepaired,
    })
  }

  private log(error: unknown): void {
    const fault = faultOf(error)
    const text = error instanceof MillraceError ? fault.detail : error instanceof Error ? error.stack : String(error)
    this.options.host.logger.warn('a verification met a fault', { code: fault.code, error: text })
  }
}

/** What keeps one table from being verified, and the others not. */
const oneTableOnly: ReadonlySet<string> = new Set([
  'TABLE_CHANGED',
  'TABLE_MISSING',
  'TABLE_VALUE_UNREPRESENTABLE',
  'TABLE_APPLY_FAILED',
  'SOURCE_QUERY_FAILED',
  'NO_SELECT_PRIVILEGE',
])

function chosen(followed: readonly Followed[], wanted: VerifyInput['tables']): Followed[] {
  const tables = [...followed].sort((first, second) => (nameOf(first) < nameOf(second) ? -1 : 1))
  if (!wanted) return tables
  if ('include' in wanted) {
    const names = tables.map(({ plan }) => plan)
    if (unmatchedPatterns(names, wanted).length > 0) throw notFollowed()
    const matched = new Set(matchTables(names, wanted))
    return tables.filter(({ plan }) => matched.has(plan))
  }
  return wanted.map(({ schema, name }) => {
    const table = tables.find(({ plan }) => plan.schema === schema && plan.name === name)
    if (!table) throw notFollowed()
    return table
  })
}

function notFollowed(): MillraceError {
  return new MillraceError({
    code: 'TABLE_MISSING',
    message: 'This table is not one of those that the file follows.',
    advice: 'Choose one of the tables listed in Live.',
  })
}

function nameOf({ plan }: Followed): string {
  return `${plan.schema}.${plan.name}`
}

/** The source cannot be asked for a key of which only the hash is known here: such a table is read as one without. */
function isReadByKey({ identity, columns }: Followed['plan']): boolean {
  return identity === 'key' && !columns.some(({ inKey, mask }) => inKey && mask !== undefined)
}

/** A row with a key that changed at every look is no difference; one without may be, and its table is not called equal. */
function outcomeOf({ plan }: Followed, tally: Tally): TableOutcome {
  const { rowsMissing, rowsExtra, rowsAltered, rowsRepaired, rowsUnsettled } = tally
  const differing = rowsMissing + rowsExtra + rowsAltered
  if (differing > rowsRepaired) return 'differs'
  if (rowsUnsettled > 0 && !isReadByKey(plan)) return 'not-verified'
  return differing === 0 ? 'same' : 'repaired'
}

function noteOf({ note, rowsUnsettled }: Tally): string | null {
  if (note !== null || rowsUnsettled === 0) return note
  const rows = rowsUnsettled === 1 ? 'One row' : `${rowsUnsettled} rows`
  return `${rows} changed at every look, so that nothing can be said of them.`
}

function tableOf({ table, tally, outcome, reason }: Entry): VerifiedTable {
  const { note: _note, lsn, ...found } = tally
  return {
    schema: table.plan.schema,
    name: table.plan.name,
    outcome,
    reason,
    ...found,
    differences: [...found.differences],
    lsn: lsn === null ? null : formatLsn(lsn),
  }
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0)
}

/** Does not keep the process alive, and answers that nothing is over. */
function pause(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds).unref())
}

function alreadyRunning(): MillraceError {
  return new MillraceError({
    code: 'VERIFY_RUNNING',
    message: 'A verification is already running.',
    advice: 'Wait until it is done, or cancel it first.',
  })
}
