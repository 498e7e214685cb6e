import { CircleCheck } from 'lucide-react'
import type { EngineName } from '../../../main/contract/values.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { formatBytes, formatCount, formatDuration, formatMany } from '../../components/format.ts'
import { Progress } from '../../components/Progress.tsx'
import { shareOf } from './exports.ts'
import type { ExportRun } from './exports.ts'
import styles from './ExportDialog.module.css'

/** An export that runs: how far, how fast, how long still. */
export function ExportUnderway({ run, engine }: { run: ExportRun; engine: EngineName }) {
  const { state, rows, totalRows, bytes, elapsedMs } = run.progress
  const seconds = elapsedMs / 1000
  const share = shareOf(run)
  const remainingMs = share !== null && share > 0.02 ? (elapsedMs / share) * (1 - share) : null
  return (
    <div className={styles.running} role="status" aria-live="off">
      <Progress value={share} label="The export" tone={engine} />
      <p className="figure">
        {state === 'reading' && rows === 0
          ? 'The engine reads the result…'
          : `${formatCount(rows)}${totalRows === null ? '' : ` of ${formatCount(totalRows)}`} rows · ${formatBytes(bytes)}`}
        {seconds > 1 && rows > 0 && ` · ${formatCount(rows / seconds)} rows/s`}
        {remainingMs !== null && remainingMs > 1000 && ` · ${formatDuration(remainingMs)} left`}
      </p>
    </div>
  )
}

/** What an export came to, and where it is. */
export function ExportDone({ run: { target, progress } }: { run: ExportRun }) {
  const { rows, bytes, elapsedMs, notes } = progress
  return (
    <div className={styles.done} role="status">
      <p className={styles.ok}>
        <CircleCheck size={16} strokeWidth={1.75} aria-hidden />
        <strong className="figure">
          {formatMany(rows, 'row')}, {formatBytes(bytes)}, in {formatDuration(elapsedMs)}
        </strong>
      </p>
      {target.kind === 'file' ? (
        <p className={styles.path}>
          <code>{target.path}</code>
          <CopyButton text={target.path} label="Copy the path" />
        </p>
      ) : (
        <p>
          Your browser saves it as <code>{target.fileName}</code>, among its downloads.
        </p>
      )}
      {notes.map((note) => <p key={note} className="muted">{note}</p>)}
    </div>
  )
}
