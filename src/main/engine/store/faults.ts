import { MillraceError, type FaultCode } from '../../contract/errors.ts'

interface OpenFault {
  pattern: RegExp
  code: FaultCode
  message: string
  advice: string
}

/** What DuckDB says when it cannot open a file, in the order in which it is looked at. */
const openFaults: readonly OpenFault[] = [
  {
    pattern: /Could not set lock on file|Conflicting lock|being used by another process/i,
    code: 'FILE_IN_USE',
    message: 'Another process has the replica file open.',
    advice: 'Stop the other Millrace (or DuckDB) that uses this file, or name another file.',
  },
  {
    pattern: /No space left|disk full/i,
    code: 'DISK_FULL',
    message: 'The disk that holds the replica file is full.',
    advice: 'Free some space and start again; the file is as it was at its last checkpoint.',
  },
  {
    pattern: /Permission denied|read-only file system|Cannot open file .*(permission|read-only)/i,
    code: 'FILE_READ_ONLY',
    message: 'The replica file cannot be written.',
    advice: 'Give yourself write permission on the file and its folder, or name another file.',
  },
  {
    pattern: /newer version of DuckDB|unsupported serialization version|storage version|database was created with/i,
    code: 'FILE_TOO_NEW',
    message: 'The replica file was written by a newer version.',
    advice: 'Update Millrace, or name another file; this one is left as it is.',
  },
  {
    pattern: /not a valid DuckDB database file/i,
    code: 'FILE_FOREIGN',
    message: 'The file is not a DuckDB database.',
    advice: 'Name another file; this one is left as it is.',
  },
  {
    pattern: /No such file or directory|Cannot open file|database does not exist/i,
    code: 'FILE_MISSING',
    message: 'The replica file or its folder does not exist.',
    advice: 'Check the path, and make the folder first.',
  },
]

export function faultOfOpening(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const text = error instanceof Error ? error.message : String(error)
  const known = openFaults.find((fault) => fault.pattern.test(text))
  if (known) {
    return new MillraceError({ code: known.code, message: known.message, advice: known.advice }, { cause: error })
  }
  return new MillraceError(
    {
      code: 'FILE_DAMAGED',
      message: 'The replica file cannot be read: it is cut short or damaged.',
      advice: 'Move it away and copy again into a new file; this one is left as it is.',
    },
    { cause: error },
  )
}

/** What an error while applying a batch means. */
export type ApplyVerdict =
  /** This table cannot take the change; the others can. */
  | 'park-table'
  /** Nothing can be written any more, or the work was broken off. */
  | 'stop'

/**
 * The disk, the file and memory concern every table; whatever else DuckDB says while it applies one
 * table's changes concerns that table.
 */
export function verdictOfApplyError(error: unknown, longestRowBytes = 0): ApplyVerdict {
  if (isRowTooLarge(error, longestRowBytes)) return 'park-table'
  const text = error instanceof Error ? error.message : String(error)
  if (/No space left|IO Error|Out of Memory|FATAL Error|database has been invalidated|INTERNAL Error|INTERRUPT Error/i.test(text)) {
    return 'stop'
  }
  return 'park-table'
}

/** Of what DuckDB asks at once, only room for a single row is that large. */
const LARGEST_BLOCK_MIB = 64
/** Where memory runs short beside a row as long as that, it is the row. */
const LARGE_ROW_BYTES = 32 << 20

/** DuckDB's share of memory does not hold a single row of the table. */
export function isRowTooLarge(error: unknown, longestRowBytes = 0): boolean {
  const text = error instanceof Error ? error.message : ''
  if (longestRowBytes >= LARGE_ROW_BYTES && /Out of Memory/i.test(text)) return true
  const asked = /^Out of Memory Error: could not allocate block of size ([\d.]+) (MiB|GiB)/.exec(text)
  return asked !== null && Number(asked[1]) * (asked[2] === 'GiB' ? 1024 : 1) >= LARGEST_BLOCK_MIB
}

/** Another transaction has changed the same: this one can be tried again. */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && /^TransactionContext Error:.*conflict/i.test(error.message)
}

export function faultOfWriting(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const text = error instanceof Error ? error.message : String(error)
  // Without a cause: whether it passes is not for the source's errors to say.
  if (/^Out of Memory Error/i.test(text)) {
    return new MillraceError({
      code: 'MEMORY_SHORT',
      message: 'DuckDB had too little memory to write what came.',
      advice: 'End large queries beside it; Millrace tries again for some minutes, and resuming tries anew.',
    })
  }
  if (/No space left|Could not write|disk/i.test(text)) {
    return new MillraceError(
      {
        code: 'DISK_FULL',
        message: 'The replica file cannot grow: its disk is full.',
        advice: 'Free some space and resume; nothing is lost, the source keeps what is missing.',
      },
      { cause: error },
    )
  }
  return new MillraceError(
    {
      code: 'FILE_DAMAGED',
      message: 'DuckDB can no longer write to the replica file.',
      advice: 'Start Millrace again: it goes on from the last checkpoint; if this comes back, copy into a new file.',
    },
    { cause: error },
  )
}

/** One sentence for the table's state; DuckDB's own text may hold row values and stays in the log. */
export function reasonOfApplyError(error: unknown, longestRowBytes = 0): { code: FaultCode; reason: string } {
  if (isRowTooLarge(error, longestRowBytes)) {
    return {
      code: 'TABLE_VALUE_UNREPRESENTABLE',
      reason: 'A row is too large for the memory that DuckDB has here; copy the table again once it is gone from the source.',
    }
  }
  const text = error instanceof Error ? error.message : String(error)
  if (/Conversion Error|Could not convert|out of range|CSV Error|Invalid Input Error/i.test(text)) {
    return {
      code: 'TABLE_VALUE_UNREPRESENTABLE',
      reason: 'A value came that the replica column cannot hold exactly; copy the table again.',
    }
  }
  return { code: 'TABLE_APPLY_FAILED', reason: 'A change could not be applied; copy the table again.' }
}
