import type { LiveSnapshot } from '../../contract/live.ts'
import type { Workbench } from '../workbench.ts'
import { api, type Services } from './services.ts'

/** A picture at most so often, and, when nothing changes, at least so often. */
const SHORTEST_INTERVAL_MS = 250
const LONGEST_INTERVAL_MS = 1000

export function liveHandlers({ workbench, stopped }: Services) {
  return {
    watch: api.live.watch.handler(({ signal }) =>
      snapshots(workbench, signal ? AbortSignal.any([signal, stopped]) : stopped),
    ),
    history: api.live.history.handler(() => workbench.history()),
  }
}

export function demoHandlers({ workbench }: Services) {
  return {
    setRate: api.demo.setRate.handler(({ input }) => ({
      transactionsPerSecond: workbench.setDemoRate(input.transactionsPerSecond),
    })),
  }
}

async function* snapshots(workbench: Workbench, signal: AbortSignal): AsyncGenerator<LiveSnapshot> {
  let hasChanged = true
  let wake = (): void => {}
  const forget = workbench.onChange(() => {
    hasChanged = true
    wake()
  })
  const end = (): void => wake()
  signal.addEventListener('abort', end)
  /** Resolves after `longestMs`, or as soon as `isDue` turns true or the watching ends. */
  const rest = (longestMs: number, isDue: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted || isDue()) return resolve()
      const timer = setTimeout(resolve, longestMs)
      wake = () => {
        if (!signal.aborted && !isDue()) return
        clearTimeout(timer)
        resolve()
      }
    })
  try {
    while (!signal.aborted) {
      hasChanged = false
      yield workbench.live()
      await rest(SHORTEST_INTERVAL_MS, () => false)
      await rest(LONGEST_INTERVAL_MS - SHORTEST_INTERVAL_MS, () => hasChanged)
    }
  } finally {
    forget()
    signal.removeEventListener('abort', end)
  }
}
