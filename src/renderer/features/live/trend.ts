import type { LagPoint } from '../../../main/contract/live.ts'

/** Whether the log that waits grows or shrinks, by the last seconds. */
export interface LagTrend {
  /** Bytes a second by which the waiting log changes; negative while it shrinks. */
  bytesPerSecond: number
  /** Until nothing waits, at this pace; null where it does not shrink. */
  remainingMs: number | null
}

const LOOK_BACK_MS = 20_000
const POINTS_NEEDED = 4

/** The slope of the waiting bytes over the last 20 s by least squares; null with too few points to say. */
export function lagTrend(history: readonly LagPoint[]): LagTrend | null {
  const last = history.at(-1)
  if (!last) return null
  const points = history.filter((point) => point.lagBytes !== null && point.atMs > last.atMs - LOOK_BACK_MS)
  if (points.length < POINTS_NEEDED) return null
  const seconds = points.map(({ atMs }) => (atMs - last.atMs) / 1000)
  const bytes = points.map(({ lagBytes }) => lagBytes ?? 0)
  const meanSeconds = mean(seconds)
  const meanBytes = mean(bytes)
  let rise = 0
  let run = 0
  for (const [index, second] of seconds.entries()) {
    rise += (second - meanSeconds) * (bytes[index]! - meanBytes)
    run += (second - meanSeconds) ** 2
  }
  if (run === 0) return null
  const bytesPerSecond = rise / run
  const waiting = bytes.at(-1)!
  return { bytesPerSecond, remainingMs: bytesPerSecond < 0 ? (waiting / -bytesPerSecond) * 1000 : null }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
