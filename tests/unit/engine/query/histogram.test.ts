import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { barsOfNumbers, barsOfSeconds, edgeOf, instantText } from '../../../../src/main/engine/query/histogram.ts'

describe('histogram bars', () => {
  it('have round edges', () => {
    const bars = barsOfNumbers(3.17, 961.4, false)!
    expect([bars.start, bars.step, bars.count]).toEqual([0, 50, 20])
    expect(edgeOf(barsOfNumbers(0, 1, false)!, 3)).toBe(0.15)
  })

  it('of few integers stand for one each', () => {
    expect(barsOfNumbers(1, 7, true)).toEqual({ start: 1, step: 1, count: 7 })
    expect(barsOfNumbers(5, 5, true)).toEqual({ start: 5, step: 1, count: 1 })
  })

  it('of many integers leave no last one alone, and hold them all', () => {
    expect(barsOfNumbers(1, 5_000, true)).toEqual({ start: 1, step: 500, count: 10 })
    expect(barsOfNumbers(0, 5_000, true)).toEqual({ start: 0, step: 500, count: 11 })
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 20, max: 1_000_000 }), (lowest, width) => {
        const bars = barsOfNumbers(lowest, lowest + width, true)!
        expect(edgeOf(bars, 0)).toBeLessThanOrEqual(lowest)
        expect(edgeOf(bars, bars.count)).toBeGreaterThan(lowest + width)
      }),
    )
  })

  it('hold every value between the ends', () => {
    const ends = fc.tuple(fc.integer(), fc.nat()).map(([lowest, width]) => [lowest / 1000, width / 1000] as const)
    fc.assert(
      fc.property(ends, ([lowest, width]) => {
        const bars = barsOfNumbers(lowest, lowest + width, false)
        if (!bars) return
        expect(edgeOf(bars, 0)).toBeLessThanOrEqual(lowest + Math.abs(lowest) * 1e-14)
        expect(edgeOf(bars, bars.count)).toBeGreaterThan(lowest + width - Math.abs(lowest) * 1e-14)
        expect(bars.count).toBeLessThanOrEqual(40)
      }),
    )
  })

  it('of instants take the steps of a clock', () => {
    const hour = barsOfSeconds(0, 3_600, false)!
    expect(hour.step).toBe(300)
    const years = barsOfSeconds(0, 30 * 365 * 86_400, true)!
    expect(years.step % (365 * 86_400)).toBe(0)
  })

  it('are none where an end is not finite', () => {
    expect(barsOfNumbers(-Infinity, 3, false)).toBeNull()
    expect(barsOfSeconds(Number.NaN, 3, true)).toBeNull()
  })

  it('write instants as DuckDB reads them', () => {
    expect(instantText(86_400, { isDate: true, hasZone: false })).toBe('1970-01-02')
    expect(instantText(86_400.5, { isDate: false, hasZone: true })).toBe('1970-01-02 00:00:00.500+00')
    expect(instantText(1e15, { isDate: true, hasZone: false })).toBeNull()
  })
})
