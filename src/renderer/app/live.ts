import { create } from 'zustand'
import type { LagPoint, LiveSnapshot } from '../../main/contract/live.ts'
import { engine, useConnection } from './engineClient.ts'
import { keepEqualParts } from './structure.ts'

/** What the engine pushes a few times a second, and the lag of the last 15 minutes. */
export interface LiveState {
  /** Null until the first push. Parts that did not change keep their identity. */
  snapshot: LiveSnapshot | null
  /** When it was pushed, by our clock. */
  takenAtMs: number
  /** A point a second, oldest first. */
  history: readonly LagPoint[]
}

export const useLiveStore = create<LiveState>()(() => ({ snapshot: null, takenAtMs: 0, history: [] }))

/** `useLive((live) => live.snapshot?.lag)`: draws again only where the chosen part changes. */
export function useLive<Chosen>(choose: (live: LiveState) => Chosen): Chosen {
  return useLiveStore(choose)
}

const HISTORY_MS = 15 * 60_000
const POINT_EVERY_MS = 1_000

/** The history with a point of this moment at its end, where a second has passed since the last one. */
export function withPoint(history: readonly LagPoint[], snapshot: LiveSnapshot, nowMs: number): readonly LagPoint[] {
  const last = history.at(-1)
  if (last && nowMs - last.atMs < POINT_EVERY_MS) return history
  const point: LagPoint = {
    atMs: nowMs,
    freshnessSeconds: snapshot.lag.freshnessSeconds,
    lagBytes: snapshot.lag.endToEndLagBytes,
    changesPerSecond: snapshot.lag.changesPerSecond,
  }
  const from = history.findIndex((entry) => entry.atMs >= nowMs - HISTORY_MS)
  return [...(from === -1 ? [] : history.slice(from)), point]
}

function take(snapshot: LiveSnapshot): void {
  useLiveStore.setState((before) => {
    const sameWorkspace = before.snapshot?.workspaceId === snapshot.workspaceId
    const history = sameWorkspace || before.snapshot === null ? before.history : []
    return {
      snapshot: keepEqualParts(before.snapshot, snapshot),
      takenAtMs: Date.now(),
      history: snapshot.workspaceId === null ? [] : withPoint(history, snapshot, Date.now()),
    }
  })
}

async function readHistory(): Promise<void> {
  const history = await engine.live.history()
  useLiveStore.setState({ history })
}

async function readUntilEnd(signal: AbortSignal): Promise<void> {
  await readHistory()
  for await (const snapshot of await engine.live.watch(undefined, { signal })) {
    const before = useLiveStore.getState().snapshot?.workspaceId
    take(snapshot)
    if (before !== undefined && before !== snapshot.workspaceId && snapshot.workspaceId !== null) await readHistory()
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}

function untilOpen(signal: AbortSignal): Promise<void> {
  if (useConnection.getState().state === 'open') return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      unsubscribe()
      resolve()
    }
    const unsubscribe = useConnection.subscribe(({ state }) => {
      if (state === 'open') done()
    })
    signal.addEventListener('abort', done, { once: true })
  })
}

/**
 * Reads `live.watch` for as long as the window lives; where it ends, it starts again. A link that is
 * lost ends it by itself. Answers with a stop.
 */
export function followLive(): () => void {
  const stop = new AbortController()
  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await untilOpen(stop.signal)
      try {
        await readUntilEnd(stop.signal)
      } catch {
        // The connection's own state tells of it; the figures stay as they were last seen.
      }
      if (!stop.signal.aborted) await pause(500, stop.signal)
    }
  }
  void run()
  return () => stop.abort()
}
