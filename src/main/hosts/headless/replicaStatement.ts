import { ResultReturnType, StatementType } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { ResultColumn } from '../../contract/values.ts'
import { uniqueNames } from '../../engine/export/textFormats.ts'
import type { ResultRow } from '../../engine/export/textFormats.ts'
import { replicaColumn } from '../../engine/query/valueKinds.ts'

/** One statement that reads, ready to run on a file that was opened read-only. */
export interface ReplicaStatement {
  columns: ResultColumn[]
  /** EXPLAIN: the last column is a drawing. */
  isPlan: boolean
  /** Each value as DuckDB's own text; memory stays flat. */
  read(): AsyncGenerator<ResultRow[]>
  /** Writes the result as a Parquet file; answers with its rows. Throws QUERY_FAILED where the statement is no SELECT. */
  writeParquet(path: string): Promise<number>
}

const READS: ReadonlySet<number> = new Set([
  StatementType.SELECT,
  StatementType.EXPLAIN,
  StatementType.PRAGMA,
  StatementType.CALL,
])

function failed(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new MillraceError(
    {
      code: 'QUERY_FAILED',
      message: text.replace(/^Failed to extract statements: /, '').trim(),
      advice: 'Correct the statement and run it again.',
    },
    { cause: error },
  )
}

async function orFailed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw failed(error)
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

const VIEW = 'millrace_command_line_result'

/**
 * Puts the statement into a temporary view with columns c0, c1, …, so that it can be read as text
 * and exported whatever its columns are called. False where it is none that a view can hold.
 */
async function viewOf(connection: DuckDBConnection, sql: string, columnCount: number): Promise<boolean> {
  const names = Array.from({ length: columnCount }, (_, at) => `c${at}`).join(', ')
  // DESCRIBE, SHOW and SUMMARIZE may stand in brackets only.
  const forms = [sql, `SELECT * FROM (${sql.replace(/;\s*$/, '')}\n)`]
  for (const form of forms) {
    const made = await connection.run(`CREATE OR REPLACE TEMP VIEW ${VIEW}(${names}) AS ${form}`).then(
      () => true,
      () => false,
    )
    if (made) return true
  }
  return false
}

/**
 * A stream that fails in the middle just ends, and only its return type tells that from the end of the
 * rows; `askAgain` runs the statement for nothing but its error.
 */
async function* rowsOf(result: DuckDBResult, askAgain: () => Promise<unknown>): AsyncGenerator<ResultRow[]> {
  for (;;) {
    const chunk = await orFailed(result.fetchChunk())
    if (!chunk || chunk.rowCount === 0) {
      if (result.returnType !== ResultReturnType.INVALID) return
      await orFailed(askAgain())
      throw new MillraceError({
        code: 'QUERY_FAILED',
        message: 'DuckDB ended the query before its last row.',
        advice: 'Run it again; what was printed is not all.',
      })
    }
    yield chunk.getRows().map((row) => row.map((value) => (value === null ? null : String(value))))
  }
}

/** Looks at the statement without running it. Throws QUERY_EMPTY, QUERY_WRITES, or QUERY_FAILED with DuckDB's words. */
export async function prepareStatement(connection: DuckDBConnection, sql: string): Promise<ReplicaStatement> {
  if (sql.trim() === '') {
    throw new MillraceError({ code: 'QUERY_EMPTY', message: 'There is no statement.', advice: 'Give one statement.' })
  }
  const statements = await orFailed(connection.extractStatements(sql))
  if (statements.count > 1) {
    throw new MillraceError({
      code: 'QUERY_FAILED',
      message: 'There is more than one statement.',
      advice: 'Run them one by one.',
    })
  }
  const prepared = await orFailed(statements.prepare(0))
  const columns: ResultColumn[] = []
  const isPlan = prepared.statementType === StatementType.EXPLAIN
  try {
    if (!READS.has(prepared.statementType)) {
      throw new MillraceError({
        code: 'QUERY_WRITES',
        message: 'This statement does not only read.',
        advice: 'Run a SELECT; `--output` with `--format csv`, `json` or `parquet` writes its result to a file.',
      })
    }
    for (let at = 0; at < prepared.columnCount; at += 1) {
      columns.push(replicaColumn(prepared.columnName(at), prepared.columnType(at)))
    }
  } finally {
    prepared.destroySync()
  }
  const hasView = await viewOf(connection, sql, columns.length)
  return {
    columns,
    isPlan,
    async *read() {
      const texts = columns.map((_, at) => `CAST(c${at} AS VARCHAR)`).join(', ')
      const whole = hasView ? `SELECT count(hash(result)) FROM (SELECT ${texts} FROM ${VIEW}) AS result` : sql
      const stream = await orFailed(connection.stream(hasView ? `SELECT ${texts} FROM ${VIEW}` : sql))
      yield* rowsOf(stream, () => connection.run(whole))
    },
    async writeParquet(path) {
      if (!hasView) {
        throw new MillraceError({
          code: 'QUERY_FAILED',
          message: 'Only the result of a SELECT can become a Parquet file.',
          advice: 'Use `--format csv` or `--format json`.',
        })
      }
      const selected = uniqueNames(columns).map((name, at) => `c${at} AS ${quoted(name)}`)
      const target = path.replaceAll("'", "''")
      const copy = `COPY (SELECT ${selected.join(', ')} FROM ${VIEW}) TO '${target}' (FORMAT parquet, COMPRESSION zstd)`
      const result = await orFailed(connection.run(copy))
      const chunk = await result.fetchChunk()
      return Number(chunk?.getRows()[0]?.[0] ?? 0)
    },
  }
}
