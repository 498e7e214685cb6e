import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock is. */
const TICK_MS = 10

/**
 * Processor time of the ended and waited-for children of a process, in milliseconds; null where the
 * system does not tell. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function endedChildrenMs(pid: number | 'self'): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name in parentheses may hold anything; cutime and cstime are the 14th and 15th fields behind it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS
  } catch {
    return null
  }
}
