import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideFlush, defaultFlushLimits, type FlushSituation } from '../../../../src/main/engine/batch/flushPolicy.ts'

const limits = { flushIntervalMs: 250, flushBytes: 1000, flushTables: 20, trickleSpacingMs: 50, trickleShare: 4 }
const nothing = { do: 'nothing' }
const flush = { do: 'flush' }

/** A lone small transaction that has just been received whole, long after the last flush. */
function situation(change: Partial<FlushSituation> = {}): FlushSituation {
  return {
    nowMs: 10_000,
    transactions: 1,
    bytes: 100,
    tables: 1,
    firstChangeAtMs: 10_000,
    lastFlushAtMs: 0,
    lastApplyMs: 5,
    inTransaction: false,
    isApplying: false,
    isDrained: true,
    ...change,
  }
}

describe('when a batch is closed', () => {
  it.each([
    ['a lone change goes at once', {}, flush],
    ['nothing is closed where no whole transaction is there', { transactions: 0 }, nothing],
    ['a batch never ends inside a transaction, whatever its size', { inTransaction: true, bytes: 1e9 }, nothing],
    ['a batch never ends inside a transaction, whatever its age', { inTransaction: true, firstChangeAtMs: 0 }, nothing],
    ['one batch is applied at a time', { isApplying: true, bytes: 1e9, firstChangeAtMs: 0 }, nothing],
    ['a full batch goes at once, though more is coming', { bytes: 1000, isDrained: false }, flush],
    ['a batch of many tables goes at once, though more is coming', { tables: 20, isDrained: false }, flush],
    ['an old batch goes at once, though more is coming', { firstChangeAtMs: 9750, isDrained: false }, flush],
    ['while more is coming it waits for its age', { firstChangeAtMs: 9900, isDrained: false }, { do: 'wait', untilMs: 10_150 }],
    ['a trickle is spaced', { lastFlushAtMs: 9970 }, { do: 'wait', untilMs: 10_020 }],
    ['a trickle leaves the machine to others where applying is slow', { lastFlushAtMs: 9970, lastApplyMs: 30 }, { do: 'wait', untilMs: 10_090 }],
    ['spacing never makes a change wait beyond its age', { lastFlushAtMs: 9990, firstChangeAtMs: 9760, lastApplyMs: 500 }, { do: 'wait', untilMs: 10_010 }],
    ['a batch whose first change has no time counts from now', { firstChangeAtMs: null, isDrained: false }, { do: 'wait', untilMs: 10_250 }],
  ] as const)('%s', (_, change, decision) => {
    expect(decideFlush(situation(change), limits)).toEqual(decision)
  })

  it('whole transactions never wait longer than the interval, and what is told to wait is due in the future', () => {
    const anything = fc.record({
      nowMs: fc.nat(10_000),
      transactions: fc.integer({ min: 1, max: 5 }),
      bytes: fc.nat(2000),
      tables: fc.nat(40),
      firstChangeAtMs: fc.option(fc.nat(10_000)),
      lastFlushAtMs: fc.nat(10_000),
      lastApplyMs: fc.nat(3000),
      inTransaction: fc.constant(false),
      isApplying: fc.constant(false),
      isDrained: fc.boolean(),
    })
    fc.assert(
      fc.property(anything, (now) => {
        fc.pre((now.firstChangeAtMs ?? 0) <= now.nowMs)
        const decision = decideFlush(now, limits)
        if (decision.do === 'nothing') return false
        if (decision.do === 'flush') return true
        const dueMs = (now.firstChangeAtMs ?? now.nowMs) + limits.flushIntervalMs
        return decision.untilMs > now.nowMs && decision.untilMs <= dueMs
      }),
      { numRuns: 1000 },
    )
  })

  it('the defaults are those that are documented', () => {
    expect(defaultFlushLimits).toMatchObject({ flushIntervalMs: 250, flushBytes: 32 * 1024 * 1024 })
  })
})
