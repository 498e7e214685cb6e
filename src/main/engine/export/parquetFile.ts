import type { DuckDBConnection } from '@duckdb/node-api'
import type { ResultColumn } from '../../contract/values.ts'
import type { OpenResult } from '../query/openResult.ts'
import type { Spool } from '../query/spool.ts'
import { uniqueNames } from './textFormats.ts'

/** Small row groups, because the store of results has little memory: they are built there. */
const ROW_GROUP_ROWS = 20_480
const PROGRESS_EVERY_MS = 200

/**
 * Writes a complete result as a Parquet file in the types of its values. What came from the source as
 * text becomes the replica's type for it; a column with a value that does not fit stays text. Answers
 * with those columns' names.
 */
export async function writeParquet(
  result: OpenResult,
  spool: Spool,
  columns: readonly number[],
  path: string,
  { signal, onPercent }: { signal: AbortSignal; onPercent(percent: number): void },
): Promise<string[]> {
  return spool.reader(signal, async (connection, table) => {
    const unfit = await columnsThatDoNotFit(connection, table, result, columns)
    const names = uniqueNames(columns.map((column) => result.columns[column]!))
    const selected = columns.map((column, at) => {
      const value = unfit.has(column) ? `c${column}` : result.typed[column]!
      return `${value} AS "${names[at]!.replaceAll('"', '""')}"`
    })
    const copy = `COPY (SELECT ${selected.join(', ')} FROM ${table}) TO '${path.replaceAll("'", "''")}'
      (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`
    const told = setInterval(() => onPercent(connection.progress.percentage), PROGRESS_EVERY_MS)
    try {
      await connection.run(copy)
    } finally {
      clearInterval(told)
    }
    return [...unfit].map((column) => result.columns[column]!.name)
  })
}

/** One pass over the rows, for those columns that are not stored in their own type. */
async function columnsThatDoNotFit(
  connection: DuckDBConnection,
  table: string,
  { typed }: OpenResult,
  columns: readonly number[],
): Promise<Set<number>> {
  const converted = columns.filter((column) => typed[column] !== `c${column}`)
  if (converted.length === 0) return new Set()
  const fits = converted.map((column) => `bool_and(c${column} IS NULL OR TRY(${typed[column]}) IS NOT NULL)`)
  const reader = await connection.runAndReadAll(`SELECT ${fits.join(', ')} FROM ${table}`)
  const [row] = reader.getRows()
  return new Set(converted.filter((_, at) => row![at] === false))
}

/** A sentence about columns that stayed text, or none. */
export function noteOfText(names: readonly ResultColumn['name'][]): string[] {
  if (names.length === 0) return []
  const list = names.map((name) => `"${name}"`).join(', ')
  return [`Kept as text, because a value does not fit the type: ${list}.`]
}
