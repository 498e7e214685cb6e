import { setTimeout as delay } from 'node:timers/promises'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { RowDifference } from '../../contract/verify.ts'
import type { Lsn } from '../model/lsn.ts'
import type { Clock } from '../ports.ts'
import type { ReplicaSession } from '../session.ts'
import { faultOfWriting, verdictOfApplyError } from '../store/faults.ts'
import { inTransaction } from '../store/replicaFile.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { passed } from './position.ts'
import type { SourceReader } from './sourceReader.ts'

type Session = Pick<ReplicaSession, 'followedTables' | 'betweenBatches' | 'waitForLsn' | 'live' | 'visibleLsn'>
export type Followed = ReturnType<ReplicaSession['followedTables']>[number]

/** What has been found of one table so far. */
export interface Tally {
  rowsCompared: number
  rowsMissing: number
  rowsExtra: number
  rowsAltered: number
  rowsRepaired: number
  rowsUnsettled: number
  keyColumns: string[]
  differences: RowDifference[]
  lsn: Lsn | null
  note: string | null
}

export function newTally(): Tally {
  return {
    rowsCompared: 0,
    rowsMissing: 0,
    rowsExtra: 0,
    rowsAltered: 0,
    rowsRepaired: 0,
    rowsUnsettled: 0,
    keyColumns: [],
    differences: [],
    lsn: null,
    note: null,
  }
}

const MOST_LISTED = 100

export interface TableContextOptions {
  session: Session
  connection: DuckDBConnection
  source: SourceReader
  signal: AbortSignal
  clock: Clock
  repair: boolean
  /** Of the time, how much is spent reading; the rest is rest. */
  share: number
  onProgress(): void
}

/** One table that is being verified: its two sides, what was found, and when to rest. */
export class TableContext {
  readonly oid: number
  readonly plan: TablePlan
  readonly tally: Tally = newTally()
  readonly source: SourceReader
  readonly signal: AbortSignal
  readonly repair: boolean
  private readonly options: TableContextOptions

  constructor(options: TableContextOptions, table: Followed) {
    this.options = options
    this.oid = table.plan.oid
    this.plan = table.plan
    this.source = options.source
    this.signal = options.signal
    this.repair = options.repair
  }

  /** The table as it is followed now. Throws TABLE_CHANGED where it is another than the one that is verified. */
  followed(): Followed {
    const table = this.options.session.followedTables().find((other) => other.plan.oid === this.oid)
    if (table?.state === 'ready' && shapeOf(table.plan) === shapeOf(this.plan)) return table
    throw new MillraceError({
      code: 'TABLE_CHANGED',
      message: 'The table was changed, copied again or parked while it was verified.',
      advice: 'Verify it again.',
    })
  }

  run(sql: string): Promise<unknown> {
    this.signal.throwIfAborted()
    return this.options.connection.run(sql).catch((error: unknown) => this.fail(error))
  }

  async rows(sql: string): Promise<DuckDBValue[][]> {
    this.signal.throwIfAborted()
    const reader = await this.options.connection.runAndReadAll(sql).catch((error: unknown) => this.fail(error))
    return reader.getRows()
  }

  /**
   * One look at both sides. Where it may mend what it finds, nothing is applied meanwhile, so that the replica stands
   * still between the look and the mending.
   */
  look<Result>(work: () => Promise<Result>): Promise<Result> {
    this.followed()
    if (!this.repair) return work()
    return this.options.session.betweenBatches(async () => {
      this.followed()
      return work()
    })
  }

  /** Changes rows of the replica, all or none; only within a `look`. `rowsAdded` may be negative. */
  async mend(statements: readonly string[], rowsAdded: number): Promise<void> {
    const { connection } = this.options
    await inTransaction(connection, async () => {
      for (const statement of statements) await connection.run(statement)
    }).catch((error: unknown) => this.fail(error))
    this.followed().rows += rowsAdded
  }

  /** Notes where the source is: what it has committed by now is what is compared, or something newer. */
  async begin(): Promise<void> {
    this.tally.lsn = await this.source.flushedLsn()
  }

  /** Resolves once the replica shows everything that the source has committed before this call. */
  async catchUp(): Promise<void> {
    const { session, signal, clock } = this.options
    await passed(session, await this.source.flushedLsn(), { signal, clock })
  }

  note(difference: RowDifference): void {
    const { tally } = this
    if (difference.kind === 'missing') tally.rowsMissing += difference.rows
    else if (difference.kind === 'extra') tally.rowsExtra += difference.rows
    else tally.rowsAltered += difference.rows
    if (difference.repaired) tally.rowsRepaired += difference.rows
    if (tally.differences.length < MOST_LISTED) tally.differences.push(difference)
    this.options.onProgress()
  }

  compared(rows: number): void {
    this.tally.rowsCompared += rows
    this.options.onProgress()
  }

  nowMs(): number {
    return this.options.clock.monotonicMs()
  }

  /** After work that began at `sinceMs`: leaves both sides alone for its share of the time. */
  async rest(sinceMs: number): Promise<void> {
    const { share } = this.options
    const restMs = ((this.nowMs() - sinceMs) * (1 - share)) / share
    await delay(restMs, undefined, { signal: this.signal })
  }

  /** DuckDB's own text may hold row values: it is not told. */
  private fail(error: unknown): never {
    this.signal.throwIfAborted()
    if (error instanceof MillraceError || verdictOfApplyError(error) === 'stop') throw faultOfWriting(error)
    // The table may have been altered or replaced under the statement.
    this.followed()
    throw new MillraceError(
      {
        code: 'TABLE_APPLY_FAILED',
        message: 'DuckDB could not compare the rows of the table.',
        advice: 'Verify it again; if this comes back, copy the table again.',
      },
      { cause: error },
    )
  }
}

function shapeOf({ schema, name, replicaSchema, replicaTable, identity, columns }: TablePlan): string {
  const parts = columns.map(({ attnum, sourceName, replicaName, typeOid, typmod, inKey, mask, plan }) => [
    attnum,
    sourceName,
    replicaName,
    typeOid,
    typmod,
    inKey,
    mask,
    plan.replicaType,
  ])
  return JSON.stringify([schema, name, replicaSchema, replicaTable, identity, parts])
}
