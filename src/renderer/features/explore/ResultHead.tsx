import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Scissors } from 'lucide-react'
import { Badge } from '../../components/Badge.tsx'
import { formatCount, formatDuration } from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import { spokenState, timingLines, wordsOf } from './resultWords.ts'
import type { ActiveRun, ShownResult, TabRun } from './runs.ts'
import styles from './ResultHead.module.css'

const TICK_MS = 100

/** Tenths of a second all the way, so that the figure does not change its shape as it grows. */
function runningFor(ms: number): string {
  return ms < 60_000 ? `${(Math.floor(ms / TICK_MS) / 10).toFixed(1)} s` : formatDuration(ms)
}

/** How long it runs already; ten times a second, and only while it is on the screen. */
function RunningTimer({ active }: { active: ActiveRun }) {
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

function Timings({ result }: { result: ShownResult }) {
  const { time } = wordsOf(result)
  if (!time) return null
  return (
    <span className={styles.timings} tabIndex={0} aria-label={`Time in the engine: ${time}`}>
      <span className="figure">{time}</span>
      <span className={styles.card} role="tooltip">
        <dl>
          {timingLines(result).map(([what, howLong]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd className="figure">{howLong}</dd>
            </div>
          ))}
        </dl>
      </span>
    </span>
  )
}

/** How the last run went; `children` are what can be done with its result. */
export function ResultHead({ run, children }: { run: TabRun; children?: ReactNode }) {
  const { active, result, failure } = run
  const words = result ? wordsOf(result) : null
  return (
    <header className={styles.head} data-testid="result-head">
      <span className="onlyForReaders" role="status">{spokenState(run)}</span>
      {result && words && !failure && (
        <span className={styles.words} data-dimmed={active !== null || undefined}>
          <span className={styles.mark} data-engine={result.engine} aria-hidden />
          <strong>Result</strong>
          <span className={styles.dot}>·</span>
          <span className="figure" data-testid="result-rows">{words.rows}</span>
          {words.time && <span className={styles.dot}>·</span>}
          <Timings result={result} />
          {words.isGrowing && !active && <StatusDot tone={result.engine} shape="working">reading on</StatusDot>}
          {result.progress.cutAtRows !== null && (
            <Badge
              tone="warn" icon={Scissors}
              title="Production first: a query on the source reads no more rows than this"
            >
              cut at {formatCount(result.progress.cutAtRows)} rows
            </Badge>
          )}
        </span>
      )}
      {failure && (
        <span className={styles.words}>
          <span className={styles.mark} data-engine={failure.engine} aria-hidden />
          <strong>Error</strong>
          {failure.count > 1 && <span className="muted">{`in statement ${failure.number} of ${failure.count}`}</span>}
        </span>
      )}
      {!active && run.cancelledAfterMs !== null && (
        <span className="muted figure">Cancelled after {formatDuration(run.cancelledAfterMs)}</span>
      )}
      {active && <RunningTimer key={active.queryId} active={active} />}
      {children && <span className={styles.actions}>{children}</span>}
    </header>
  )
}
