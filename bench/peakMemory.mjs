import { readFileSync } from 'node:fs'

/**
 * The most memory that this process has held at once, in bytes. `maxRSS` of Linux begins with the peak of the
 * process that started this one, which has compared tables by then.
 * https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function peakMemoryBytes() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
