/** Postgres keeps no name longer than this: https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
const LONGEST_SOURCE_NAME_BYTES = 63

/** A column name for Millrace's own use beside a table's columns: longer than any of theirs can be. */
export function ownColumn(word: string): string {
  return `__${word}`.padEnd(LONGEST_SOURCE_NAME_BYTES + 1, '_')
}
