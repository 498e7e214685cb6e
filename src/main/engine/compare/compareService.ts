import type { DuckDBConnection } from '@duckdb/node-api'
import type { Comparison } from '../../contract/compare.ts'
import { MillraceError, faultOf } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { EngineName } from '../../contract/values.ts'
import { ZERO_LSN, formatLsn, lsnDistanceBytes } from '../model/lsn.ts'
import type { Lsn } from '../model/lsn.ts'
import type { Host } from '../ports.ts'
import { ReplicaReader } from '../query/replicaStatement.ts'
import { readingSource } from '../query/sourceStatement.ts'
import { readStatement, refuseOnSource } from '../query/statement.ts'
import type { Statement } from '../query/statement.ts'
import { readFlushedLsn } from '../source/position.ts'
import { passAnswers } from './answerPass.ts'
import { conditionsOf, isSameMachine } from './conditions.ts'
import { LatestValue } from './latestValue.ts'
import { ReplicaSide } from './replicaSide.ts'
import { SourceSide } from './sourceSide.ts'
import { isDifferenceReal, ratioOf, summariesOf } from './summaries.ts'
import { replicaWork, sourceWork } from './workDone.ts'

export interface CompareServiceOptions {
  host: Host
  connectReplica(): Promise<DuckDBConnection>
  sourceAddress(): SourceAddress
  /** See `ReplicaSession.waitForLsn`. */
  waitForLsn(lsn: Lsn, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>
  visibleLsn(): Lsn | null
  /** How long the replica may take to come to where the source was. Default 5 s. */
  replicaArrivesWithinMs?: number
  /** For each run on the source. Default 60 s. */
  sourceStatementTimeoutMs?: number
}

export interface CompareInput {
  sql: string
  /** Counted runs on each engine; the first run comes before them. */
  runs: number
}

const DEFAULT_SOURCE_STATEMENT_TIMEOUT_MS = 60_000
const DEFAULT_REPLICA_ARRIVES_WITHIN_MS = 5_000

/**
 * How long a busy source is watched for a moment in which both hold the same; not at all where the
 * replica is behind.
 */
const MOMENT_WITHIN_MS = 4_000

type Report = (change: Partial<Comparison>) => void

/** Thrown inside to say whose fault it is. */
class SideFailure extends Error {
  readonly engine: EngineName

  constructor(engine: EngineName, cause: unknown) {
    super(`the ${engine} failed`, { cause })
    this.engine = engine
  }
}

/** Runs the same statement on both engines by turns: answers, times, and the work behind them. */
export class CompareService {
  private readonly options: CompareServiceOptions
  private readonly running = new Map<AbortController, Promise<void>>()

  constructor(options: CompareServiceOptions) {
    this.options = options
  }

  /**
   * The comparison so far, after each step; it never throws: what goes wrong stands in `fault`. Returning
   * the generator, or aborting `signal`, cancels on both engines.
   */
  async *run(input: CompareInput, signal?: AbortSignal): AsyncGenerator<Comparison, void, void> {
    const stop = new AbortController()
    const over = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
    const latest = new LatestValue<Comparison>()
    let comparison: Comparison = { ...nothingYet, runsWanted: input.runs }
    const report: Report = (change) => {
      comparison = { ...comparison, ...change }
      latest.set(comparison)
    }
    report({})
    const work = this.compare(input, over, () => comparison, report)
      .catch((error: unknown) => report(this.failure(error, over)))
      .finally(() => latest.end())
    this.running.set(stop, work)
    try {
      for (let next = await latest.take(); next; next = await latest.take()) yield next
    } finally {
      stop.abort()
      await work
      this.running.delete(stop)
    }
  }

  /** Cancels what runs. */
  async close(): Promise<void> {
    for (const stop of this.running.keys()) stop.abort()
    await Promise.all(this.running.values())
  }

  private async compare(
    { sql, runs }: CompareInput,
    signal: AbortSignal,
    read: () => Comparison,
    report: Report,
  ): Promise<void> {
    const { host, connectReplica, sourceAddress } = this.options
    const { clock } = host
    const statement = readComparable(sql)
    const address = sourceAddress()
    const statementTimeoutMs = this.options.sourceStatementTimeoutMs ?? DEFAULT_SOURCE_STATEMENT_TIMEOUT_MS
    const connection = { purpose: 'compare', statementTimeoutMs, signal }
    await sided('replica', () =>
      ReplicaReader.run(connectReplica, signal, async (replicaReader) => {
        const replica = await ReplicaSide.open(replicaReader, statement, clock)
        await replica.check()
        await sided('source', () =>
          readingSource(address, connection, async (reader) => {
            const source = new SourceSide({ address, reader, statement, signal, clock })
            await source.check()
            const maskedColumns = await replica.maskedColumns()
            report({ conditions: await conditionsOf(source, replica, maskedColumns), ...(maskedColumns.length > 0 ? { maskedColumns } : {}) })
            report(await this.waitForReplica(reader.client, signal))
            await timeBoth(source, replica, 0, 0, read, report)
            await this.answers({ source, replica, address, connection, statement, signal, read, report })
            await timeBoth(source, replica, 1, runs, read, report)
            const isLocal = isSameMachine(address)
            report({ ratio: isLocal ? ratioOf(read().runs) : null, differenceIsReal: isDifferenceReal(read().runs) })
            const workOfSource = await sourceWork(source)
            report({ workDone: [workOfSource] })
            const workOfReplica = await sided('replica', () => replicaWork(replica))
            report({ workDone: [workOfSource, workOfReplica], state: 'done' })
          }),
        )
      }),
    )
  }

