import { describe, expect, it, vi } from 'vitest'
import { MillraceError } from '../../../../src/main/contract/errors.ts'
import { RetryLoop, type RetryLoopOptions } from '../../../../src/main/engine/sync/retryLoop.ts'
import { silentLogger } from '../../../support/logger.ts'

const lost = new MillraceError({ code: 'CONNECTION_LOST', message: 'It is gone.', advice: 'Wait.' })
const refused = new MillraceError({ code: 'SLOT_MISSING', message: 'It is not there.', advice: 'Copy again.' })

function loopOf(change: Partial<RetryLoopOptions>) {
  const told: string[] = []
  const loop = new RetryLoop({
    clock: { nowMs: () => 1000, monotonicMs: () => 0 },
    logger: silentLogger,
    perform: async () => {},
    mayRetry: async () => true,
    onLost: ({ code }) => told.push(code),
    onRetry: () => told.push('again'),
    ...change,
  })
  return { loop, told }
}

describe('one attempt after another', () => {
  it('an attempt that was lost is made again after a pause that can be shown, and counted until one comes to something', async () => {
    const ending = new AbortController()
    const perform = vi.fn<RetryLoopOptions['perform']>().mockRejectedValueOnce(lost).mockImplementation(async () => ending.abort())
    const { loop, told } = loopOf({ perform, onLost: ({ code }) => told.push(`${code}, again at ${loop.nextAttemptAtMs! > 1000}`) })
    await loop.run(ending.signal)
    expect(told).toEqual(['CONNECTION_LOST, again at true', 'again'])
    expect(loop).toMatchObject({ attempt: 1, nextAttemptAtMs: null })
    loop.noteSuccess()
    expect(loop.attempt).toBe(0)
  })

  it('what waiting does not mend is final, and so is anything before there is something to go back to', async () => {
    const unending = new AbortController().signal
    await expect(loopOf({ perform: () => Promise.reject(refused) }).loop.run(unending)).rejects.toBe(refused)
    const nothing = loopOf({ perform: () => Promise.reject(lost), mayRetry: async () => false })
    await expect(nothing.loop.run(unending)).rejects.toBe(lost)
    expect(nothing.told).toEqual([])
  })

  it('one that is ended says nothing of how, and ends at once while it waits', async () => {
    const ending = new AbortController()
    const ended = loopOf({ perform: async () => (ending.abort(), Promise.reject(refused)) })
    await ended.loop.run(ending.signal)
    expect(ended.told).toEqual([])
    const waiting = new AbortController()
    const { loop } = loopOf({ perform: () => Promise.reject(lost), onLost: () => waiting.abort() })
    await loop.run(waiting.signal)
    expect(loop.nextAttemptAtMs).toBeNull()
  })
})
