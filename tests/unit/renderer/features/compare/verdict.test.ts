import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../../../../src/main/contract/compare.ts'
import { explanationOf, verdictOf } from '../../../../../src/renderer/features/compare/verdict.ts'

function summary(engine: 'source' | 'replica', medianMs: number, coefficientOfVariation = 0.05) {
  const [firstRunMs, minMs, maxMs] = [medianMs * 2, medianMs * 0.9, medianMs * 1.1]
  return { engine, firstRunMs, medianMs, minMs, maxMs, coefficientOfVariation }
}

function comparison(sourceMs: number, replicaMs: number, change: Partial<Comparison> = {}): Comparison {
  return {
    state: 'done',
    runsWanted: 5,
    runs: [],
    summaries: [summary('source', sourceMs), summary('replica', replicaMs)],
    ratio: sourceMs / replicaMs,
    differenceIsReal: true,
    answer: { same: true, sourceRows: 8, replicaRows: 8, comparedAs: 'ordered', difference: null },
    comparable: { sameData: true, sourceLsn: '0/1', replicaLsn: '0/1', behindBytes: 0 },
    workDone: [
      {
        engine: 'source', rowsScanned: 2_000_000, bytesTouched: 366 * 1024 ** 2, bytesAreEstimate: false,
        columnsRead: null, plan: '',
      },
      {
        engine: 'replica', rowsScanned: 2_000_000, bytesTouched: 12 * 1024 ** 2, bytesAreEstimate: true,
        columnsRead: 2, plan: '',
      },
    ],
    conditions: [],
    fault: null,
    faultEngine: null,
    ...change,
  }
}

describe('the outcome of a comparison', () => {
  it('says how much faster the replica was, with its uncertainty, and what it did not have to read', () => {
    const outcome = comparison(185, 3.6)
    expect(verdictOf(outcome)).toMatchObject({ kind: 'faster', winner: 'replica' })
    expect(explanationOf(outcome)).toBe(
      'The replica answered in 3.6 ms where the source took 185 ms: 51 times faster, with the same 8 rows. ' +
        'It read 2 columns, about 12 MB, where the source went through 366 MB of whole rows.',
    )
  })

  it('says a win of the row store as proudly', () => {
    const outcome = comparison(0.2, 1.8, {
      answer: { same: true, sourceRows: 1, replicaRows: 1, comparedAs: 'ordered', difference: null },
      workDone: [
        { engine: 'source', rowsScanned: 1, bytesTouched: 32768, bytesAreEstimate: false, columnsRead: null, plan: '' },
      ],
    })
    expect(verdictOf(outcome)).toMatchObject({ kind: 'faster', winner: 'source' })
    expect(explanationOf(outcome)).toBe(
      'The source answered in 0.20 ms where the replica took 1.8 ms: 9 times faster, with the same 1 row. ' +
        'It went straight to 1 row; that is what rows and their indexes are for, ' +
        'and a column store has no such short way.',
    )
  })

  it('gives the ratio a range that holds it, wider where the runs spread more', () => {
    const tight = verdictOf(comparison(100, 10))
    const spread = [summary('source', 100, 0.4), summary('replica', 10, 0.3)]
    const wide = verdictOf(comparison(100, 10, { summaries: spread }))
    if (tight.kind !== 'faster' || wide.kind !== 'faster') throw new Error('a ratio was expected')
    expect(tight.low).toBeLessThan(10)
    expect(tight.high).toBeGreaterThan(10)
    expect(wide.high - wide.low).toBeGreaterThan(tight.high - tight.low)
    expect(wide.low).toBeGreaterThanOrEqual(1)
  })

  it('calls a difference within the spread no difference', () => {
    const outcome = comparison(10, 9.8, { differenceIsReal: false })
    expect(verdictOf(outcome)).toEqual({ kind: 'no-difference' })
    expect(explanationOf(outcome)).toMatch(/^These runs tell no difference: the source took 10 ms, the replica 9\.8 ms/)
  })

  it('gives no ratio beside different answers', () => {
    const difference = 'The source has one row more.'
    const answer = { same: false, sourceRows: 8, replicaRows: 7, comparedAs: 'unordered' as const, difference }
    const outcome = comparison(100, 1, { answer })
    expect(verdictOf(outcome)).toEqual({ kind: 'different-answers', reason: 'The source has one row more.' })
    expect(explanationOf(outcome)).not.toMatch(/faster/)
  })

  it('gives no ratio where the two sides did not hold the same data', () => {
    const comparable = { sameData: false, sourceLsn: '0/2', replicaLsn: '0/1', behindBytes: 2048 }
    const outcome = comparison(100, 1, { ratio: null, comparable })
    expect(verdictOf(outcome).kind).toBe('not-comparable')
    expect(explanationOf(outcome)).toMatch(/2 kB of log behind/)
  })

  it('names the engine that could not run the statement', () => {
    const failed = comparison(1, 1, { state: 'failed', faultEngine: 'source' })
    expect(explanationOf(failed)).toMatch(/^The source could not run/)
  })

  it('claims nothing while it measures, and nothing after a cancel without runs', () => {
    expect(verdictOf(comparison(1, 1, { state: 'running', ratio: null, answer: null })).kind).toBe('pending')
    const waiting = comparison(1, 1, { state: 'waiting-for-replica', ratio: null, comparable: null })
    expect(verdictOf(waiting).kind).toBe('pending')
    const cancelled = comparison(1, 1, { state: 'cancelled', ratio: null })
    expect(verdictOf(cancelled).kind).toBe('not-comparable')
    expect(explanationOf(cancelled)).toBe('The comparison was cancelled before both engines had two runs.')
  })
})
