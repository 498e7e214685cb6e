import type { FaultCode } from '../../contract/errors.ts'

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000

/**
 * How long to wait before attempt `attempt` (1 is the first retry): doubling from half a second to
 * half a minute, with up to a fifth taken off by `jitter` (0 to 1), so that many laptops do not
 * return in step.
 */
export function retryDelayMs(attempt: number, jitter: number): number {
  const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 16))
  return Math.round(delayMs * (1 - 0.2 * jitter))
}

/** Some minutes: what used the memory has ended by then, or it is what came that does not fit. */
const MOST_ATTEMPTS_IN_SHORT_MEMORY = 12

/** Whether a fault that may pass is waited for once more, after `attempt` attempts: a network comes back some day. */
export function isWorthWaiting(code: FaultCode, attempt: number): boolean {
  return code !== 'MEMORY_SHORT' || attempt < MOST_ATTEMPTS_IN_SHORT_MEMORY
}
