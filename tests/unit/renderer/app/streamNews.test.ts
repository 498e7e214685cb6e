import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../../../src/main/contract/live.ts'
import { newsBetween } from '../../../../src/renderer/app/streamNews.ts'
import type { Seen } from '../../../../src/renderer/app/streamNews.ts'
import { snapshotOf, tableOf } from '../support/snapshots.ts'

/** The sentences that a row of snapshots brings, in their order. */
function told(...snapshots: LiveSnapshot[]): string[] {
  let seen: Seen | null = null
  return snapshots.flatMap((snapshot) => {
    const { news, seen: now } = newsBetween(seen, snapshot, 'shop-prod')
    seen = now
    return news.map(({ text }) => text)
  })
}

const inState = (state: LiveSnapshot['state'], change: Parameters<typeof snapshotOf>[0] = {}): LiveSnapshot => snapshotOf({ state, ...change })

describe('what is told of the stream', () => {
  it('is nothing of what was so when the window opened', () => {
    expect(told(inState('retrying'))).toEqual([])
    expect(told(inState('following', { tables: [tableOf({ state: 'errored' })] }))).toEqual([])
  })

  it('a source that is lost is told once, however many attempts fail, and that it is back', () => {
    const sentences = told(
      inState('following'), inState('retrying'), inState('connecting'), inState('retrying'), inState('connecting'),
      inState('preparing'), inState('catching-up'), inState('following'),
    )
    expect(sentences).toEqual([
      'No connection to shop-prod. Millrace tries again by itself; nothing is lost.',
      'shop-prod is back, and Millrace goes on where it stopped.',
    ])
  })

  it('a whole copy is told once, not table by table', () => {
    const copying = inState('copying', { tables: [tableOf({ state: 'copying' }), tableOf({ name: 'customers', state: 'copying' })] })
    const half = inState('copying', { tables: [tableOf({ rows: 600 }), tableOf({ name: 'customers', state: 'copying' })] })
    const whole = { tables: [tableOf({ rows: 600 }), tableOf({ name: 'customers', rows: 300 })] }
    expect(told(copying, half, inState('catching-up', whole), inState('following', whole))).toEqual([
      'The copy of shop-prod is whole: 2 tables, 900 rows.',
    ])
  })

  it('a table that was added while the others go on is told when it is copied', () => {
    expect(told(inState('following', { tables: [tableOf({ state: 'copying' })] }), inState('following', { tables: [tableOf({ rows: 42 })] }))).toEqual([
      'public.orders is copied, with 42 rows.',
    ])
  })

  it('a table that stands still is told with its reason', () => {
    const parked = inState('following', { tables: [tableOf({ state: 'errored', reason: 'It was dropped on the source.' })] })
    expect(told(inState('following'), parked, parked)).toEqual([
      'public.orders stands still; the other tables go on. It was dropped on the source.',
    ])
  })

  it('an end is told with its fault', () => {
    const fault = { code: 'SLOT_MISSING' as const, message: 'The slot is gone.', advice: 'Copy everything again.' }
    expect(told(inState('following'), inState('failed', { fault }))).toEqual(['Following shop-prod has stopped. The slot is gone.'])
  })

  it('another workspace is no news of the one before', () => {
    expect(told(inState('following'), inState('failed', { workspaceId: 'other' }), inState('stopped', { workspaceId: null }))).toEqual([])
  })
})
