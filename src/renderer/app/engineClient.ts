import { create } from 'zustand'
import { MillraceError } from '../../main/contract/errors.ts'
import { createClient, type MillraceClient } from '../../main/rpc/client.ts'
import type { Link } from '../../main/rpc/link.ts'

/**
 * The window's one way to the engine. `engine` is the typed client; it stays the same object while
 * the link beneath it is lost and made anew, so nobody in the window holds a dead client.
 */

export type ConnectionState = 'connecting' | 'open' | 'lost'

interface Connection {
  state: ConnectionState
  /** Grows with every link that was opened; a reader of streams starts anew when it changes. */
  generation: number
  /** When `lost`: milliseconds since the epoch of the next attempt. */
  nextAttemptAtMs: number | null
}

export const useConnection = create<Connection>()(() => ({
  state: 'connecting',
  generation: 0,
  nextAttemptAtMs: null,
}))

/** How long a call waits for a lost link before it fails. */
const CALL_WAITS_MS = 10_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

let current: MillraceClient | null = null
let waiting: ((client: MillraceClient) => void)[] = []

function connectionLost(): MillraceError {
  return new MillraceError({
    code: 'CONNECTION_LOST',
    message: 'The window cannot reach the engine of Millrace.',
    advice: 'Wait while it reconnects; if it does not, start Millrace again.',
  })
}

function clientInHand(): Promise<MillraceClient> {
  if (current) return Promise.resolve(current)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting = waiting.filter((entry) => entry !== take)
      reject(connectionLost())
    }, CALL_WAITS_MS)
    function take(client: MillraceClient): void {
      clearTimeout(timer)
      resolve(client)
    }
    waiting.push(take)
  })
}

type AnyProcedure = (...args: unknown[]) => unknown

function procedureAt(client: unknown, path: readonly string[]): AnyProcedure {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], client) as AnyProcedure
}

function forwarding(path: readonly string[]): unknown {
  const children = new Map<string, unknown>()
  return new Proxy(() => undefined, {
    get(_target, key) {
      // A promise resolving to this object must not take it for a promise.
      if (typeof key === 'symbol' || key === 'then') return undefined
      let child = children.get(key)
      if (!child) children.set(key, (child = forwarding([...path, key])))
      return child
    },
    async apply(_target, _self, args: unknown[]) {
      const client = await clientInHand()
      return procedureAt(client, path)(...args)
    },
  })
}

/** The typed client. Rejects with `MillraceError`; CONNECTION_LOST where no link comes back within 10 s. */
export const engine = forwarding([]) as MillraceClient

export function useEngine(): MillraceClient {
  return engine
}

/** Puts a client in place and answers the calls that wait for one. */
export function provideClient(client: MillraceClient | null): void {
  current = client
  if (!client) return
  const takers = waiting
  waiting = []
  for (const take of takers) take(client)
}

/** The pause before the attempt of that number, from 0: doubles from 250 ms up to 5 s. */
export function pauseBeforeAttemptMs(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10))
}

/** Opens links for as long as the window lives: a lost one is told and replaced. Answers with a stop. */
export function keepConnected(openLink: () => Promise<Link>): () => void {
  let stopped = false
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function lose(): void {
    provideClient(null)
    if (stopped) return
    const pauseMs = pauseBeforeAttemptMs(attempt)
    attempt += 1
    useConnection.setState({ state: 'lost', nextAttemptAtMs: Date.now() + pauseMs })
    timer = setTimeout(() => void open(), pauseMs)
  }

  async function open(): Promise<void> {
    try {
      const link = await openLink()
      if (stopped) return
      link.onClose(lose)
      provideClient(createClient(link))
      attempt = 0
      useConnection.setState((before) => ({
        state: 'open',
        generation: before.generation + 1,
        nextAttemptAtMs: null,
      }))
    } catch {
      lose()
    }
  }

  void open()
  return () => {
    stopped = true
    clearTimeout(timer)
    provideClient(null)
  }
}
