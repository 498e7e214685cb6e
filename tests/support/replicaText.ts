import type { DuckDBConnection } from '@duckdb/node-api'

/**
 * The way back: Postgres's text of a value that is stored in the replica, written without regard to
 * how it came there.
 */
export async function postgresTexts(
  connection: DuckDBConnection,
  relation: string,
  column: string,
  replicaType: string,
): Promise<(string | null)[]> {
  const element = replicaType.replace(/\[\]$/, '')
  const isList = element !== replicaType
  // As bytes: the driver drops a byte order mark at the start of a string.
  const sql = isList
    ? `list_transform(${column}, lambda e: hex(encode(${textSql(element, 'e')})))`
    : `hex(encode(${textSql(replicaType, column)}))`
  const reader = await connection.runAndReadAll(`SELECT ${sql} FROM ${relation}`)
  const read = (hex: string): string => textOf(element, Buffer.from(hex, 'hex').toString('utf8'))
  return reader.getRowsJS().map(([stored]) => {
    if (stored === null) return null
    if (!isList) return read(stored as string)
    return arrayText((stored as (string | null)[]).map((hex) => (hex === null ? null : read(hex))))
  })
}

/** Floats as their number: Postgres and DuckDB write the same one differently (`1e+15`). */
export function comparableText(replicaType: string, text: string | null): string | null {
  if (text === null) return null
  if (replicaType === 'FLOAT') return floatText(Math.fround(Number(text)))
  if (replicaType === 'DOUBLE') return floatText(Number(text))
  if (/^(FLOAT|DOUBLE)\[\]$/.test(replicaType)) {
    return text.replace(/[^{},]+/g, (element) =>
      element === 'NULL' ? element : comparableText(replicaType.slice(0, -2), element)!,
    )
  }
  return text
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function textSql(replicaType: string, value: string): string {
  if (replicaType === 'BLOB') return `'\\x' || lower(hex(${value}))`
  if (replicaType === 'INTERVAL') {
    // The fields as they are stored; DuckDB's own text writes them in other words.
    const months = `(datepart('year', ${value}) * 12 + datepart('month', ${value}))`
    const microseconds =
      `(datepart('hour', ${value}) * 3600000000::HUGEINT + datepart('minute', ${value}) * 60000000 + ` +
      `datepart('microsecond', ${value}))`
    return `${months} || ' ' || datepart('day', ${value}) || ' ' || ${microseconds}`
  }
  // DuckDB prints an instant through the calendar of ICU, which errs at the far end.
  if (replicaType === 'TIMESTAMPTZ') {
    const clock = `CAST(make_timestamp(epoch_us(${value})) AS VARCHAR) || '+00'`
    return `CASE WHEN isinf(${value}) THEN CAST(${value} AS VARCHAR) ELSE ${clock} END`
  }
  return `CAST(${value} AS VARCHAR)`
}

function textOf(replicaType: string, stored: string): string {
  if (replicaType === 'BOOLEAN') return stored === 'true' ? 't' : 'f'
  if (replicaType === 'INTERVAL') return intervalText(stored)
  if (replicaType.startsWith('DECIMAL')) return stored.replace(/^(-?)\./, '$10.')
  if (replicaType === 'FLOAT' || replicaType === 'DOUBLE') {
    return comparableText(replicaType, stored.replace('nan', 'NaN').replace('inf', 'Infinity'))!
  }
  if (replicaType === 'DATE' || replicaType.startsWith('TIMESTAMP')) {
    return stored.includes(' (BC)') ? `${stored.replace(' (BC)', '')} BC` : stored
  }
  return stored
}

/** https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-OUTPUT, style postgres. */
function intervalText(fields: string): string {
  const [months, days, microseconds] = fields.split(' ').map(BigInt) as [bigint, bigint, bigint]
  const parts: string[] = []
  let negativeBefore = false
  const unit = (count: bigint, name: string): void => {
    if (count === 0n) return
    parts.push(`${negativeBefore && count > 0n ? '+' : ''}${count} ${name}${count === 1n ? '' : 's'}`)
    negativeBefore = count < 0n
  }
  unit(months / 12n, 'year')
  unit(months % 12n, 'mon')
  unit(days, 'day')
  if (microseconds !== 0n || parts.length === 0) {
    const size = microseconds < 0n ? -microseconds : microseconds
    const sign = microseconds < 0n ? '-' : negativeBefore ? '+' : ''
    const two = (value: bigint): string => String(value).padStart(2, '0')
    const fraction = String(size % 1_000_000n).padStart(6, '0').replace(/0+$/, '')
    const seconds = size / 1_000_000n
    const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
    parts.push(`${sign}${clock}${fraction === '' ? '' : `.${fraction}`}`)
  }
  return parts.join(' ')
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
export function arrayText(elements: readonly (string | null)[]): string {
  const texts = elements.map((element) => {
    if (element === null) return 'NULL'
    if (element !== '' && !/[\s{},"\\]/.test(element) && element.toUpperCase() !== 'NULL') return element
    return `"${element.replace(/["\\]/g, '\\$&')}"`
  })
  return `{${texts.join(',')}}`
}
