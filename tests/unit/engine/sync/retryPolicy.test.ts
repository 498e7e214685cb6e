import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWorthWaiting, retryDelayMs } from '../../../../src/main/engine/sync/retryPolicy.ts'

describe('pauses between attempts', () => {
  it('double from half a second to half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 1000].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ])
  })

  it('are shortened by up to a fifth, so that many do not return in step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, jitter) => {
        const whole = retryDelayMs(attempt, 0)
        const delayMs = retryDelayMs(attempt, jitter)
        return delayMs <= whole && delayMs >= Math.floor(whole * 0.8) && Number.isInteger(delayMs)
      }),
    )
  })
})

it('a network is waited for without end; memory that stays short for minutes is told', () => {
  const attempts = Array.from({ length: 100 }, (_, attempt) => attempt)
  expect(attempts.every((attempt) => isWorthWaiting('CONNECTION_LOST', attempt))).toBe(true)
  const pausesMs = attempts.filter((attempt) => isWorthWaiting('MEMORY_SHORT', attempt)).map((attempt) => retryDelayMs(attempt + 1, 0))
  const waitedMs = pausesMs.reduce((sum, pauseMs) => sum + pauseMs, 0)
  expect(waitedMs).toBeGreaterThan(2 * 60_000)
  expect(waitedMs).toBeLessThan(5 * 60_000)
})
