import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { MillraceError } from '../../contract/errors.ts'

/** Files that this process has open: null for a writer, else how many read it. */
const openFiles = new Map<string, number | null>()

/**
 * Claims a file within this process, and answers how to give it back. DuckDB's lock keeps other
 * processes out only, and worse: closing any second handle of the same process would give it up.
 * Throws FILE_IN_USE. https://man7.org/linux/man-pages/man2/fcntl_locking.2.html
 */
export function claimFile(path: string, readOnly: boolean): () => void {
  const key = keyOf(path)
  const readers = openFiles.get(key)
  if (readers === null || (readers !== undefined && !readOnly)) {
    throw new MillraceError({
      code: 'FILE_IN_USE',
      message: 'This Millrace has the replica file open already.',
      advice: 'Close it there first, or name another file.',
    })
  }
  openFiles.set(key, readOnly ? (readers ?? 0) + 1 : null)
  let isOurs = true
  return () => {
    if (!isOurs) return
    isOurs = false
    const left = (openFiles.get(key) ?? 1) - 1
    if (left > 0) openFiles.set(key, left)
    else openFiles.delete(key)
  }
}

/** One name for a file however it is called, also before it is there. */
function keyOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const absolute = resolve(path)
    try {
      return join(realpathSync(dirname(absolute)), basename(absolute))
    } catch {
      return absolute
    }
  }
}
