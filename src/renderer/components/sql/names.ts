import { reservedWords } from './keywords.ts'

const PLAIN_NAME = /^[a-z_][a-z0-9_$]*$/

/** A name as it must be written in SQL: quoted only where it has to be. */
export function writtenName(name: string): string {
  return PLAIN_NAME.test(name) && !reservedWords.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** The name that a word or a quoted name of SQL means: folded to lower case unless quoted. */
export function meantName(written: string): string {
  if (!written.startsWith('"')) return written.toLowerCase()
  const body = written.endsWith('"') && written.length > 1 ? written.slice(1, -1) : written.slice(1)
  return body.replaceAll('""', '"')
}

export function writtenTableName(table: { schema: string; name: string }): string {
  return `${writtenName(table.schema)}.${writtenName(table.name)}`
}

/** The statement that opens a table. */
export function selectAllFrom(table: { schema: string; name: string }): string {
  return `SELECT * FROM ${writtenTableName(table)};`
}
