/** Bars of equal width with round edges, over numbers or over seconds since the epoch. */
export interface Bars {
  start: number
  step: number
  count: number
}

const WANTED_BARS = 20
const MOST_BARS = 40

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const secondSteps = [
  1, 5, 15, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY,
  7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 365 * DAY,
]

/** The next of 1, 2 and 5 times a power of ten that is not below `width`. */
function roundStep(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= width * 0.999_999) ?? 10
  return factor * power
}

/** At least one bar; every value from `lowest` to `highest` lies in one. Null where they are no finite numbers. */
export function barsOfNumbers(lowest: number, highest: number, areIntegers: boolean): Bars | null {
  if (!Number.isFinite(lowest) || !Number.isFinite(highest)) return null
  const width = highest - lowest
  if (width === 0) return { start: lowest, step: areIntegers ? 1 : Math.abs(lowest) || 1, count: 1 }
  if (areIntegers && width < WANTED_BARS) return { start: lowest, step: 1, count: width + 1 }
  const step = Math.max(roundStep(width / WANTED_BARS), areIntegers ? 1 : 0)
  const bars = barsFrom(lowest, highest, step)
  if (!bars || !areIntegers || bars.start === lowest || edgeOf(bars, bars.count - 1) !== highest) return bars
  // Numbers from 1 to 5000 would leave the 5000 alone in the last bar: counted from 1, each bar has as many.
  return { start: bars.start + 1, step, count: bars.count - 1 }
}

/** The same over instants, whose round steps are those of a clock. */
export function barsOfSeconds(lowest: number, highest: number, areDays: boolean): Bars | null {
  if (!Number.isFinite(lowest) || !Number.isFinite(highest)) return null
  const width = (highest - lowest) / WANTED_BARS
  if (width < 1 && !areDays) return barsOfNumbers(lowest, highest, false)
  const steps = areDays ? secondSteps.filter((step) => step >= DAY) : secondSteps
  const step = steps.find((candidate) => candidate >= width) ?? Math.ceil(roundStep(width / (365 * DAY))) * 365 * DAY
  return barsFrom(lowest, highest, step)
}

function barsFrom(lowest: number, highest: number, step: number): Bars | null {
  const start = Math.floor(lowest / step) * step
  const count = Math.floor((highest - start) / step) + 1
  // Numbers so large that a step is lost in their precision have no bars.
  return count >= 1 && count <= MOST_BARS ? { start: rounded(start), step, count } : null
}

/** `0.30000000000000004` as `0.3`. */
function rounded(value: number): number {
  return Number(value.toPrecision(15))
}

export function edgeOf(bars: Bars, index: number): number {
  return rounded(bars.start + index * bars.step)
}

/** An edge in seconds as the text of a DATE or TIMESTAMP; years beyond four digits as DuckDB prints them. */
export function instantText(seconds: number, { isDate, hasZone }: { isDate: boolean; hasZone: boolean }): string | null {
  const at = new Date(seconds * 1000)
  const year = at.getUTCFullYear()
  if (Number.isNaN(year) || year < 1 || year > 9999) return null
  const [day, time] = at.toISOString().split('T') as [string, string]
  return isDate ? day : `${day} ${time.replace(/(\.000)?Z$/, '')}${hasZone ? '+00' : ''}`
}
