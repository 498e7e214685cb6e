import { useEffect, useState } from 'react'
import { CircleCheck } from 'lucide-react'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import type { ExportFormat, TextFormat } from '../../../main/contract/export.ts'
import { engine } from '../../app/engineClient.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Checkbox, SelectField, TextField } from '../../components/Field.tsx'
import { formatBytes, formatCount, formatDuration, formatMany } from '../../components/format.ts'
import { Progress } from '../../components/Progress.tsx'
import { cancelExport, clipboardFormats, closeExport, copyResult, formatWords, startExport, useExport } from './exports.ts'
import type { ExportRun } from './exports.ts'
import { hiddenColumns, useLayoutOf } from './layouts.ts'
import type { ShownResult } from './runs.ts'
import styles from './ExportDialog.module.css'

const formats = Object.keys(formatWords) as ExportFormat[]
const withoutHeaders: readonly ExportFormat[] = ['json', 'ndjson', 'parquet', 'markdown', 'sql']

function withEnding(path: string, format: ExportFormat): string {
  return path.replace(/\.[^./\\]*$/, '') + `.${formatWords[format].ending}`
}

function Running({ run, engineName }: { run: ExportRun; engineName: ShownResult['engine'] }) {
  const { state, rows, totalRows, bytes, elapsedMs } = run.progress
  const seconds = elapsedMs / 1000
  const share = totalRows === null || totalRows === 0 ? null : rows / totalRows
  const remainingMs = share !== null && share > 0.02 ? (elapsedMs / share) * (1 - share) : null
  return (
    <div className={styles.running} role="status" aria-live="off">
      <Progress value={share} label="The export" tone={engineName} />
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

function Done({ run }: { run: ExportRun }) {
  const { rows, bytes, elapsedMs, notes } = run.progress
  return (
    <div className={styles.done} role="status">
      <p className={styles.ok}>
        <CircleCheck size={16} strokeWidth={1.75} aria-hidden />
        <strong className="figure">
          {formatMany(rows, 'row')}, {formatBytes(bytes)}, in {formatDuration(elapsedMs)}
        </strong>
      </p>
      <p className={styles.path}>
        <code>{run.path}</code>
        <CopyButton text={run.path} label="Copy the path" />
      </p>
      {notes.map((note) => <p key={note} className="muted">{note}</p>)}
    </div>
  )
}

/** Where to, in which format; then how far it is. */
export function ExportDialog({ tableName, title }: { tableName: string; title: string }) {
  const { result, run } = useExport()
  const [format, setFormat] = useState<ExportFormat>('csv')
  const [path, setPath] = useState('')
  const [headers, setHeaders] = useState(true)
  const [target, setTarget] = useState<'file' | 'clipboard'>('file')
  const [leavesOutHidden, setLeavesOutHidden] = useState(false)
  const [copied, setCopied] = useState<{ words: string } | { fault: Fault } | null>(null)
  const layout = useLayoutOf(result)
  const isOpen = result !== null

  useEffect(() => {
    if (!isOpen) return
    const name = title.replace(/[^\p{L}\p{N}._ -]+/gu, '-').trim() || 'result'
    engine.export.folder().then(
      ({ folder }) => setPath((before) => before || `${folder}${folder.includes('\\') ? '\\' : '/'}${name}.csv`),
      () => undefined,
    )
    setCopied(null)
    return () => setPath('')
  }, [isOpen, title])

  if (!result) return null
  const isRunning = run !== null && run.progress.state !== 'done' && !run.fault && !run.isCancelled
  const isDone = run?.progress.state === 'done'
  const exists = run?.fault?.code === 'FILE_EXISTS'
  const hidden = hiddenColumns(layout)
  const isHidden = new Set(layout?.columns.flatMap((column) => (column.isHidden ? [column.at] : [])))
  const columns = result.columns.flatMap((_, at) => (leavesOutHidden && isHidden.has(at) ? [] : [at]))
  const known: readonly ExportFormat[] = target === 'clipboard' ? clipboardFormats : formats
  const start = (overwrite: boolean): void => {
    if (target === 'file') {
      void startExport(result, { format, path: path.trim(), overwrite, headers, tableName, columns })
      return
    }
    copyResult(result, { format: format as TextFormat, headers, tableName, columns }).then(
      (words) => setCopied({ words }),
      (thrown: unknown) => setCopied({ fault: faultOf(thrown) }),
    )
  }
  return (
    <Dialog
      open
      title="Export the whole result"
      width={520}
      onClose={closeExport}
      actions={
        isRunning ? (
          <>
            <Button onClick={closeExport}>Go on in the background</Button>
            <Button onClick={cancelExport}>Cancel the export</Button>
          </>
        ) : isDone ? (
          <>
            <Button onClick={() => useExport.setState({ run: null })}>Export again</Button>
            <Button variant="primary" onClick={closeExport}>Close</Button>
          </>
        ) : (
          <>
            <Button onClick={closeExport}>Close</Button>
            <Button
              variant="primary" disabled={target === 'file' && path.trim() === ''} onClick={() => start(exists)}
            >
              {target === 'clipboard' ? 'Copy' : exists ? 'Replace the file' : 'Export'}
            </Button>
          </>
        )
      }
    >
      {isRunning ? (
        <Running run={run} engineName={result.engine} />
      ) : isDone ? (
        <Done run={run} />
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            start(exists)
          }}
        >
          <SelectField
            label="To" value={target}
            options={[{ value: 'file', label: 'A file on this machine' }, { value: 'clipboard', label: 'The clipboard' }]}
            onChange={(value: typeof target) => {
              setTarget(value)
              setCopied(null)
              if (value === 'clipboard' && !(clipboardFormats as readonly string[]).includes(format)) setFormat('csv')
            }}
          />
          <SelectField
            label="Format" value={format} hint={formatWords[format].hint}
            options={known.map((value) => ({ value, label: formatWords[value].label }))}
            onChange={(value: ExportFormat) => {
              setFormat(value)
              setPath((before) => withEnding(before, value))
            }}
          />
          {target === 'file' && (
            <TextField
              label="File on this machine" mono value={path} hint="~ is your home folder."
              onChange={(value) => {
                setPath(value)
                if (exists) useExport.setState({ run: null })
              }}
            />
          )}
          {!withoutHeaders.includes(format) && (
            <Checkbox checked={headers} onChange={setHeaders}>Names of the columns in the first line</Checkbox>
          )}
          {hidden > 0 && (
            <Checkbox checked={leavesOutHidden} onChange={setLeavesOutHidden}>
              {`Leave out the ${formatMany(hidden, 'hidden column')}`}
            </Checkbox>
          )}
          <p className="muted">
            {target === 'clipboard'
              ? `The rows that are here, with ${formatMany(columns.length, 'column')}, as far as a clipboard bears them.`
              : result.progress.cutAtRows === null
              ? `Every row of the result, with ${formatMany(columns.length, 'column')}.`
              : `The result is cut at ${formatCount(result.progress.cutAtRows)} rows on the screen; the export asks the source again, for all of them.`}
          </p>
          {copied && 'words' in copied && <p role="status">{copied.words}</p>}
          {copied && 'fault' in copied && <ErrorNote fault={copied.fault} />}
          {run?.isCancelled && <p role="status">The export was cancelled. There is no file.</p>}
          {run?.fault && <ErrorNote fault={run.fault} severity={exists ? 'warning' : 'error'} />}
        </form>
      )}
    </Dialog>
  )
}
