/** Says when the next transaction is due, so that a rate is kept by the clock and not by how long things take. */
export interface Pacer {
  rate(): number
  setRate(perSecond: number, nowMs: number): void
  /** Takes one if one is due. */
  take(nowMs: number): boolean
  /** Milliseconds until the next one is due; 0 if one is, null at rate 0. */
  msUntilNext(nowMs: number): number | null
}

/** What could not be done in this time is let go: after a sleep or an outage there is no flood. */
export const longestBacklogMs = 1_000

/**
 * Counts from an anchor: number n is due at anchor + n / rate. So late timers and slow transactions do
 * not add up to a lower rate.
 */
export function createPacer(perSecond: number, nowMs: number): Pacer {
  let rate = perSecond
  let anchorMs = nowMs
  let taken = 0

  const anchorAt = (ms: number) => {
    anchorMs = ms
    taken = 0
  }
  const dueMs = () => anchorMs + ((taken + 1) * 1000) / rate

  return {
    rate: () => rate,
    setRate(next, atMs) {
      if (next === rate) return
      rate = next
      anchorAt(atMs)
    },
    take(atMs) {
      if (rate <= 0) return false
      // At a rate below one a second, the one that is due may well be older than the backlog's bound.
      const oldestMs = atMs - Math.max(longestBacklogMs, 1000 / rate)
      if (dueMs() < oldestMs) anchorAt(oldestMs)
      if (dueMs() > atMs) return false
      taken += 1
      return true
    },
    msUntilNext(atMs) {
      return rate <= 0 ? null : Math.max(0, dueMs() - atMs)
    },
  }
}
