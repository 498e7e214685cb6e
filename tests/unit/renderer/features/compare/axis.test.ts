import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axisFor } from '../../../../../src/renderer/features/compare/axis.ts'

describe('the axis of the runs', () => {
  it('is linear from 0 where the times are near one another', () => {
    const axis = axisFor([10, 12, 15])!
    expect(axis).toMatchObject({ scale: 'linear', from: 0 })
    expect(axis.position(0)).toBe(0)
  })

  it('is logarithmic where the shorter times would vanish', () => {
    expect(axisFor([3.6, 185])!.scale).toBe('log')
  })

  it('holds every time between its ends, in order, with few and rising ticks', () => {
    const times = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(times, (all) => {
        const axis = axisFor(all)!
        const positions = [...all].sort((a, b) => a - b).map((ms) => axis.position(ms))
        for (const [at, position] of positions.entries()) {
          expect(position).toBeGreaterThanOrEqual(-1e-9)
          expect(position).toBeLessThanOrEqual(1 + 1e-9)
          if (at > 0) expect(position).toBeGreaterThanOrEqual(positions[at - 1]!)
        }
        expect(axis.ticks.length).toBeGreaterThanOrEqual(2)
        expect(axis.ticks.length).toBeLessThanOrEqual(13)
      }),
    )
  })

  it('is none without a time', () => {
    expect(axisFor([])).toBeNull()
  })
})
