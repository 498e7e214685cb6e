/** The slider's stops, in transactions a second: each about twice the one before. */
export const demoRates = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] as const

/** The stop that is nearest to a rate, by its place on the slider. */
export function stopOf(rate: number): number {
  let nearest = 0
  for (const [stop, value] of demoRates.entries()) {
    if (Math.abs(value - rate) < Math.abs(demoRates[nearest]! - rate)) nearest = stop
  }
  return nearest
}

export function neighbourRate(rate: number, step: 1 | -1): number {
  const stop = Math.min(demoRates.length - 1, Math.max(0, stopOf(rate) + step))
  return demoRates[stop]!
}
