import { useEffect, useState } from 'react'
import { formatDuration } from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import type { ActiveRun } from './runs.ts'

const TICK_MS = 100

/** Tenths of a second all the way, so that the figure does not change its shape as it grows. */
function runningFor(ms: number): string {
  return ms < 60_000 ? `${(Math.floor(ms / TICK_MS) / 10).toFixed(1)} s` : formatDuration(ms)
}

/** How long it runs already; ten times a second, and only while it is on the screen. */
export function RunningTimer({ active }: { active: ActiveRun }) {
  const [nowMs, setNowMs] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(performance.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  const ms = Math.max(0, nowMs - active.startedAtMs)
  // A quick answer would only flicker.
  if (ms < 200) return null
  return (
    <StatusDot tone={active.engine} shape="working">
      <span className="figure">
        {active.isCancelling ? 'stopping' : 'running'} {runningFor(ms)}
      </span>
      {active.count > 1 && <span className="figure muted">{` statement ${active.number} of ${active.count}`}</span>}
    </StatusDot>
  )
}
