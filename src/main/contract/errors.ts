/**
 * Every failure that a person can be told about has a code here. The code is stable (tests and
 * scripts rely on it), the message is one sentence of what happened, the advice one sentence of
 * what to do. Neither ever carries a row value, a password or a stack.
 */
export const faultCodes = [
  // connecting
  'ADDRESS_INVALID',
  'CONNECT_REFUSED',
  'CONNECT_TIMEOUT',
  'CONNECT_HOST_UNKNOWN',
  'CONNECT_TLS',
  'AUTHENTICATION_FAILED',
  'DATABASE_MISSING',
  'PASSWORD_NEEDED',
  'CONNECTION_LOST',
  // preflight
  'SERVER_TOO_OLD',
  'SERVER_TOO_NEW',
  'WAL_LEVEL_NOT_LOGICAL',
  'NO_FREE_SLOT',
  'NO_FREE_SENDER',
  'NO_REPLICATION_PRIVILEGE',
  'NO_SELECT_PRIVILEGE',
  'NO_PUBLICATION_PRIVILEGE',
  'NO_TABLES',
  'PREFLIGHT_FAILED',
  // the slot and the stream
  'SLOT_IN_USE',
  'SLOT_MISSING',
  'SLOT_LOST',
  'SLOT_AHEAD',
  'SLOT_WAITS',
  'SLOT_NAME_TAKEN',
  'PUBLICATION_CHANGED',
  'PUBLICATION_NAME_TAKEN',
  'SOURCE_DIFFERS',
  'SOURCE_RESTORED',
  'STREAM_UNREADABLE',
  'SOURCE_QUERY_FAILED',
  // tables
  'TABLE_CHANGED',
  'TABLE_UNDESCRIBED_CHANGE',
  'TABLE_VALUE_UNREPRESENTABLE',
  'TABLE_APPLY_FAILED',
  'TABLE_MISSING',
  // masking
  'MASK_COLUMN_MISSING',
  'MASK_ON_KEY',
  'MASK_KEY_MISSING',
  // verifying
  'VERIFY_RUNNING',
  'NOT_FOLLOWING',
  // the file
  'FILE_IN_USE',
  'FILE_FOREIGN',
  'FILE_TOO_NEW',
  'FILE_DAMAGED',
  'FILE_READ_ONLY',
  'FILE_MISSING',
  'DISK_FULL',
  'MEMORY_SHORT',
  'FILE_EXISTS',
  'FILE_UNWRITABLE',
  // queries
  'QUERY_FAILED',
  'QUERY_CANCELLED',
  'QUERY_TIMEOUT',
  'QUERY_UNKNOWN',
  'QUERY_WRITES',
  'QUERY_EMPTY',
  'QUERY_NOT_A_TABLE',
  'CHART_COLUMN_MISSING',
  'SCRATCH_UNAVAILABLE',
  'SCRATCH_NAME_TAKEN',
  'SCRATCH_IMPORT_FAILED',
  'SCRATCH_UPLOAD_LOST',
  'QUERY_PARAMETER',
  'SAVED_QUERY_CHANGED',
  'SAVED_QUERIES_FOLDER',
  // the app
  'DEMO_FAILED',
  'PORT_TAKEN',
  'WORKSPACE_NONE',
  'WORKSPACE_UNKNOWN',
  'USAGE',
  'INPUT_INVALID',
  'STOPPED',
  'INTERNAL',
] as const

export type FaultCode = (typeof faultCodes)[number]

/** Where in the user's SQL an engine saw the error: a zero-based offset in UTF-16 code units. */
export interface SqlPlace {
  offset: number
  length?: number
}

export interface Fault {
  code: FaultCode
  /** One sentence: what happened. */
  message: string
  /** One sentence: what to do. */
  advice: string
  place?: SqlPlace
  /** The engine's own words, already free of row values; folds out under the message. */
  detail?: string
}

/** The one error class of Millrace. Anything else that is thrown is a bug and becomes `INTERNAL`. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: FaultCode
  readonly advice: string
  readonly place: SqlPlace | undefined
  readonly detail: string | undefined

  constructor(fault: Fault, options?: { cause?: unknown }) {
    super(fault.message, options)
    this.code = fault.code
    this.advice = fault.advice
    this.place = fault.place
    this.detail = fault.detail
  }

  /** The plain form that crosses the wire and is printed by `--json`. */
  toFault(): Fault {
    return {
      code: this.code,
      message: this.message,
      advice: this.advice,
      ...(this.place ? { place: this.place } : {}),
      ...(this.detail ? { detail: this.detail } : {}),
    }
  }
}

/** Any thrown thing as a fault. What is not a MillraceError is told as `INTERNAL` without its text. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof MillraceError) return thrown.toFault()
  return {
    code: 'INTERNAL',
    message: 'Millrace met a condition that it does not know.',
    advice: 'Look at the log, and report it with the steps that led here.',
  }
}
