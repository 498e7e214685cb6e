import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPacer } from '../../../../../src/main/engine/demo/traffic/pacing.ts'

function takeAll(pacer: ReturnType<typeof createPacer>, nowMs: number): number {
  let taken = 0
  while (pacer.take(nowMs)) taken += 1
  return taken
}

describe('a pacer', () => {
  it('gives the rate exactly, however late and uneven it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }),
        (rate, gaps) => {
          const pacer = createPacer(rate, 0)
          let nowMs = 0
          let taken = 0
          for (const gap of gaps) {
            nowMs += gap
            taken += takeAll(pacer, nowMs)
          }
          expect(Math.abs(taken - (nowMs * rate) / 1000)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('says when the next one is due, and gives it then and not before', () => {
    const pacer = createPacer(20, 1_000)
    expect(pacer.take(1_049)).toBe(false)
    expect(pacer.msUntilNext(1_010)).toBe(40)
    expect(pacer.take(1_050)).toBe(true)
    expect(pacer.take(1_050)).toBe(false)
  })

  it('is silent at rate 0, and starts from there without a backlog', () => {
    const pacer = createPacer(0, 0)
    expect(pacer.take(1e9)).toBe(false)
    expect(pacer.msUntilNext(1e9)).toBeNull()
    pacer.setRate(10, 1e9)
    expect(takeAll(pacer, 1e9 + 100)).toBe(1)
  })

  it('lets go what an hour of sleep has missed, but for one second', () => {
    const pacer = createPacer(100, 0)
    expect(takeAll(pacer, 3_600_000)).toBeLessThanOrEqual(100)
    expect(takeAll(pacer, 3_600_500)).toBeLessThanOrEqual(50)
  })

  it('keeps a rate below one a second', () => {
    const pacer = createPacer(0.1, 0)
    let taken = 0
    for (let nowMs = 0; nowMs <= 100_000; nowMs += 250) taken += takeAll(pacer, nowMs)
    expect(taken).toBe(10)
  })
})
