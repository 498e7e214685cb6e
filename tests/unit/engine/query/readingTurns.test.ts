import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReadingTurns } from '../../../../src/main/engine/query/readingTurns.ts'

const running = new AbortController().signal

describe('statements that read the replica', () => {
  let isBehind: boolean
  let turns: ReadingTurns
  let begun: string[]
  const ends = new Map<string, () => void>()

  /** Begins when its turn comes, and ends when told to. */
  function ask(name: string, signal = running): Promise<void> {
    return turns.run(signal, () => {
      begun.push(name)
      return new Promise((resolve) => ends.set(name, resolve))
    })
  }
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
  const end = async (name: string): Promise<void> => {
    ends.get(name)!()
    await pass(0)
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    isBehind = true
    begun = []
    turns = new ReadingTurns({
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      isBehind: () => isBehind,
    })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('all begin at once where the replica is level', async () => {
    isBehind = false
    for (const name of ['one', 'two', 'three']) void ask(name)
    await pass(0)
    expect(begun).toEqual(['one', 'two', 'three'])
  })

  it('one alone never waits, however often it asks, while the replica is behind', async () => {
    for (const name of ['one', 'two', 'three']) {
      void ask(name)
      await pass(100)
      expect(begun.at(-1)).toBe(name)
      await end(name)
    }
  })

  it('several run one after another while the replica is behind, with a rest of three times as long between them', async () => {
    for (const name of ['one', 'two', 'three']) void ask(name)
    await pass(100)
    expect(begun).toEqual(['one'])
    await end('one')
    await pass(299)
    expect(begun).toEqual(['one'])
    await pass(1)
    expect(begun).toEqual(['one', 'two'])
    await pass(10)
    await end('two')
    await pass(30)
    expect(begun).toEqual(['one', 'two', 'three'])
  })

  it('no newcomer passes one that waits', async () => {
    for (const name of ['one', 'two']) void ask(name)
    await pass(50)
    await end('one')
    void ask('newcomer')
    await pass(150)
    expect(begun).toEqual(['one', 'two'])
  })

  it('behind a long one, none waits for more than two seconds', async () => {
    for (const name of ['long', 'short', 'other']) void ask(name)
    await pass(1999)
    expect(begun).toEqual(['long'])
    await pass(1)
    expect(begun).toEqual(['long', 'short', 'other'])
  })

  it('those that wait begin together once the replica is level', async () => {
    for (const name of ['one', 'two', 'three']) void ask(name)
    await pass(10)
    isBehind = false
    await end('one')
    expect(begun).toEqual(['one', 'two', 'three'])
  })

  it('a cancelled one does not wait, and holds up nobody', async () => {
    const cancel = new AbortController()
    for (const name of ['one', 'two']) void ask(name)
    void ask('cancelled', cancel.signal)
    await pass(10)
    cancel.abort()
    await pass(0)
    expect(begun).toEqual(['one', 'cancelled'])
    await end('cancelled')
    await end('one')
    await pass(30)
    expect(begun).toEqual(['one', 'cancelled', 'two'])
  })

  it('what a statement throws comes to who asked, and the next one has its turn', async () => {
    const failed = turns.run(running, () => Promise.reject(new Error('no such column')))
    await expect(failed).rejects.toThrow('no such column')
    void ask('next')
    await pass(0)
    expect(begun).toEqual(['next'])
  })
})
