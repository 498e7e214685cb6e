/** A DuckDB identifier, always quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function qualified(schema: string, table: string): string {
  return `${identifier(schema)}.${identifier(table)}`
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
