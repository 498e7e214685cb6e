import { describe, expect, it } from 'vitest'
import { syncStateSchema } from '../../../../src/main/contract/live.ts'
import { copyProgress, tableCopyProgress } from '../../../../src/renderer/app/copyProgress.ts'
import { withPoint } from '../../../../src/renderer/app/live.ts'
import { faceOf, statusLineOf } from '../../../../src/renderer/app/statusLine.ts'
import { snapshotOf, tableOf } from '../support/snapshots.ts'

const nowMs = Date.parse('2026-03-01T12:00:10Z')
const startedAt = '2026-03-01T12:00:00Z'

describe('the status bar', () => {
  it('tells the lag in words and figures', () => {
    expect(statusLineOf(snapshotOf(), nowMs)).toMatchObject({
      word: 'following',
      tone: 'ok',
      behind: '84 ms behind',
      bytes: '0 B',
      rate: '312 changes/s',
      slot: 'slot ok, 1.1 MB of 5 GB',
      file: '54 MB',
    })
  })

  it('tells idle from behind', () => {
    expect(faceOf(snapshotOf({ lag: { situation: 'idle' } }))).toMatchObject({ word: 'idle', tone: 'ok' })
    expect(faceOf(snapshotOf({ lag: { situation: 'behind' } }))).toMatchObject({ word: 'behind', tone: 'warn' })
  })

  it('has a word and a shape for every state', () => {
    for (const state of syncStateSchema.options) {
      const { word, shape } = faceOf(snapshotOf({ state }))
      expect(word).not.toBe('')
      expect(shape).not.toBe('')
    }
  })

  it('counts down to the next attempt', () => {
    const snapshot = snapshotOf({ state: 'retrying', nextAttemptAt: '2026-03-01T12:00:14Z' })
    expect(statusLineOf(snapshot, nowMs)).toMatchObject({ word: 'retrying', behind: 'again in 4 s' })
  })

  it('does not invent a lag that is not known', () => {
    expect(statusLineOf(snapshotOf({ lag: { freshnessSeconds: null } }), nowMs).behind).toBe('lag not known')
  })

  it('says that a slot has no limit, and that it is lost', () => {
    const slot = snapshotOf().slot!
    expect(statusLineOf(snapshotOf({ slot: { ...slot, budgetBytes: null } }), nowMs).slot).toBe('slot ok, 1.1 MB no limit')
    expect(statusLineOf(snapshotOf({ slot: { ...slot, health: 'lost' } }), nowMs)).toMatchObject({ slotTone: 'bad' })
  })
})

describe('the progress of a copy', () => {
  const copying = tableOf({ state: 'copying', rows: 0, copy: { rows: 500, bytes: 9_000, estimatedRows: 1_000, startedAt } })

  it('counts what is done and what is expected', () => {
    const progress = copyProgress(snapshotOf({ state: 'copying', tables: [tableOf({ name: 'a', rows: 1_000 }), copying] }), nowMs)
    expect(progress).toEqual({
      fraction: 0.75, remainingMs: 10_000, rowsPerSecond: 50, bytes: 9_000, tablesDone: 1, tablesInAll: 2,
    })
  })

  it('gives no share while a table waits of which nobody knows the size', () => {
    const tables = [copying, tableOf({ name: 'b', state: 'init', rows: 0 })]
    expect(copyProgress(snapshotOf({ state: 'copying', tables }), nowMs)).toMatchObject({ fraction: null, bytes: 9_000 })
  })

  it('gives no share where no table has an estimate', () => {
    const unknown = tableOf({ state: 'copying', copy: { rows: 500, bytes: 9_000, estimatedRows: null, startedAt } })
    expect(copyProgress(snapshotOf({ state: 'copying', tables: [unknown] }), nowMs).fraction).toBeNull()
    expect(tableCopyProgress(unknown, nowMs)).toEqual({ fraction: null, remainingMs: null, rowsPerSecond: 50 })
  })

  it('never passes the whole, however wrong the estimate was', () => {
    const more = tableOf({ state: 'copying', copy: { rows: 5_000, bytes: 9_000, estimatedRows: 1_000, startedAt } })
    expect(tableCopyProgress(more, nowMs)).toEqual({ fraction: 1, remainingMs: 0, rowsPerSecond: 500 })
  })

  it('does not guess from the first instant', () => {
    expect(tableCopyProgress(copying, Date.parse(startedAt) + 100)).toMatchObject({ remainingMs: null, rowsPerSecond: null })
  })
})

describe('the history', () => {
  it('takes a point a second, and forgets after 15 minutes', () => {
    const first = withPoint([], snapshotOf(), nowMs)
    expect(first).toHaveLength(1)
    expect(withPoint(first, snapshotOf(), nowMs + 300)).toBe(first)
    expect(withPoint(first, snapshotOf(), nowMs + 1_000)).toHaveLength(2)
    expect(withPoint(first, snapshotOf(), nowMs + 16 * 60_000)).toHaveLength(1)
  })
})
