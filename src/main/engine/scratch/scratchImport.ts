import { basename } from 'node:path'
import { MillraceError } from '../../contract/errors.ts'
import { literal } from '../store/sql.ts'

const readers: [RegExp, string][] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'read_csv'],
  [/\.(json|ndjson|jsonl)(\.gz)?$/i, 'read_json'],
  [/\.parquet$/i, 'read_parquet'],
]

/** The table function that reads the file. Throws SCRATCH_IMPORT_FAILED for a kind that none reads. */
export function readerSql(path: string): string {
  const reader = readers.find(([pattern]) => pattern.test(path))?.[1]
  if (reader) return `${reader}(${literal(path)})`
  throw new MillraceError({
    code: 'SCRATCH_IMPORT_FAILED',
    message: `${basename(path)} is of a kind that Millrace does not read.`,
    advice: 'Bring a .csv, .tsv, .json, .ndjson or .parquet file.',
  })
}

/** DuckDB's word on a file that it could not read, without what stood in it. */
export function importFault(error: unknown, fileName: string): MillraceError {
  if (error instanceof MillraceError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/already exists/i.test(text)) {
    return new MillraceError(
      {
        code: 'SCRATCH_NAME_TAKEN',
        message: 'There is a table or view of that name in scratch already.',
        advice: 'Choose another name, or drop the one that is there.',
      },
      { cause: error },
    )
  }
  const isMissing = /No files found|could not open|cannot open/i.test(text)
  const line = /line:? (\d+)/i.exec(text)?.[1]
  return new MillraceError(
    {
      code: 'SCRATCH_IMPORT_FAILED',
      message: isMissing
        ? `There is no file ${fileName} that could be read.`
        : `${fileName} could not be read${line ? ` from line ${line} on` : ''}: it is not what its name says, or is damaged.`,
      advice: isMissing ? 'Check the path.' : 'Open it in an editor, mend it, and bring it again.',
    },
    { cause: error },
  )
}
