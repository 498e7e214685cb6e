import type { DuckDBConnection } from '@duckdb/node-api'
import type { RangeTotals, ResultRange } from '../../contract/resultRange.ts'
import { greatestOf, leastOf, quotientOf, sumOf } from './decimals.ts'
import type { OpenResult } from './openResult.ts'

const AVERAGE_DIGITS = 6
/** DuckDB's widest DECIMAL, and the sums of it. */
const MOST_DIGITS = 38

interface NumberTotals {
  count: number
  sum: string
  least: string
  greatest: string
  isExact: boolean
}

/** What a range of a result comes to, computed where its rows lie. Null where the result has no rows yet. */
export async function totalsOf(result: OpenResult, range: ResultRange, signal: AbortSignal): Promise<RangeTotals | null> {
  const columns = range.columns.filter((column) => column < result.columns.length)
  if (!result.rows || columns.length === 0) return null
  return result.rows.reader(signal, async (connection, table) => {
    const end = range.firstRow + range.rowCount
    const rows = `(SELECT * FROM ${table} WHERE rowid >= ${range.firstRow} AND rowid < ${end}) AS rows`
    const [cells, values, distinct] = await countsOf(connection, rows, columns)
    const ofKind = (kind: string): number[] => columns.filter((column) => result.columns[column]!.kind === kind)
    const counts = { cells, values, distinct }
    const numbers = ofKind('number')
    if (numbers.length > 0) {
      const totals: NumberTotals[] = []
      for (const column of numbers) {
        const ofColumn = await numbersOf(connection, rows, column, result.typed[column]!)
        if (ofColumn) totals.push(ofColumn)
      }
      return { ...counts, ...together(totals) }
    }
    const extremes = await extremesOf(connection, rows, ofKind('instant'), result)
    return { ...counts, sum: null, average: null, ...extremes, isExact: true }
  })
}

async function one(connection: DuckDBConnection, sql: string): Promise<(string | null)[]> {
  const row = (await connection.runAndReadAll(sql)).getRows()[0]!
  return row.map((value) => (value === null ? null : String(value)))
}

async function countsOf(
  connection: DuckDBConnection,
  rows: string,
  columns: readonly number[],
): Promise<[cells: number, values: number, distinct: number]> {
  const texts = columns.map((column) => `CAST(c${column} AS VARCHAR)`).join(', ')
  const sql = `SELECT count(*), count(value), count(DISTINCT value) FROM (SELECT unnest([${texts}]) AS value FROM ${rows})`
  const [cells, values, distinct] = (await one(connection, sql)).map(Number)
  return [cells!, values!, distinct!]
}

async function numbersOf(
  connection: DuckDBConnection,
  rows: string,
  column: number,
  typed: string,
): Promise<NumberTotals | null> {
  const [type] = await one(connection, `SELECT any_value(typeof(${typed})) FROM ${rows}`)
  if (type === null) return null
  const exact = await exactValue(connection, rows, `c${column}`, typed, type!)
  const aggregates = (value: string): string =>
    `SELECT count(value), sum(value), min(value), max(value) FROM (SELECT ${value} AS value FROM ${rows})`
  let row: (string | null)[] | null = null
  let isExact = exact !== null
  if (exact !== null) {
    // More digits than fit into the widest number: then by floating point.
    row = await one(connection, aggregates(exact)).catch((error: unknown) => {
      if (/Out of Range|overflow|Conversion/i.test(String(error))) return null
      throw error
    })
    isExact = row !== null
  }
  row ??= await one(connection, aggregates(`TRY_CAST(c${column} AS DOUBLE)`))
  const [count, sum, least, greatest] = row
  if (sum === null) return null
  return { count: Number(count), sum: sum!, least: least!, greatest: greatest!, isExact }
}

/** SQL of the values in a type whose sum is exact; null where there is none. */
async function exactValue(
  connection: DuckDBConnection,
  rows: string,
  stored: string,
  typed: string,
  type: string,
): Promise<string | null> {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT)$/.test(type)) {
    return `CAST(${typed} AS HUGEINT)`
  }
  if (type.startsWith('DECIMAL')) return typed
  if (type !== 'VARCHAR') return null
  // Postgres's numeric without a scale: as many digits behind the point as any of the values has.
  const [whole, fraction, isPlain] = await one(
    connection,
    `SELECT max(length(split_part(ltrim(${stored}, '-'), '.', 1))), max(length(split_part(${stored}, '.', 2))),
       bool_and(regexp_full_match(${stored}, '-?\\d+(\\.\\d+)?')) FROM ${rows} WHERE ${stored} IS NOT NULL`,
  )
  if (isPlain !== 'true' || Number(whole) + Number(fraction) > MOST_DIGITS) return null
  return `CAST(${stored} AS DECIMAL(${MOST_DIGITS}, ${Number(fraction)}))`
}

function together(totals: readonly NumberTotals[]): Pick<RangeTotals, 'sum' | 'average' | 'least' | 'greatest' | 'isExact'> {
  if (totals.length === 0) return { sum: null, average: null, least: null, greatest: null, isExact: true }
  const count = totals.reduce((all, total) => all + total.count, 0)
  if (totals.every((total) => total.isExact)) {
    const sum = sumOf(totals.map((total) => total.sum))
    return {
      sum,
      average: quotientOf(sum, count, AVERAGE_DIGITS),
      least: leastOf(totals.map((total) => total.least)),
      greatest: greatestOf(totals.map((total) => total.greatest)),
      isExact: true,
    }
  }
  const sum = totals.reduce((all, total) => all + Number(total.sum), 0)
  return {
    sum: String(sum),
    average: String(sum / count),
    least: String(Math.min(...totals.map((total) => Number(total.least)))),
    greatest: String(Math.max(...totals.map((total) => Number(total.greatest)))),
    isExact: false,
  }
}

/** The first and the last of instants, where they are all of one type and so have an order. */
async function extremesOf(
  connection: DuckDBConnection,
  rows: string,
  columns: readonly number[],
  result: OpenResult,
): Promise<Pick<RangeTotals, 'least' | 'greatest'>> {
  const types = new Set(columns.map((column) => result.columns[column]!.type))
  if (types.size !== 1) return { least: null, greatest: null }
  const values = columns.map((column) => `TRY(${result.typed[column]!})`).join(', ')
  const [least, greatest] = await one(
    connection,
    `SELECT CAST(min(value) AS VARCHAR), CAST(max(value) AS VARCHAR) FROM (SELECT unnest([${values}]) AS value FROM ${rows})`,
  )
  return { least: least!, greatest: greatest! }
}
