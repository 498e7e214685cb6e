import { useEffect, useState } from 'react'
import { FolderOpen } from 'lucide-react'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import type { ExportFormat, TextFormat } from '../../../main/contract/export.ts'
import { useAppInfo } from '../../app/appInfo.ts'
import { engine } from '../../app/engineClient.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Checkbox, SelectField, TextField } from '../../components/Field.tsx'
import { formatCount, formatMany } from '../../components/format.ts'
import { ExportDone, ExportUnderway } from './ExportOutcome.tsx'
import { cancelExport, clipboardFormats, closeExport, copyResult, formatWords, isUnderway, startExport, useExport } from './exports.ts'
import { hiddenColumns, useLayoutOf } from './layouts.ts'
import styles from './ExportDialog.module.css'

type Target = 'download' | 'file' | 'clipboard'

const formats = Object.keys(formatWords) as ExportFormat[]
const withoutHeaders: readonly ExportFormat[] = ['json', 'ndjson', 'parquet', 'markdown', 'sql']
const targetWords: Readonly<Record<Target, string>> = {
  download: 'A download of this browser',
  file: 'A file on the machine that Millrace runs on',
  clipboard: 'The clipboard',
}
const targetsOf: Readonly<Record<'browser' | 'electron', readonly Target[]>> = {
  browser: ['download', 'file', 'clipboard'],
  electron: ['file', 'clipboard'],
}

function withEnding(path: string, format: ExportFormat): string {
  return path.replace(/\.[^./\\]*$/, '') + `.${formatWords[format].ending}`
}

/** Where to, in which format; then how far it is. */
export function ExportDialog({ tableName, title }: { tableName: string; title: string }) {
  const { result, run } = useExport()
  const host = useAppInfo((state) => state.info?.host ?? 'browser')
  const targets = targetsOf[host]
  const [format, setFormat] = useState<ExportFormat>('csv')
  const [fileName, setFileName] = useState('')
  const [path, setPath] = useState('')
  /** By the system's dialog, which has asked whether a file may be replaced. */
  const [chosenPath, setChosenPath] = useState<string | null>(null)
  const [headers, setHeaders] = useState(true)
  const [wanted, setTarget] = useState<Target | null>(null)
  const [leavesOutHidden, setLeavesOutHidden] = useState(false)
  const [copied, setCopied] = useState<{ words: string } | { fault: Fault } | null>(null)
  const layout = useLayoutOf(result)
  const isOpen = result !== null

  useEffect(() => {
    if (!isOpen) return
    const name = withEnding(`${title.replace(/[^\p{L}\p{N}._ -]+/gu, '-').trim() || 'result'}.csv`, format)
    setFileName(name)
    engine.export.folder().then(
      ({ folder }) => setPath((before) => before || `${folder}${folder.includes('\\') ? '\\' : '/'}${name}`),
      () => undefined,
    )
    setCopied(null)
    return () => setPath('')
    // Only an opening proposes a name; a format that is chosen later changes its ending.
  }, [isOpen, title])

  if (!result) return null
  const target = wanted ?? targets[0]!
  const isRunning = run !== null && isUnderway(run)
  const isDone = run?.progress.state === 'done'
  const exists = run?.fault?.code === 'FILE_EXISTS'
  const hidden = hiddenColumns(layout)
  const isHidden = new Set(layout?.columns.flatMap((column) => (column.isHidden ? [column.at] : [])))
  const columns = result.columns.flatMap((_, at) => (leavesOutHidden && isHidden.has(at) ? [] : [at]))
  const known: readonly ExportFormat[] = target === 'clipboard' ? clipboardFormats : formats
  const isNamed = target === 'clipboard' || (target === 'file' ? path : fileName).trim() !== ''
  const start = (): void => {
    const written = { headers, tableName, columns }
    switch (target) {
      case 'download':
        return void startExport(result, { ...written, format, target: { kind: 'download', fileName: fileName.trim() } })
      case 'file': {
        const overwrite = exists || path === chosenPath
        return void startExport(result, { ...written, format, target: { kind: 'file', path: path.trim(), overwrite } })
      }
      case 'clipboard':
        copyResult(result, { ...written, format: format as TextFormat }).then(
          (words) => setCopied({ words }),
          (thrown: unknown) => setCopied({ fault: faultOf(thrown) }),
        )
    }
  }
  const changePath = (value: string): void => {
    setPath(value)
    if (exists) useExport.setState({ run: null })
  }
  const choose = async (): Promise<void> => {
    const { path: chosen } = await engine.export.chooseFile({ path: path.trim() || fileName })
    if (chosen === null) return
    setChosenPath(chosen)
    changePath(chosen)
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
            <Button variant="primary" disabled={!isNamed} onClick={start}>
              {target === 'clipboard' ? 'Copy' : exists ? 'Replace the file' : target === 'download' ? 'Download' : 'Export'}
            </Button>
          </>
        )
      }
    >
      {isRunning ? (
        <ExportUnderway run={run} engine={result.engine} />
      ) : isDone ? (
        <ExportDone run={run} />
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            if (isNamed) start()
          }}
        >
          <SelectField
            label="To" value={target}
            options={targets.map((value) => ({ value, label: targetWords[value] }))}
            onChange={(value: Target) => {
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
              setFileName((before) => withEnding(before, value))
              setPath((before) => withEnding(before, value))
            }}
          />
          {target === 'download' && <TextField label="Name of the file" mono value={fileName} maxLength={200} onChange={setFileName} />}
          {target === 'file' && (
            <div className={styles.file}>
              <TextField label="File" mono value={path} hint="~ is your home folder." onChange={changePath} />
              {host === 'electron' && <Button icon={FolderOpen} onClick={() => void choose()}>Choose…</Button>}
            </div>
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
