import { ResultReturnType, StatementType } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBDataChunk, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { SessionSettings } from '../../contract/query.ts'
import { interrupt, interruptOnAbort } from '../store/interruption.ts'
import { identifier, literal } from '../store/sql.ts'
import { bindValues } from './replicaValues.ts'
import { refusal } from './statement.ts'
import type { Statement } from './statement.ts'
import { cancelled, faultOfReplicaStatement } from './statementFaults.ts'

const BEGIN_READING = 'BEGIN TRANSACTION READ ONLY'

/** One statement's session on the replica: it can read everything and change nothing. */
export class ReplicaReader {
  readonly connection: DuckDBConnection
  private readonly signal: AbortSignal
  /** The result that is still being produced. */
  private streaming: DuckDBResult | null = null

  /**
   * Runs `work` with a connection of its own, closed at the end. An abort interrupts DuckDB itself, and
   * comes as QUERY_CANCELLED.
   */
  static async run<Result>(
    connect: () => Promise<DuckDBConnection>,
    signal: AbortSignal,
    work: (reader: ReplicaReader) => Promise<Result>,
    begin = BEGIN_READING,
  ): Promise<Result> {
    if (signal.aborted) throw cancelled()
    const reader = new ReplicaReader(await connect(), signal)
    const { connection } = reader
    const endInterrupting = interruptOnAbort(connection, signal)
    try {
      await connection.run('SET errors_as_json = true')
      await connection.run(begin)
      if (signal.aborted) throw cancelled()
      return await work(reader)
    } catch (error) {
      throw signal.aborted ? cancelled(error) : error
    } finally {
      endInterrupting()
      await reader.endStream()
      connection.closeSync()
    }
  }

  private constructor(connection: DuckDBConnection, signal: AbortSignal) {
    this.connection = connection
    this.signal = signal
  }

  /** For this session; its time limit is its signal's. Throws QUERY_FAILED where there is no such schema or zone. */
  async setSession({ schema, timeZone }: SessionSettings): Promise<void> {
    try {
      // A path of one schema and `public` needs the quotes of a text and of a name.
      if (schema !== null) await this.connection.run(`SET search_path = ${literal(`${identifier(schema)},public,main`)}`)
      if (timeZone !== null) await this.connection.run(`SET TimeZone = ${literal(timeZone)}`)
    } catch (error) {
      throw faultOfReplicaStatement(error, '')
    }
  }

  /** Waits for the first rows; the rest is produced as it is fetched. One stream at a time. */
  async stream(prepared: DuckDBPreparedStatement, sql: string): Promise<DuckDBResult> {
    await this.restart()
    try {
      this.streaming = await prepared.startStream().getResult()
      return this.streaming
    } catch (error) {
      throw faultOfReplicaStatement(error, sql)
    } finally {
      prepared.destroySync()
    }
  }

  /**
   * The next chunk, or null after the last. Throws where the statement failed on the way: DuckDB's
   * streaming results simply end then, and only their return type tells it from the end of the rows.
   */
  async nextChunk(result: DuckDBResult, statement: Statement): Promise<DuckDBDataChunk | null> {
    const chunk = await result.fetchChunk()
    if (this.signal.aborted) throw cancelled()
    if (chunk && chunk.rowCount > 0) return chunk
    this.streaming = null
    if (result.returnType === ResultReturnType.INVALID) throw await this.whyItEnded(statement)
    return null
  }

  /** The binding does not give a stream's error away, so the statement is asked once more, for nothing but it. */
  private async whyItEnded(statement: Statement): Promise<MillraceError> {
    const before = 'SELECT count(hash(result)) FROM ('
    try {
      await this.renew()
      const prepared = await this.connection.prepare(`${before}${statement.body}\n) AS result`)
      await bindValues(this.connection, prepared, statement)
      await prepared.run()
    } catch (error) {
      return faultOfReplicaStatement(error, statement.sql, before.length - statement.sql.indexOf(statement.body))
    }
    return new MillraceError({
      code: 'QUERY_FAILED',
      message: 'DuckDB ended the query before its last row.',
      advice: 'Run it again; the rows so far are not all.',
    })
  }

