import { faultOfWriting, isConflict, verdictOfApplyError } from '../store/faults.ts'

/** A copy that DuckDB could not take, told apart from a source that broke off. */
export class LoadError extends Error {
  readonly longestRowBytes: number

  constructor(cause: unknown, longestRowBytes: number) {
    super('DuckDB could not take the copy', { cause })
    this.longestRowBytes = longestRowBytes
  }
}

/** The source, or the connection to it, broke the copy off. */
export class SourceError extends Error {
  constructor(cause: unknown) {
    super('the source broke the copy off', { cause })
  }
}

/** A table or a column was renamed or dropped since the snapshot. */
export class RenamedError extends Error {
  constructor() {
    super('the table has other names now')
  }
}

/** What a failed copy of one table means. */
export type CopyVerdict =
  /** Another copy was published meanwhile, and a name went from one to the other. */
  | 'again'
  | 'renamed'
  /** DuckDB does not take this table; the others can be copied. */
  | { refusal: LoadError }
  /** The source, the disk or the file: nothing can be copied. */
  | 'stop'

export function verdictOfCopyError(error: unknown): CopyVerdict {
  if (isConflict(error)) return 'again'
  if (isRenamed(error)) return 'renamed'
  const isRefusal = error instanceof LoadError && verdictOfApplyError(error.cause, error.longestRowBytes) !== 'stop'
  return isRefusal ? { refusal: error } : 'stop'
}

/** What is thrown on where copies stop. */
export function faultOfCopyError(error: unknown): unknown {
  if (error instanceof SourceError) return error.cause
  return faultOfWriting(error instanceof LoadError ? error.cause : error)
}

function isRenamed(error: unknown): boolean {
  if (!(error instanceof SourceError)) return false
  const { cause } = error
  return cause instanceof RenamedError || ['42P01', '42703', '3F000'].includes((cause as { code?: string } | undefined)?.code ?? '')
}
