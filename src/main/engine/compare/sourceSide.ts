import type { SourceAddress } from '../../contract/source.ts'
import type { TimedRun } from '../../contract/compare.ts'
import type { Cell } from '../../contract/values.ts'
import type { Clock } from '../ports.ts'
import { parseLsn } from '../model/lsn.ts'
import type { Lsn } from '../model/lsn.ts'
import { SourceTypeNames } from '../query/sourceTypeNames.ts'
import { readRows } from '../query/sourceStatement.ts'
import type { SourceFields, SourceReader } from '../query/sourceStatement.ts'
import type { Statement } from '../query/statement.ts'
import { faultOfSourceStatement } from '../query/statementFaults.ts'

const EXPLAIN = 'EXPLAIN '
const EXPLAIN_ANALYZE = 'EXPLAIN (ANALYZE, BUFFERS, SETTINGS, FORMAT JSON) '

/** Which transactions a snapshot sees, and where the log stood when it was taken. */
export interface SourceMoment {
  /** `xmin:xmax:xip`: equal texts see the same transactions. */
  snapshot: string
  lsn: Lsn
}

export const momentQuery = `
  SELECT pg_current_snapshot()::text,
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END::text`

/** The statement on the source: each run in a read-only transaction of its own, so that nothing is held open. */
export class SourceSide {
  readonly address: SourceAddress
  private readonly reader: SourceReader
  private readonly statement: Statement
  private readonly signal: AbortSignal
  private readonly clock: Clock
  private readonly typeNames = new SourceTypeNames()

  constructor(options: {
    address: SourceAddress
    reader: SourceReader
    statement: Statement
    signal: AbortSignal
    clock: Clock
  }) {
    this.address = options.address
    this.reader = options.reader
    this.statement = options.statement
    this.signal = options.signal
    this.clock = options.clock
  }

  /** Has the source plan the statement without running it. Throws its fault, with the place. */
  async check(): Promise<void> {
    await this.begin()
    await this.asked(`${EXPLAIN}${this.statement.sql}`, EXPLAIN.length, () => {})
  }

  /**
   * One timed run. Postgres does not say when it had its last row, so the time to the first row stands
   * for the server's work (all of it, where the plan ends in a sort or an aggregate), and the rest for
   * the transfer, during which a streaming plan is still at work. Rows come as text.
   */
  async time(run: number): Promise<TimedRun> {
    await this.begin()
    let rows = 0
    let serverMs: number | null = null
    const startMs = this.clock.monotonicMs()
    await this.asked(this.statement.sql, 0, () => {
      serverMs ??= this.clock.monotonicMs() - startMs
      rows += 1
    })
    const totalMs = this.clock.monotonicMs() - startMs
    serverMs ??= totalMs
    return { engine: 'source', run, serverMs, transferMs: totalMs - serverMs, totalMs, rows }
  }

  /** Begins a transaction that sees one moment until `finish`. */
  async freeze(): Promise<SourceMoment> {
    const { client } = this.reader
    await client.query('ROLLBACK')
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return this.readMoment()
  }

  async readMoment(): Promise<SourceMoment> {
    return readMomentOf(this.reader)
  }

  /** Reads the rows within the transaction in hand. `onRow` gets the columns with the names of their types. */
  async read(
    onRow: (row: Cell[]) => void,
    onColumns: (columns: { name: string; type: string }[]) => void,
  ): Promise<void> {
    await this.typeNames.load(this.reader.client)
    const tell = (fields: readonly SourceFields[]) =>
      onColumns(fields.map((field) => ({ name: field.name, type: this.typeNames.nameOf(field.dataTypeID) })))
    let isTold = false
    const fields = await this.asked(this.statement.sql, 0, (row, rowFields) => {
      if (!isTold) tell(rowFields)
      isTold = true
      onRow(row)
    })
    if (!isTold) tell(fields)
  }

  /** Ends what `freeze` began. */
  async finish(): Promise<void> {
    await this.reader.client.query('ROLLBACK')
  }

  /** The plan with what was really done, from a run of its own. */
  async explain(): Promise<string> {
    await this.begin()
    let plan = ''
    await this.asked(`${EXPLAIN_ANALYZE}${this.statement.sql}`, EXPLAIN_ANALYZE.length, (row) => {
      plan += row[0] ?? ''
    })
    await this.finish()
    return plan
  }

  /** One of our own short questions, as rows of text. */
  async ask(sql: string, values: unknown[] = []): Promise<(string | null)[][]> {
    const { rows } = await this.reader.client.query<(string | null)[]>({ text: sql, values, rowMode: 'array' })
    return rows
  }

  private async begin(): Promise<void> {
    const { client } = this.reader
    await client.query('ROLLBACK')
    await client.query('BEGIN TRANSACTION READ ONLY')
    // With its first snapshot taken, no statement can make the transaction a writing one.
    await client.query('SELECT 1')
  }

  private async asked(
    sql: string,
    sqlOffset: number,
    onRow: (row: Cell[], fields: SourceFields[]) => void,
  ): Promise<SourceFields[]> {
    try {
      return await readRows(this.reader.client, sql, onRow)
    } catch (error) {
      throw faultOfSourceStatement(error, this.statement.sql, { sqlOffset, isCancelled: this.signal.aborted })
    }
  }
}

export async function readMomentOf({ client }: Pick<SourceReader, 'client'>): Promise<SourceMoment> {
  const { rows } = await client.query<[string, string]>({ text: momentQuery, rowMode: 'array' })
  const [snapshot, lsn] = rows[0]!
  return { snapshot, lsn: parseLsn(lsn) }
}
