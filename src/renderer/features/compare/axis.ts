/** One axis for both engines: linear where that can be read, logarithmic where one would vanish. */
export interface Axis {
  scale: 'linear' | 'log'
  /** Milliseconds. */
  from: number
  to: number
  ticks: number[]
  /** 0 at the left end, 1 at the right one. */
  position(ms: number): number
}

/** Above this ratio of the longest to the shortest, dots on a linear axis cannot be told apart. */
const LOG_FROM_RATIO = 8
const SHORTEST_MS = 0.001

function logAxis(shortest: number, longest: number): Axis {
  const bases = [1, 2, 5]
  const powers = { from: Math.floor(Math.log10(shortest)) - 1, to: Math.ceil(Math.log10(longest)) + 1 }
  const candidates: number[] = []
  for (let power = powers.from; power <= powers.to; power += 1) {
    for (const base of bases) candidates.push(base * 10 ** power)
  }
  const from = candidates.findLast((value) => value <= shortest * 0.9) ?? shortest
  const to = candidates.find((value) => value >= longest * 1.1) ?? longest
  const within = candidates.filter((value) => value >= from * 0.999 && value <= to * 1.001)
  // Over many decades only their beginnings are named.
  const ticks = within.length > 9 ? within.filter((value) => Math.abs(Math.log10(value) % 1) < 1e-9) : within
  const span = Math.log(to / from)
  return { scale: 'log', from, to, ticks, position: (ms) => Math.log(Math.max(ms, SHORTEST_MS) / from) / span }
}

function linearAxis(longest: number): Axis {
  const rough = (longest * 1.06) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((base) => base * power).find((value) => value >= rough)!
  const count = Math.ceil((longest * 1.02) / step)
  const to = count * step
  const ticks = Array.from({ length: count + 1 }, (_, at) => at * step)
  return { scale: 'linear', from: 0, to, ticks, position: (ms) => ms / to }
}

/** The axis on which all these times can be read; null where there are none. */
export function axisFor(times: readonly number[]): Axis | null {
  const positive = times.map((ms) => Math.max(ms, SHORTEST_MS))
  if (positive.length === 0) return null
  const shortest = Math.min(...positive)
  const longest = Math.max(...positive)
  return longest / shortest > LOG_FROM_RATIO ? logAxis(shortest, longest) : linearAxis(longest)
}
