import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { syncStateSchema, type SyncState } from '../../../../src/main/contract/live.ts'
import { nextSyncState, type SyncEvent } from '../../../../src/main/engine/sync/machine.ts'

const states = syncStateSchema.options
const events: Record<SyncEvent, true> = {
  start: true,
  connected: true,
  'copy-needed': true,
  'stream-ready': true,
  copied: true,
  'caught-up': true,
  'fell-behind': true,
  'connection-lost': true,
  retry: true,
  pause: true,
  resume: true,
  restart: true,
  fail: true,
  stop: true,
  stopped: true,
}
const everyEvent = Object.keys(events) as SyncEvent[]
const working: SyncState[] = ['connecting', 'preparing', 'copying', 'catching-up', 'following', 'retrying']

function leaving(state: SyncState): SyncEvent[] {
  return everyEvent.filter((event) => nextSyncState(state, event) !== null)
}

function after(...done: SyncEvent[]): SyncState {
  return done.reduce<SyncState>((state, event) => {
    const next = nextSyncState(state, event)
    expect(next, `${event} in ${state}`).not.toBeNull()
    return next!
  }, 'stopped')
}

describe('the states of the stream', () => {
  it('every event in every state is known, and leads to a state or to nothing', () => {
    for (const state of states) {
      for (const event of everyEvent) expect([null, ...states]).toContain(nextSyncState(state, event))
    }
  })

  it('a new file copies, catches up and follows', () => {
    expect(after('start', 'connected', 'copy-needed', 'copied', 'caught-up')).toBe('following')
  })

  it('a known file catches up without a copy', () => {
    expect(after('start', 'connected', 'stream-ready', 'caught-up')).toBe('following')
  })

  it('a lost connection is tried again from the start', () => {
    expect(after('start', 'connected', 'connection-lost')).toBe('retrying')
    expect(after('start', 'connected', 'connection-lost', 'retry', 'connected', 'stream-ready')).toBe('catching-up')
  })

  it.each(working)('%s can be paused, stopped, begun anew, and can fail', (state) => {
    expect(nextSyncState(state, 'pause')).toBe('paused')
    expect(nextSyncState(state, 'stop')).toBe('stopping')
    expect(nextSyncState(state, 'restart')).toBe('connecting')
    expect(nextSyncState(state, 'fail')).toBe('failed')
  })

  it('what has failed goes on only when a person asks for it', () => {
    expect(leaving('failed').sort()).toEqual(['restart', 'resume', 'start', 'stop'])
  })

  it('what is paused or stopping is moved by no event of the stream', () => {
    expect(leaving('paused').sort()).toEqual(['restart', 'resume', 'stop'])
    expect(leaving('stopping')).toEqual(['stopped'])
    expect(leaving('stopped')).toEqual(['start'])
  })

  it('whatever has happened, a stop and its end lead to rest, and no state is a dead end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...everyEvent), { maxLength: 30 }), (happened) => {
        const state = happened.reduce<SyncState>((now, event) => nextSyncState(now, event) ?? now, 'stopped')
        expect(leaving(state)).not.toHaveLength(0)
        const stopping = nextSyncState(state, 'stop') ?? state
        expect(nextSyncState(stopping, 'stopped') ?? stopping).toBe('stopped')
      }),
    )
  })
})
