import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Download, Scissors } from 'lucide-react'
import type { ResultView } from '../../../main/contract/resultView.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { SearchField } from '../../components/Field.tsx'
import { formatCount, formatDuration } from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import { isUnderway, openExport, shareOf, useExport } from './exports.ts'
import { spokenState, timingLines, wordsOf } from './resultWords.ts'
import { RunningTimer } from './RunningTimer.tsx'
import type { ShownResult, TabRun } from './runs.ts'
import styles from './ResultHead.module.css'

const SEARCH_PAUSES_MS = 350

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

/** A search that waits for the typing to pause; Esc empties it. */
function ResultSearch({ result, onView }: { result: ShownResult; onView(view: ResultView): void }) {
  const view = result.asked?.view ?? result.view
  const [text, setText] = useState(view.search)
  useEffect(() => setText(result.view.search), [result.resultId, result.view.search])
  useEffect(() => {
    if (text === view.search) return
    const timer = setTimeout(() => onView({ ...view, search: text }), SEARCH_PAUSES_MS)
    return () => clearTimeout(timer)
  }, [text, view, onView])
  return <SearchField label="Search the result" value={text} onChange={setText} className={styles.search} />
}

/** Opens the export; while one runs in the background, says how far it is. */
function ExportButton({ result }: { result: ShownResult }) {
  const underway = useExport(({ run }) => (run && isUnderway(run) ? run : null))
  const share = underway && shareOf(underway)
  return (
    <Button
      size="small" variant="quiet" icon={Download}
      title={underway ? 'How far the export is, and a way to cancel it (Alt+X)' : 'Export the whole result (Alt+X)'}
      onClick={() => openExport(result)}
    >
      {!underway ? 'Export' : share === null ? 'Exporting…' : `Exporting ${Math.floor(share * 100)} %`}
    </Button>
  )
}

interface ResultHeadProps {
  run: TabRun
  onView(view: ResultView): void
  /** What more can be done with the result. */
  children?: ReactNode
}

/** How the last run went, and what can be done with its result. */
export function ResultHead({ run, onView, children }: ResultHeadProps) {
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
      {result?.asked && !active && <StatusDot tone={result.engine} shape="working">asking the engine</StatusDot>}
      <span className={styles.actions}>
        {children}
        {result && !failure && result.columns.length > 0 && (
          <>
            {result.isTable && <ResultSearch result={result} onView={onView} />}
            <ExportButton result={result} />
          </>
        )}
      </span>
    </header>
  )
}
