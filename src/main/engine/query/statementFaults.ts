import { MillraceError } from '../../contract/errors.ts'
import type { FaultCode } from '../../contract/errors.ts'
import { faultOfSourceError } from '../source/faults.ts'
import { placeOfByte, placeOfCharacter } from './errorPlaces.ts'

/** Both engines' errors about a person's statement, as faults with a place and without row values. */

interface ReplicaErrorText {
  /** `Parser`, `Binder`, `Catalog`, `Conversion`, `Out of Range`… */
  type: string
  message: string
  /** In bytes of the SQL. */
  position: number | null
}

/**
 * With `errors_as_json` on, DuckDB's message is JSON, sometimes behind a heading:
 * https://duckdb.org/docs/stable/configuration/overview
 */
function readReplicaError(error: unknown): ReplicaErrorText {
  const text = error instanceof Error ? error.message : String(error)
  const brace = text.indexOf('{"exception_type"')
  if (brace !== -1) {
    try {
      const parsed = JSON.parse(text.slice(brace)) as Record<string, unknown>
      return {
        type: String(parsed.exception_type),
        message: String(parsed.exception_message),
        position: parsed.position === undefined ? null : Number(parsed.position),
      }
    } catch {
      // Not the JSON it looked like: its text serves.
    }
  }
  const plain = /^(?:Failed to extract statements: )?(\w[\w ]*?) Error: ([\s\S]*)$/.exec(text)
  return { type: plain?.[1] ?? '', message: plain?.[2] ?? text, position: null }
}

/** Errors that speak of the statement's words, never of a row. */
const ABOUT_THE_STATEMENT: ReadonlySet<string> = new Set(['Parser', 'Syntax', 'Binder', 'Catalog', 'Not implemented'])

/**
 * A DuckDB error about `sql`. `sqlOffset` is where `sql` begins in what was run, in characters of ASCII
 * (for a statement that was wrapped).
 */
export function faultOfReplicaStatement(error: unknown, sql: string, sqlOffset = 0): MillraceError {
  if (error instanceof MillraceError) return error
  const { type, message, position } = readReplicaError(error)
  if (type === 'INTERRUPT' || /^INTERRUPT/.test(message)) return cancelled(error)
  const place = position === null ? undefined : placeOfByte(sql, position - sqlOffset)
  if (/transaction is launched in read-only mode|can only write to a single attached database/.test(message)) {
    return new MillraceError(
      {
        code: 'QUERY_WRITES',
        message: 'The replica follows its source and cannot be changed here.',
        advice: 'Write to scratch, where tables of your own lie: CREATE TABLE scratch.name AS SELECT ….',
        place,
      },
      { cause: error },
    )
  }
  if (type === 'Out of Memory') {
    return new MillraceError(
      {
        code: 'QUERY_FAILED',
        message: 'The query needs more memory or temporary disk space than it may use.',
        advice: 'Ask for fewer rows or columns, or filter before joining and sorting.',
        place,
      },
      { cause: error },
    )
  }
  const isAboutTheStatement = ABOUT_THE_STATEMENT.has(type)
  const [first = '', ...rest] = (isAboutTheStatement ? message : withoutRowValues(message, sql)).trim().split('\n')
  const detail = rest.join('\n').trim()
  return new MillraceError(
    {
      code: 'QUERY_FAILED',
      message: sentence(first.replace(/!$/, '') || 'DuckDB could not run the statement'),
      advice: (isAboutTheStatement ? hintOf(rest) : null) ?? adviceOf(type, place !== undefined),
      place,
      ...(detail ? { detail } : {}),
    },
    { cause: error },
  )
}

