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
