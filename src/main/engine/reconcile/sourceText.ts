/**
 * SQL in DuckDB from a stored value to a text that Postgres reads as the same value, under the settings of our
 * sessions: the way back of `typemap/`. NULL to NULL.
 */
export function sourceText(replicaType: string, value: string): string {
  if (replicaType.endsWith('[]')) return arrayText(replicaType.slice(0, -2), value)
  if (replicaType === 'BLOB') return `('\\x' || lower(hex(${value})))`
  // DuckDB prints an instant through the calendar of ICU, which errs at the far end.
  if (replicaType === 'TIMESTAMPTZ') {
    const clock = withEraLast(`CAST(make_timestamp(epoch_us(${value})) AS VARCHAR)`, '+00')
    return `CASE WHEN isinf(${value}) THEN CAST(${value} AS VARCHAR) ELSE ${clock} END`
  }
  const text = `CAST(${value} AS VARCHAR)`
  return replicaType === 'DATE' || replicaType === 'TIMESTAMP' ? withEraLast(text, '') : text
}

/** DuckDB writes `0044-03-15 (BC) 12:00:00`, Postgres `0044-03-15 12:00:00 BC`. */
function withEraLast(text: string, zone: string): string {
  return `CASE WHEN contains(${text}, ' (BC)') THEN replace(${text}, ' (BC)', '') || '${zone} BC' ELSE ${text} || '${zone}' END`
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(element: string, value: string): string {
  const quoted = `replace(replace(${sourceText(element, 'item')}, '\\', '\\\\'), '"', '\\"')`
  const items = `list_transform(${value}, lambda item: CASE WHEN item IS NULL THEN 'NULL' ELSE '"' || ${quoted} || '"' END)`
  return `('{' || coalesce(array_to_string(${items}, ','), '') || '}')`
}

/** Texts that DuckDB gave as hex of their bytes, because the driver drops a byte order mark at the start of a string. */
export function textsOfHex(hex: readonly unknown[]): string[] {
  return hex.map((text) => Buffer.from(text as string, 'hex').toString('utf8'))
}