  /** Gives up a stream that is still open, for another one. */
  private async restart(): Promise<void> {
    if (this.streaming) await this.renew()
  }

  /** Begins anew, and sees the replica as it is now. */
  async renew(): Promise<void> {
    await this.endStream()
    await this.connection.run('ROLLBACK').catch(() => {})
    await this.connection.run(BEGIN_READING)
  }

  /** A stream that nobody reads to its end keeps the file open beyond its connection, until it is collected. */
  private async endStream(): Promise<void> {
    const streaming = this.streaming
    this.streaming = null
    for (let isOver = streaming === null; !isOver;) {
      interrupt(this.connection)
      const chunk = await streaming!.fetchChunk().catch(() => null)
      isOver = chunk === null || chunk.rowCount === 0
    }
  }
}

/** Why a statement of that type is not run, and what to do instead. */
const refusals: Partial<Record<StatementType, string>> = {
  [StatementType.COPY]: 'Run the SELECT alone; `millrace query --output` writes its result to a file.',
  [StatementType.EXPORT]: 'Run a SELECT; `millrace query --output` writes its result to a file.',
  [StatementType.CALL]: 'Write SELECT * FROM and the function.',
  [StatementType.SET]: 'Leave it out: each statement runs in a session of its own.',
  [StatementType.VARIABLE_SET]: 'Leave it out: each statement runs in a session of its own.',
  [StatementType.PREPARE]: 'Run the statement itself.',
  [StatementType.EXECUTE]: 'Run the statement itself.',
  [StatementType.TRANSACTION]: 'Leave it out: each statement reads one consistent state by itself.',
  [StatementType.ATTACH]: 'Open other files by name: SELECT * FROM read_parquet, read_csv or read_json.',
  [StatementType.LOAD]: 'Use what is built in: Millrace loads no extensions.',
  [StatementType.EXTENSION]: 'Use what is built in: Millrace loads no extensions.',
  [StatementType.PRAGMA]: 'Use the table function of that name: SELECT * FROM pragma_….',
}

/**
 * Prepares a statement that only reads. Throws QUERY_WRITES by DuckDB's own word on its type, and
 * QUERY_FAILED with the place of what is wrong.
 */
export async function prepareReading(
  connection: DuckDBConnection,
  statement: Statement,
): Promise<DuckDBPreparedStatement> {
  const { sql } = statement
  try {
    const extracted = await connection.extractStatements(sql)
    // PIVOT becomes two: a temporary type of its values, and the SELECT over it.
    for (let index = 0; index < extracted.count - 1; index += 1) {
      const first = await extracted.prepare(index)
      if (first.statementType !== StatementType.CREATE) throw refuse(statement, first.statementType)
      await first.run()
    }
    const prepared = await extracted.prepare(extracted.count - 1)
    const type = prepared.statementType
    if (type === StatementType.EXPLAIN) await checkExplained(connection, statement)
    else if (type !== StatementType.SELECT) throw refuse(statement, type)
    await bindValues(connection, prepared, statement)
    return prepared
  } catch (error) {
    throw faultOfReplicaStatement(error, sql)
  }
}

/** EXPLAIN ANALYZE does what it explains: a COPY would write its file. */
async function checkExplained(connection: DuckDBConnection, statement: Statement): Promise<void> {
  const explained = await connection.extractStatements(statement.sql.slice(statement.explainedFrom ?? 0))
  for (let index = 0; index < explained.count; index += 1) {
    const { statementType } = await explained.prepare(index)
    const isPivotType = index < explained.count - 1 && statementType === StatementType.CREATE
    if (statementType !== StatementType.SELECT && !isPivotType) throw refuse(statement, statementType)
  }
}

function refuse(statement: Statement, type: StatementType): MillraceError {
  return refusal(
    statement,
    'Only reading statements run on the replica: it follows its source.',
    refusals[type] ?? 'Run a statement that only reads.',
  )
}
