import { describe, expect, it } from 'vitest'
import { syncStateSchema } from '../../../../../src/main/contract/live.ts'
import { plainAnswerOf } from '../../../../../src/renderer/features/live/plainAnswer.ts'
import { sentenceOf } from '../../../../../src/renderer/features/live/sentence.ts'
import type { SentenceContext } from '../../../../../src/renderer/features/live/sentence.ts'
import { lagTrend } from '../../../../../src/renderer/features/live/trend.ts'
import { snapshotOf, tableOf } from '../../support/snapshots.ts'

const nowMs = Date.parse('2026-03-01T12:00:10Z')
const context: SentenceContext = { sourceName: 'shop-prod', nowMs, trend: null }
const fault = { code: 'CONNECT_REFUSED', message: 'Nothing listens there.', advice: 'Check that the server runs.' } as const

describe('the sentence', () => {
  it('says how far behind what is queried is', () => {
    expect(sentenceOf(snapshotOf(), context).headline).toBe('Following. What you query is 84 ms behind shop-prod.')
  })

  it('says of an idle source that everything is here', () => {
    const { headline, detail } = sentenceOf(snapshotOf({ lag: { situation: 'idle' } }), context)
    expect(headline).toBe('Up to date. Everything that shop-prod has committed is here.')
    expect(detail).toContain('Nothing new comes')
  })

  it('gives the reason for being behind and what to expect', () => {
    const behind = snapshotOf({
      lag: { situation: 'behind', freshnessSeconds: 12.4, receivedLagBytes: 8 * 1024 ** 2, flushLagBytes: 1024, endToEndLagBytes: 8 * 1024 ** 2 },
    })
    const shrinking = { ...context, trend: { bytesPerSecond: -512 * 1024, remainingMs: 16_000 } }
    expect(sentenceOf(behind, shrinking)).toEqual({
      headline: 'Behind. What you query is 12.4 s older than shop-prod.',
      detail:
        'Most of it, 8 MB, has yet to come from shop-prod. ' +
        'At the pace of the last seconds it is here in about 16 s. Nothing is lost.',
    })
    const growing = { ...context, trend: { bytesPerSecond: 200 * 1024, remainingMs: null } }
    expect(sentenceOf(behind, growing).detail).toContain('the source writes faster than the file follows')
  })

  it('does not claim to know a lag that nobody could measure', () => {
    const { headline } = sentenceOf(snapshotOf({ lag: { situation: 'unknown', freshnessSeconds: null } }), context)
    expect(headline).toContain('cannot be told')
  })

  it('tells the share of the copy and the time that is left', () => {
    const copy = { rows: 430, bytes: 9_000, estimatedRows: 1_000, startedAt: '2026-03-01T12:00:00Z' }
    const tables = [tableOf({ state: 'copying', rows: 0, copy })]
    const { headline, detail } = sentenceOf(snapshotOf({ state: 'copying', tables }), context)
    expect(headline).toBe('Copying. 43 % of shop-prod is here; about 13 s to go.')
    expect(detail).toContain('0 of 1 table done')
  })

  it('counts tables where nobody knows how many rows are to come', () => {
    const tables = [tableOf({ name: 'a' }), tableOf({ name: 'b', state: 'init', rows: 0 })]
    expect(sentenceOf(snapshotOf({ state: 'copying', tables }), context).headline).toBe(
      'Copying. 1 of 2 tables of shop-prod are here.',
    )
  })

  it('counts down while retrying, and says that nothing is lost', () => {
    const retrying = snapshotOf({ state: 'retrying', fault, attempt: 3, nextAttemptAt: '2026-03-01T12:00:14Z' })
    const { headline, detail } = sentenceOf(retrying, context)
    expect(headline).toBe('No connection to shop-prod. Trying again in 4 s; nothing is lost.')
    expect(detail).toContain('Nothing listens there.')
    expect(detail).toContain('attempt 3')
  })

  it('gives the fault and its advice when it has failed', () => {
    expect(sentenceOf(snapshotOf({ state: 'failed', fault }), context)).toEqual({
      headline: 'Stopped. Nothing listens there.',
      detail: 'Check that the server runs.',
    })
  })

  it('says what a slot waits for', () => {
    const activity = 'Waits for an older transaction.'
    expect(sentenceOf(snapshotOf({ state: 'preparing', activity }), context).detail).toBe(activity)
  })

  it('says what a pause keeps on the source', () => {
    expect(sentenceOf(snapshotOf({ state: 'paused' }), context).detail).toBe('shop-prod keeps 1.1 MB of log until you go on.')
  })

  it('has whole sentences for every state, with and without what may be missing', () => {
    const bare = { fault: null, slot: null, tables: [], nextAttemptAt: null, activity: null }
    for (const state of syncStateSchema.options) {
      for (const snapshot of [
        snapshotOf({ state }),
        snapshotOf({ state, ...bare, lag: { freshnessSeconds: null, endToEndLagBytes: null, lastCommitAt: null } }),
      ]) {
        const { headline, detail } = sentenceOf(snapshot, context)
        for (const text of [headline, detail]) {
          expect(text).toMatch(/^\S.*[.!]$/)
          expect(text).not.toMatch(/null|undefined|NaN|–/)
        }
      }
    }
  })
})

describe('is something broken?', () => {
  const verdict = (snapshot = snapshotOf(), trend = context.trend) => plainAnswerOf(snapshot, { ...context, trend }).verdict

  it('says no while it follows', () => {
    expect(verdict()).toBe('No.')
  })

  it('says no, not yet, while it copies or catches up', () => {
    expect(verdict(snapshotOf({ state: 'copying' }))).toMatch(/^No, /)
  })

  it('asks for a look where the lag grows or a table stands still', () => {
    const behind = snapshotOf({ lag: { situation: 'behind' } })
    expect(verdict(behind, { bytesPerSecond: 1e6, remainingMs: null })).toMatch(/needs a look/)
    const errored = snapshotOf({ tables: [tableOf({ state: 'errored', reason: 'Its column is gone.' })] })
    expect(verdict(errored)).toMatch(/needs a look/)
    expect(plainAnswerOf(errored, context).paragraphs.join(' ')).toContain('public.orders stands still')
  })

  it('says yes where somebody must act', () => {
    expect(verdict(snapshotOf({ state: 'failed', fault }))).toMatch(/^Yes/)
    expect(verdict(snapshotOf({ slot: { ...snapshotOf().slot!, health: 'lost' } }))).toMatch(/^Yes/)
  })

  it('uses the figures of now', () => {
    const text = plainAnswerOf(snapshotOf(), context).paragraphs.join(' ')
    for (const figure of ['84 ms', '160 ms', '210 ms', '1.1 MB', '5 GB']) expect(text).toContain(figure)
  })
})

describe('the trend', () => {
  const points = (bytes: number[]) =>
    bytes.map((lagBytes, index) => ({ atMs: 1_000 * index, freshnessSeconds: 1, lagBytes, changesPerSecond: 0 }))

  it('tells how long a shrinking lag still takes', () => {
    expect(lagTrend(points([1000, 900, 800, 700, 600]))).toEqual({ bytesPerSecond: -100, remainingMs: 6_000 })
  })

  it('promises nothing while it grows', () => {
    expect(lagTrend(points([100, 200, 300, 400]))).toEqual({ bytesPerSecond: 100, remainingMs: null })
  })

  it('says nothing on too few points', () => {
    expect(lagTrend(points([1000, 900]))).toBeNull()
    expect(lagTrend([])).toBeNull()
  })
})
