import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scatterFactor } from '../../../../../src/main/engine/demo/shop/draw.ts'
import { drawByWeight, drawInteger, drawSkewedId } from '../../../../../src/main/engine/demo/traffic/distribution.ts'

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the draws', () => {
  it('stay within 1 and the count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), unit, (count, u) => {
        const id = drawSkewedId(count, 3, () => u)
        expect(id).toBeGreaterThanOrEqual(1)
        expect(id).toBeLessThanOrEqual(count)
        expect(Number.isInteger(id)).toBe(true)
      }),
    )
  })

  it('reach every product: scattering loses none', () => {
    for (const count of [1, 40, 1_500, 7_919, 15_838]) {
      const seen = new Set(Array.from({ length: count }, (_, rank) => 1 + ((rank * scatterFactor(count)) % count)))
      expect(seen.size).toBe(count)
    }
  })

  it('give a tenth of the products nearly half of the sales', () => {
    const counts = new Map<number, number>()
    const draws = 50_000
    for (let at = 0; at < draws; at += 1) {
      const id = drawSkewedId(1_000, 3, () => (at + 0.5) / draws)
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    const best = [...counts.values()].sort((first, second) => second - first).slice(0, 100)
    expect(best.reduce((sum, count) => sum + count, 0) / draws).toBeCloseTo(0.46, 1)
  })

  it('follow the weights, and never give what has none', () => {
    const draws = Array.from({ length: 1_000 }, (_, at) => drawByWeight({ a: 3, b: 1, never: 0 }, () => at / 1_000))
    expect(draws.filter((name) => name === 'a')).toHaveLength(750)
    expect(draws.filter((name) => name === 'never')).toHaveLength(0)
  })

  it('give whole numbers with both ends', () => {
    expect(drawInteger(2, 5, () => 0)).toBe(2)
    expect(drawInteger(2, 5, () => 0.999_999)).toBe(5)
  })
})
