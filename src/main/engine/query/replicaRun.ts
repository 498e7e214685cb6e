import { setImmediate as nextTurn } from 'node:timers/promises'
import { StatementType } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api'
import type { SessionSettings } from '../../contract/query.ts'
import { isWhole } from '../../contract/resultView.ts'
import type { ResultColumn } from '../../contract/values.ts'
import type { Clock } from '../ports.ts'
import { releaseChunks } from './chunkMemory.ts'
import type { OpenResult } from './openResult.ts'
import { ReplicaReader, prepareReading } from './replicaStatement.ts'
import { bindValues } from './replicaValues.ts'
import { asWritten, viewedStatement } from './resultView.ts'
import type { AskedStatement } from './resultView.ts'
import type { Spool } from './spool.ts'
import { notATable } from './statement.ts'
import type { Statement } from './statement.ts'
import { replicaColumn } from './valueKinds.ts'

/** Chunks between two flushes once the first page is out: about 16,000 rows. */
const CHUNKS_PER_FLUSH = 8
/** Wrapped chunks are small to V8 and large in truth: it would let hundreds of megabytes of them lie. */
const CHUNKS_PER_RELEASE = 64

export interface ReplicaRunOptions {
  connect(): Promise<DuckDBConnection>
  session: SessionSettings
  signal: AbortSignal
  clock: Clock
}

/**
 * Runs the statement of `result` on the replica and reads its rows to the end into it, in DuckDB's own
 * chunks. Between two chunks the rest of the engine has its turn, so that replication goes on.
 */
export async function runOnReplica(
  { written, view }: AskedStatement,
  result: OpenResult,
  { connect, session, signal, clock }: ReplicaRunOptions,
): Promise<void> {
  let statement = written
  const { timings } = result
  await ReplicaReader.run(connect, signal, async (reader) => {
    await reader.setSession(session)
    let engineMs = 0
    const timed = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
      const startMs = clock.monotonicMs()
      const answer = await work
      engineMs += clock.monotonicMs() - startMs
      return answer
    }
    const whole = await timed(prepareReading(reader.connection, written))
    result.isTable = whole.statementType === StatementType.SELECT
    if (!result.isTable && !isWhole(view)) throw notATable()
    let viewedColumns: ResultColumn[] | null = null
    let prepared = whole
    if (!isWhole(view)) {
      viewedColumns = await columnsWithoutRows(reader, written, whole)
      statement = viewedStatement(written, viewedColumns, view, 'replica')
      prepared = await timed(prepareReading(reader.connection, statement))
    }
    const streamed = await timed(reader.stream(prepared, statement.sql))
    const columns = viewedColumns ?? columnsOf(streamed)
    const { rows, spool } = await openSpool(reader, statement, streamed, columns, result)
    let transferMs = 0
    for (let chunks = 1; ; chunks += 1) {
      const chunk = await timed(reader.nextChunk(rows, statement))
      timings.firstRowMs ??= engineMs
      if (!chunk) break
      const startMs = clock.monotonicMs()
      spool.appendChunk(chunk)
      if (chunks === 1 || chunks % CHUNKS_PER_FLUSH === 0) result.publish()
      transferMs += clock.monotonicMs() - startMs
      timings.transferMs = transferMs
      if (chunks % CHUNKS_PER_RELEASE === 0) releaseChunks()
      await nextTurn()
    }
    result.publish()
    timings.lastRowMs = engineMs
    timings.transferMs = transferMs
  }).catch((error: unknown) => {
    throw asWritten(error, written, statement)
  })
}

function columnsOf(streamed: DuckDBResult): ResultColumn[] {
  const names = streamed.columnNames()
  return streamed.columnTypes().map((type, at) => replicaColumn(names[at]!, type))
}

/** What the statement answers with. Where a type follows from a parameter's value, only its rows tell it: none of them. */
async function columnsWithoutRows(
  reader: ReplicaReader,
  written: Statement,
  whole: DuckDBPreparedStatement,
): Promise<ResultColumn[]> {
  // A SELECT around it gives another name to the second of two columns of one name.
  const names = Array.from({ length: whole.columnCount }, (_, at) => whole.columnName(at))
  whole.destroySync()
  const sql = `SELECT * FROM (${written.body}\n) AS result LIMIT 0`
  const described = await (await prepareReading(reader.connection, { ...written, sql, body: sql })).run()
  return described.columnTypes().map((type, at) => replicaColumn(names[at] ?? described.columnName(at), type))
}

/** Where a type has no name that DDL could give it (a row without field names), the rows are kept as text. */
async function openSpool(
  reader: ReplicaReader,
  statement: Statement,
  streamed: DuckDBResult,
  columns: ResultColumn[],
  result: OpenResult,
): Promise<{ rows: DuckDBResult; spool: Spool }> {
  const types = streamed.columnTypes()
  try {
    return { rows: streamed, spool: await result.begin(columns, types.map(String)) }
  } catch {
    const aliases = types.map((_, index) => `c${index}`)
    const texts = aliases.map((alias) => `CAST(${alias} AS VARCHAR)`)
    const sql = `SELECT ${texts.join(', ')} FROM (${statement.body}\n) AS result(${aliases.join(', ')})`
    const prepared = await reader.connection.prepare(sql)
    await bindValues(reader.connection, prepared, statement)
    const rows = await reader.stream(prepared, sql)
    return {
      rows,
      spool: await result.begin(
        columns,
        types.map(() => 'VARCHAR'),
      ),
    }
  }
}
