import type { LagPoint } from '../../main/contract/live.ts'

export interface LagSeries {
  /** Seconds since the epoch, rising. */
  times: number[]
  seconds: (number | null)[]
  bytes: (number | null)[]
}

/** A hole longer than this is drawn as one: the window or the engine was not there. */
const HOLE_MS = 5_000

/** The history as columns for the chart; where points are missing for longer than 5 s the line is broken. */
export function lagSeries(history: readonly LagPoint[]): LagSeries {
  const series: LagSeries = { times: [], seconds: [], bytes: [] }
  let beforeMs = -Infinity
  for (const point of history) {
    if (point.atMs <= beforeMs) continue
    if (point.atMs - beforeMs > HOLE_MS && beforeMs !== -Infinity) {
      series.times.push((beforeMs + 1) / 1000)
      series.seconds.push(null)
      series.bytes.push(null)
    }
    series.times.push(point.atMs / 1000)
    series.seconds.push(point.freshnessSeconds)
    series.bytes.push(point.lagBytes)
    beforeMs = point.atMs
  }
  return series
}
