import type { LiveSnapshot } from '../../contract/live.ts'
import type { ReplicaSession } from '../../engine/session.ts'
import { formatBytes, formatCount } from './figures.ts'
import type { Invocation } from './invocation.ts'

/** One line of what is being done: tables and rows while copying, the lag while following. */
export function progressLine(live: LiveSnapshot): string {
  const parts: string[] = [live.state]
  const copying = live.tables.filter((table) => table.copy !== null && table.state === 'copying')
  if (live.state === 'copying') {
    const done = live.tables.filter((table) => table.state === 'ready' || table.state === 'catching-up').length
    const rows = live.tables.reduce((sum, table) => sum + (table.copy?.rows ?? table.rows), 0)
    const bytes = live.tables.reduce((sum, table) => sum + (table.copy?.bytes ?? 0), 0)
    parts.push(`${done} of ${live.tables.length} tables`, `${formatCount(rows)} rows`, formatBytes(bytes))
    if (copying.length > 0) parts.push(copying.map((table) => `${table.schema}.${table.name}`).join(', '))
  } else {
    if (live.lag.endToEndLagBytes !== null) parts.push(`${formatBytes(live.lag.endToEndLagBytes)} behind`)
    if (live.lag.freshnessSeconds !== null) parts.push(`${live.lag.freshnessSeconds.toFixed(1)} s old`)
    parts.push(`${formatCount(live.lag.changesPerSecond)} changes/s`)
  }
  if (live.fault) parts.push(`${live.fault.code}: ${live.fault.message}`)
  else if (live.activity) parts.push(live.activity)
  return parts.join(' · ')
}

/**
 * Tells the progress on stderr: a line a second where a person looks and it has changed, a line every
 * ten seconds in a log, and a line at once when the state changes. Answers with a stop.
 */
export function watchProgress(session: ReplicaSession, invocation: Invocation): () => void {
  const periodMs = invocation.terminal.isInteractive ? 1_000 : 10_000
  let saidAtMs = Number.NEGATIVE_INFINITY
  let saidState = ''
  let saidLine = ''
  const timer = setInterval(() => {
    const live = session.live()
    const nowMs = performance.now()
    const isNew = `${live.state} ${live.fault?.code ?? ''}` !== saidState
    const line = progressLine(live)
    if (line === saidLine || (!isNew && nowMs - saidAtMs < periodMs)) return
    saidAtMs = nowMs
    saidState = `${live.state} ${live.fault?.code ?? ''}`
    saidLine = line
    invocation.say(line)
  }, 250)
  return () => clearInterval(timer)
}