/** What DuckDB proposes behind its first line, as one sentence. */
function hintOf(lines: readonly string[]): string | null {
  const end = lines.findIndex((line) => /^LINE \d+:/.test(line))
  for (const line of lines.slice(0, end === -1 ? undefined : end)) {
    const bindings = /^Candidate bindings: *:? *(".*)$/.exec(line)?.[1]
    // By likeness, however little there is of it.
    if (bindings) return `Names like it: ${bindings.split(', ').slice(0, 3).join(', ')}.`
    if (/^[A-Z].*[.?]$/.test(line)) return line
  }
  return null
}

function adviceOf(type: string, hasPlace: boolean): string {
  switch (type) {
    case 'Parser':
    case 'Syntax':
      return hasPlace ? 'Mend the statement where it is underlined.' : 'Mend the statement.'
    case 'Catalog':
      return 'Check the name, and whether the table or function is in the replica; not everything of Postgres is.'
    case 'Binder':
      return 'Check the names and types of the columns.'
    case 'Conversion':
    case 'Out of Range':
      return 'Filter out such values, or use TRY_CAST.'
    default:
      return 'Change the statement and run it again.'
  }
}

export function cancelled(cause?: unknown): MillraceError {
  return new MillraceError(
    { code: 'QUERY_CANCELLED', message: 'The query was cancelled.', advice: 'Run it again when you want to.' },
    { cause },
  )
}

/** What node-postgres adds to an error of the server. */
interface ServerError {
  code: string
  message: string
  position?: string
  hint?: string
  severity?: string
}

function isServerError(error: unknown): error is ServerError {
  const { code, severity } = error as Partial<ServerError>
  return error instanceof Error && typeof code === 'string' && code.length === 5 && severity !== undefined
}

interface SourceStatementFault {
  code: FaultCode
  message?: string
  advice: string
}

/** By SQLSTATE or its class: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sourceFaults: Readonly<Record<string, SourceStatementFault>> = {
  '25006': {
    code: 'QUERY_WRITES',
    message: 'The source refused: Millrace asks it for nothing but reading.',
    advice: 'Run a statement that only reads; make changes with the tools of your source.',
  },
  '42501': { code: 'QUERY_FAILED', advice: 'Ask for the privilege, or connect as a user who has it.' },
  '42601': { code: 'QUERY_FAILED', advice: 'Mend the statement where it is underlined.' },
  '22': { code: 'QUERY_FAILED', advice: 'Filter out such values, or change the expression.' },
  '42': { code: 'QUERY_FAILED', advice: 'Check the names and types.' },
}

const DATA_CLASSES: ReadonlySet<string> = new Set(['22', '23', 'P0'])

/** A Postgres error about `sql`, which begins `sqlOffset` characters into what was sent. */
export function faultOfSourceStatement(
  error: unknown,
  sql: string,
  { sqlOffset = 0, isCancelled = false }: { sqlOffset?: number; isCancelled?: boolean } = {},
): MillraceError {
  if (error instanceof MillraceError) return error
  if (!isServerError(error) || ['08', '28', '53', '58'].includes(error.code.slice(0, 2))) {
    return isCancelled ? cancelled(error) : faultOfSourceError(error)
  }
  if (error.code === '57014') {
    if (isCancelled || !/statement timeout/.test(error.message)) return cancelled(error)
    return new MillraceError(
      {
        code: 'QUERY_TIMEOUT',
        message: 'The source ended the query because it ran too long.',
        advice: 'Ask for less; the limit keeps a query from burdening the source.',
      },
      { cause: error },
    )
  }
  if (error.code.startsWith('57')) return faultOfSourceError(error)
  const errorClass = error.code.slice(0, 2)
  const known = sourceFaults[error.code] ?? sourceFaults[errorClass]
  const safe = (text: string): string => (DATA_CLASSES.has(errorClass) ? withoutRowValues(text, sql) : text)
  const hint = error.hint ? safe(error.hint) : null
  const place = error.position === undefined ? undefined : placeOfCharacter(sql, Number(error.position) - sqlOffset)
  return new MillraceError(
    {
      code: known?.code ?? 'QUERY_FAILED',
      message: known?.message ?? sentence(safe(error.message)),
      // The server's own hint knows more than we do.
      advice: (known?.message ? null : hint) ?? known?.advice ?? 'Change the statement and run it again.',
      place,
      detail: [hint, `SQLSTATE ${error.code}`].filter(Boolean).join('\n'),
    },
    { cause: error },
  )
}

/**
 * The message without what may have come from a row: everything from the first quote to the last, and
 * every number, unless the person wrote it in the statement. A value may hold quotes, hence the widest span.
 */
export function withoutRowValues(message: string, sql: string): string {
  const unlessWritten = (quoted: string, inner: string) => (inner !== '' && sql.includes(inner) ? quoted : '…')
  return message
    .replace(/'(.*)'/s, unlessWritten)
    .replace(/"(.*)"/s, unlessWritten)
    .replace(/(?<![\w.…])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)/gi, (number) => (sql.includes(number) ? number : '…'))
}

function sentence(text: string): string {
  const trimmed = text.trim()
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}
