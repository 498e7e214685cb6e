import { describe, expect, it } from 'vitest'
import { measureLag, type LagFacts } from '../../../../src/main/engine/metrics/lag.ts'
import { lsnFromBigint } from '../../../../src/main/engine/model/lsn.ts'

const lsn = lsnFromBigint

/** A stream that has everything that the source had half a second ago. */
function facts(change: Partial<LagFacts> = {}): LagFacts {
  return {
    nowMs: 100_000,
    isStreaming: true,
    source: { lsn: lsn(1000n), readAtMs: 99_500 },
    receivedLsn: lsn(1000n),
    durableLsn: lsn(1000n),
    visibleLsn: lsn(1000n),
    completeAtMs: 99_500,
    lastCommitAtMs: 40_000,
    changesPerSecond: 0,
    ...change,
  }
}

describe('lag', () => {
  it('where nothing comes and nothing is missing it is idle, and fresh to the last look', () => {
    expect(measureLag(facts())).toEqual({
      situation: 'idle',
      freshnessSeconds: 0.5,
      receivedLagBytes: 0,
      flushLagBytes: 0,
      endToEndLagBytes: 0,
    })
  })

  it('where changes come and are applied it follows, though some bytes are under way', () => {
    const lag = measureLag(facts({ visibleLsn: lsn(900n), receivedLsn: lsn(950n), changesPerSecond: 10 }))
    expect(lag).toMatchObject({ situation: 'following', receivedLagBytes: 50, flushLagBytes: 50, endToEndLagBytes: 100 })
  })

  it('where more than a moment is missing it is behind, by the age of what it holds', () => {
    const lag = measureLag(facts({ visibleLsn: lsn(500n), completeAtMs: 60_000, lastCommitAtMs: 90_000, changesPerSecond: 10 }))
    expect(lag).toMatchObject({ situation: 'behind', freshnessSeconds: 10, endToEndLagBytes: 500 })
  })

  it('an old commit alone is no lag: the source has been quiet', () => {
    expect(measureLag(facts({ lastCommitAtMs: 1 }))).toMatchObject({ situation: 'idle', freshnessSeconds: 0.5 })
  })

  it('a copy that has never been complete and has missing log is behind, however old', () => {
    const lag = measureLag(facts({ visibleLsn: lsn(1n), completeAtMs: null, lastCommitAtMs: null }))
    expect(lag).toMatchObject({ situation: 'behind', freshnessSeconds: null })
  })

  it.each([
    ['without a stream', { isStreaming: false }],
    ['without an answer of the source', { source: null }],
    ['with an answer that is too old', { source: { lsn: lsn(1000n), readAtMs: 90_000 } }],
    ['without a position of its own', { visibleLsn: null }],
  ])('%s nothing is claimed', (_, change) => {
    expect(measureLag(facts(change)).situation).toBe('unknown')
  })

  it('a commit stamped in the future by another clock is not negative lag', () => {
    expect(measureLag(facts({ lastCommitAtMs: 200_000 })).freshnessSeconds).toBe(0)
  })
})
