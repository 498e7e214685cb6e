import { identifier, literal } from './sql.ts'

export interface CsvFile {
  path: string
  columns: readonly { name: string; type: string }[]
  longestRowBytes: number
  hasLineBreaks: boolean
}

/** Memory that a buffer takes is not there for rows. */
const LARGEST_BUFFER_BYTES = 64 << 20

/**
 * `read_csv` over a file that Millrace or Postgres wrote: nothing is guessed, an unquoted empty field
 * is NULL and `""` the empty string. Threads cut a file at line ends, so one whose values hold line
 * breaks is read by one thread. https://duckdb.org/docs/stable/data/csv/overview
 */
export function readCsv(file: CsvFile): string {
  const columns = file.columns.map((column) => `${literal(column.name)}: ${literal(column.type)}`).join(', ')
  const maxLineBytes = Math.max(2 << 20, file.longestRowBytes + 1024)
  // The reader gives each thread 8 MiB at a time. Several threads fail where fewer than four lines fit into a buffer
  // (DuckDB 1.5: "unterminated quote", "does not support a full read"); one needs room for one.
  const isForThreads = !file.hasLineBreaks && 4 * maxLineBytes <= LARGEST_BUFFER_BYTES
  const bufferBytes = Math.max(8 << 20, isForThreads ? 4 * maxLineBytes : maxLineBytes)
  return (
    `read_csv(${literal(file.path)}, columns={${columns}}, auto_detect=false, header=false, delim=',', quote='"', ` +
    `escape='"', new_line='\\n', nullstr='', allow_quoted_nulls=false, null_padding=false, ` +
    `max_line_size=${maxLineBytes}, buffer_size=${bufferBytes}, parallel=${isForThreads})`
  )
}

export function columnList(names: readonly string[]): string {
  return names.map(identifier).join(', ')
}
