import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MillraceError } from '../../../../src/main/contract/errors.ts'
import { engine, keepConnected, pauseBeforeAttemptMs, provideClient, useConnection } from '../../../../src/renderer/app/engineClient.ts'
import type { MillraceClient } from '../../../../src/main/rpc/client.ts'
import type { Link } from '../../../../src/main/rpc/link.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  provideClient(null)
  vi.useRealTimers()
})

const clientOf = (list: () => Promise<unknown>) => ({ workspace: { list } }) as unknown as MillraceClient

it('answers a call that was made before the link was there', async () => {
  const called = engine.workspace.list()
  provideClient(clientOf(() => Promise.resolve(['one'])))
  expect(await called).toEqual(['one'])
})

it('goes on with the next link after one was lost', async () => {
  provideClient(clientOf(() => Promise.resolve(['old'])))
  provideClient(null)
  const called = engine.workspace.list()
  provideClient(clientOf(() => Promise.resolve(['new'])))
  expect(await called).toEqual(['new'])
})

it('does not wait for ever', async () => {
  const called = engine.workspace.list()
  const failure = expect(called).rejects.toSatisfy(
    (thrown) => thrown instanceof MillraceError && thrown.code === 'CONNECTION_LOST',
  )
  await vi.advanceTimersByTimeAsync(10_000)
  await failure
})

it('pauses longer after each failure, and never longer than 5 s', () => {
  expect([0, 1, 2, 5, 100].map(pauseBeforeAttemptMs)).toEqual([250, 500, 1000, 5000, 5000])
})

it('says that the link is lost and opens another by itself', async () => {
  const closers: (() => void)[] = []
  const openLink = vi.fn(() =>
    Promise.resolve<Link>({ send() {}, onMessage() {}, onClose: (listener) => void closers.push(listener) }),
  )
  const stop = keepConnected(openLink)
  await vi.advanceTimersByTimeAsync(0)
  expect(useConnection.getState().state).toBe('open')
  const { generation } = useConnection.getState()

  for (const close of closers) close()
  expect(useConnection.getState().state).toBe('lost')
  await vi.advanceTimersByTimeAsync(250)
  expect(useConnection.getState()).toMatchObject({ state: 'open', generation: generation + 1 })
  expect(openLink).toHaveBeenCalledTimes(2)
  stop()
})
