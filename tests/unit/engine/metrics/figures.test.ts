import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommitToVisible } from '../../../../src/main/engine/metrics/commitToVisible.ts'
import { LagHistory } from '../../../../src/main/engine/metrics/lagHistory.ts'
import { Rate } from '../../../../src/main/engine/metrics/rate.ts'

describe('commit to visible', () => {
  it('nothing seen is no figure', () => {
    expect(new CommitToVisible().percentiles(0)).toEqual({ transactions: 0, p50Ms: null, p95Ms: null, p99Ms: null })
  })

  it('percentiles are right to within a twentieth of themselves', () => {
    const delays = fc.array(fc.double({ min: 1, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(delays, (all) => {
        const meter = new CommitToVisible()
        for (const delayMs of all) meter.add(5000, delayMs, 1)
        const sorted = [...all].sort((first, second) => first - second)
        const found = meter.percentiles(5000)
        expect(found.transactions).toBe(all.length)
        for (const [share, told] of [[0.5, found.p50Ms], [0.95, found.p95Ms], [0.99, found.p99Ms]] as const) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1]!
          expect(told!).toBeGreaterThanOrEqual(exact * 0.999)
          expect(told!).toBeLessThanOrEqual(exact * 1.051)
        }
      }),
    )
  })

  it('counts transactions, not batches', () => {
    const meter = new CommitToVisible()
    meter.add(0, 1, 98)
    meter.add(0, 1000, 2)
    const { transactions, p50Ms, p99Ms } = meter.percentiles(0)
    expect(transactions).toBe(100)
    expect(p50Ms).toBe(1)
    expect(p99Ms).toBeGreaterThan(950)
  })

  it('forgets what has left its window', () => {
    const meter = new CommitToVisible(60)
    meter.add(1000, 5000, 1)
    expect(meter.percentiles(61_000).transactions).toBe(1)
    expect(meter.percentiles(62_000).transactions).toBe(0)
  })

  it('a delay of days has a place too', () => {
    const meter = new CommitToVisible()
    meter.add(0, 5 * 86_400_000, 1)
    expect(meter.percentiles(0).p50Ms).toBeGreaterThan(1_000_000)
  })
})

describe('a rate', () => {
  it('of an even flow is the flow', () => {
    const rate = new Rate(5)
    for (let ms = 0; ms < 30_000; ms += 10) rate.add(ms, 1)
    expect(rate.perSecond(29_990)).toBeCloseTo(100, 0)
    expect(rate.perSecond(30_000)).toBeCloseTo(100, 0)
  })

  it('falls to nothing when nothing comes, and no earlier amount comes back', () => {
    const rate = new Rate(5)
    rate.add(1000, 600)
    expect(rate.perSecond(1500)).toBeGreaterThan(0)
    for (let ms = 7000; ms < 40_000; ms += 500) expect(rate.perSecond(ms)).toBe(0)
  })

  it('bears a clock that is set back', () => {
    const rate = new Rate(5)
    rate.add(100_000, 10)
    rate.add(90_000, 10)
    expect(rate.perSecond(100_500)).toBeGreaterThan(0)
    expect(Number.isFinite(rate.perSecond(90_000))).toBe(true)
  })
})

describe('the history of the lag', () => {
  it('keeps a quarter of an hour of points and hands out a copy', () => {
    const history = new LagHistory()
    for (let at = 0; at < 1000; at++) history.add({ atMs: at, freshnessSeconds: null, lagBytes: null, changesPerSecond: 0 })
    const read = history.read()
    expect(read).toHaveLength(900)
    expect(read[0]?.atMs).toBe(100)
    read.length = 0
    expect(history.read()).toHaveLength(900)
  })
})