  /** Both must hold the same data, as far as the source had come when it was asked. */
  private async waitForReplica(
    client: Parameters<typeof readFlushedLsn>[0],
    signal: AbortSignal,
  ): Promise<Partial<Comparison>> {
    const sourceLsn = await readFlushedLsn(client)
    const timeoutMs = this.options.replicaArrivesWithinMs ?? DEFAULT_REPLICA_ARRIVES_WITHIN_MS
    const sameData = await this.arrives(sourceLsn, { timeoutMs, signal })
    return { state: 'running', comparable: comparableOf(sameData, sourceLsn, this.options.visibleLsn()) }
  }

  /** A stream that has failed will not arrive; what the replica holds can still be asked. */
  private async arrives(lsn: Lsn, options: { timeoutMs: number; signal: AbortSignal }): Promise<boolean> {
    try {
      return await this.options.waitForLsn(lsn, options)
    } catch (error) {
      options.signal.throwIfAborted()
      this.options.host.logger.warn('the replica does not follow while it is compared', { error: String(error) })
      return false
    }
  }

  private async answers(pass: {
    source: SourceSide
    replica: ReplicaSide
    address: SourceAddress
    connection: Parameters<typeof readingSource>[1]
    statement: Statement
    signal: AbortSignal
    read(): Comparison
    report: Report
  }): Promise<void> {
    const { source, replica, address, connection, statement, signal, read, report } = pass
    const { clock } = this.options.host
    const waitForLsn = this.arrives.bind(this)
    const momentWithinMs = read().comparable?.sameData ? MOMENT_WITHIN_MS : 0
    const isOrdered = statement.hasTopLevelOrderBy
    const { verdict, notes, isSameMoment, sourceLsn, replicaLsn } = await readingSource(
      address,
      connection,
      (watcher) => passAnswers({ source, replica, watcher, waitForLsn, momentWithinMs, isOrdered, signal, clock }),
    )
    const { comparable, conditions } = read()
    const movedOn = !verdict.same && !isSameMoment
    const difference = movedOn
      ? `${verdict.difference ?? ''} The source changed all the while, so that the two never held the same moment.`.trim()
      : verdict.difference
    report({
      answer: { ...verdict, difference: verdict.same ? difference : withMasks(difference, read().maskedColumns ?? []) },
      conditions: [...conditions, ...notes],
      comparable: movedOn
        ? comparableOf(false, sourceLsn, replicaLsn)
        : isSameMoment
          ? comparableOf(true, sourceLsn, replicaLsn)
          : comparable,
    })
  }

  private failure(error: unknown, signal: AbortSignal): Partial<Comparison> {
    const faultEngine = error instanceof SideFailure ? error.engine : null
    const cause = error instanceof SideFailure ? error.cause : error
    const isCancelled = signal.aborted || (cause instanceof MillraceError && cause.code === 'QUERY_CANCELLED')
    if (isCancelled) return { state: 'cancelled' }
    if (!(cause instanceof MillraceError)) {
      const text = cause instanceof Error ? cause.stack : String(cause)
      this.options.host.logger.error('a comparison ended for a reason without a name', { error: text })
    }
    return { state: 'failed', fault: faultOf(cause), faultEngine }
  }
}

/** Source, replica, source, replica: what else the machine does hits both alike. */
async function timeBoth(
  source: SourceSide,
  replica: ReplicaSide,
  from: number,
  to: number,
  read: () => Comparison,
  report: Report,
): Promise<void> {
  for (let run = from; run <= to; run += 1) {
    for (const side of ['source', 'replica'] as const) {
      const timed = await sided(side, () => (side === 'source' ? source.time(run) : replica.time(run)))
      const runs = [...read().runs, timed]
      report({ runs, summaries: summariesOf(runs) })
    }
  }
}

/** The innermost side that fails is the one whose fault it is. */
async function sided<Result>(engine: EngineName, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof SideFailure ? error : new SideFailure(engine, error)
  }
}

/** Throws before anything runs where the statement writes, or is none that both engines answer with rows. */
function readComparable(sql: string): Statement {
  const statement = readStatement(sql)
  refuseOnSource(statement)
  if (statement.firstWord === 'explain' || statement.firstWord === 'show') {
    throw new MillraceError({
      code: 'QUERY_FAILED',
      message: "Plans and settings are each engine's own and cannot be compared.",
      advice: 'Compare the SELECT itself: both plans are shown beside its times.',
    })
  }
  return statement
}

/** Masked values differ because they are to. */
function withMasks(difference: string | null, maskedColumns: readonly string[]): string | null {
  if (maskedColumns.length === 0) return difference
  const columns = maskedColumns.length === 1 ? 'a masked column' : 'masked columns'
  return `${difference ?? ''} The tables have ${columns} in the replica (${maskedColumns.join(', ')}), so an answer that draws on them is another one there.`.trim()
}

function comparableOf(sameData: boolean, sourceLsn: Lsn, replicaLsn: Lsn | null): Comparison['comparable'] {
  const here = replicaLsn ?? ZERO_LSN
  return {
    sameData,
    sourceLsn: formatLsn(sourceLsn),
    replicaLsn: formatLsn(here),
    behindBytes: sameData ? 0 : lsnDistanceBytes(here, sourceLsn),
  }
}

const nothingYet: Comparison = {
  state: 'waiting-for-replica',
  runsWanted: 0,
  runs: [],
  summaries: [],
  ratio: null,
  differenceIsReal: null,
  answer: null,
  comparable: null,
  workDone: [],
  conditions: [],
  fault: null,
  faultEngine: null,
}
