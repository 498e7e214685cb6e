import { DuckDBDecimalValue } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { Statement } from './statement.ts'

const INTEGER = /^[+-]?\d{1,18}$/
const DECIMAL = /^[+-]?(\d*)\.(\d+)$/
const MOST_DECIMAL_DIGITS = 38

/**
 * Gives a prepared statement the values of `$1` to `$n`. Where DuckDB knows the type that a place asks for,
 * it reads the text as that type; where it does not (`$1 + 1`), a number is a number as if it were written
 * there. Throws QUERY_PARAMETER where a value cannot be read as its type.
 */
export async function bindValues(
  connection: DuckDBConnection,
  prepared: DuckDBPreparedStatement,
  { values, valueNames }: Statement,
): Promise<void> {
  for (const [at, value] of values.entries()) {
    const place = at + 1
    const name = valueNames[at]
    const type = knownType(prepared, place)
    if (value === null) prepared.bindNull(place)
    // What a filter gives says its type itself.
    else if (name === undefined) prepared.bindVarchar(place, value)
    else if (type === null) bindAsWritten(prepared, place, value)
    else if (await canBeRead(connection, value, type)) prepared.bindVarchar(place, value)
    else throw unreadable(name, type)
  }
}

/** Null where it follows from the value; the binding then throws. */
function knownType(prepared: DuckDBPreparedStatement, place: number): string | null {
  try {
    return String(prepared.parameterType(place))
  } catch {
    return null
  }
}

function bindAsWritten(prepared: DuckDBPreparedStatement, place: number, value: string): void {
  const text = value.trim()
  const [, whole, fraction] = DECIMAL.exec(text) ?? []
  if (INTEGER.test(text)) prepared.bindBigInt(place, BigInt(text.replace('+', '')))
  else if (fraction !== undefined && whole!.length + fraction.length <= MOST_DECIMAL_DIGITS) {
    const digits = BigInt(text.replace(/[.+]/g, ''))
    prepared.bindDecimal(place, new DuckDBDecimalValue(digits, whole!.length + fraction.length, fraction.length))
  } else prepared.bindVarchar(place, value)
}

async function canBeRead(connection: DuckDBConnection, value: string, type: string): Promise<boolean> {
  if (type === 'VARCHAR') return true
  // The type is DuckDB's own word; the value is bound here too.
  const reader = await connection.runAndReadAll(`SELECT TRY_CAST($1::VARCHAR AS ${type}) IS NOT NULL`, [value])
  return reader.getRows()[0]?.[0] === true
}

function unreadable(name: string, type: string): MillraceError {
  return new MillraceError({
    code: 'QUERY_PARAMETER',
    message: `The value of ${name} cannot be read as ${type}.`,
    advice: 'Give it a value of that type.',
  })
}
