import { useEffect, useRef, useState } from 'react'
import { FileUp, Table2 } from 'lucide-react'
import { Button } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { TextField } from '../components/Field.tsx'
import { formatBytes, formatMany } from '../components/format.ts'
import { Progress } from '../components/Progress.tsx'
import { selectAllFrom } from '../components/sql/names.ts'
import styles from './ScratchImport.module.css'
import { askForFiles, closeImport, importBrought, tableNameOf, useScratchImport } from './scratchImport.ts'
import type { Brought } from './scratchImport.ts'
import { SeveralFiles } from './SeveralFiles.tsx'
import { handToExplore } from './statementInHand.ts'
import { useWorkspaces } from './workspaces.ts'

const KINDS = '.csv,.tsv,.txt,.json,.ndjson,.jsonl,.parquet,.gz'

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}

/** True while files are held over the window; dropping them asks what their tables are to be called. */
function useDroppedFiles(isOpen: boolean): boolean {
  const [isOver, setIsOver] = useState(false)
  useEffect(() => {
    if (!isOpen) return
    // Each element that is entered or left tells of it: the window is left with the last of them.
    let depth = 0
    const onEnter = (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      depth += 1
      setIsOver(true)
    }
    const onLeave = (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setIsOver(false)
    }
    const onOver = (event: DragEvent): void => {
      if (holdsFiles(event)) event.preventDefault()
    }
    const onDrop = (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      depth = 0
      setIsOver(false)
      askForFiles([...(event.dataTransfer?.files ?? [])])
    }
    window.addEventListener('dragenter', onEnter)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('dragover', onOver)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragenter', onEnter)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('drop', onDrop)
    }
  }, [isOpen])
  return isOver
}

function Choosing({ brought }: { brought: Brought | null }) {
  const input = useRef<HTMLInputElement>(null)
  const file = brought && 'file' in brought ? brought.file : null
  return (
    <div className={styles.choosing}>
      <input
        ref={input} type="file" multiple accept={KINDS} className="onlyForReaders" aria-label="File" tabIndex={-1}
        onChange={(event) => askForFiles([...(event.target.files ?? [])])}
      />
      <Button icon={FileUp} onClick={() => input.current?.click()}>{file ? 'Choose another file' : 'Choose a file'}</Button>
      <span className="muted">{file ? `${file.name}, ${formatBytes(file.size)}` : 'or drop it anywhere on the window, or several'}</span>
    </div>
  )
}

/** Brings local files as tables of the user's own: dropped, chosen, or one by its path. */
export function ScratchImport() {
  const { state } = useScratchImport()
  const isOpen = useWorkspaces(({ current }) => current !== null && current !== undefined)
  const isOver = useDroppedFiles(isOpen)

  if (state.step === 'closed') {
    return isOver ? (
      <div className={styles.drop} aria-hidden>
        <div className={styles.words}>
          <FileUp size={28} strokeWidth={1.25} />
          <strong>Drop it to make a table of it</strong>
          <span>CSV, TSV, JSON or Parquet. It stays on this machine, in scratch, and joins with the replica.</span>
        </div>
      </div>
    ) : null
  }
  if (state.step === 'several') return <SeveralFiles files={state.files} isWorking={state.isWorking} />
  const brought = state.step === 'choosing' ? state.brought : null
  const isReady = state.step === 'choosing' && brought !== null && state.table.trim() !== ''
  const change = (next: Partial<{ brought: Brought; table: string }>): void => {
    if (state.step === 'choosing') useScratchImport.setState({ state: { ...state, fault: null, ...next } })
  }
  const start = (): void => {
    if (isReady) void importBrought(brought, state.table.trim())
  }
  return (
    <Dialog
      open
      width={480}
      onClose={closeImport}
      title="Bring a file"
      actions={
        state.step === 'done' ? (
          <>
            <Button onClick={closeImport}>Close</Button>
            <Button
              variant="primary" icon={Table2}
              onClick={() => {
                closeImport()
                handToExplore({ title: state.table, sql: selectAllFrom({ schema: 'scratch', name: state.table }), engine: 'replica' })
              }}
            >
              Open the rows
            </Button>
          </>
        ) : (
          <>
            <Button onClick={closeImport}>Cancel</Button>
            <Button variant="primary" busy={state.step === 'working'} disabled={!isReady} onClick={start}>Make the table</Button>
          </>
        )
      }
    >
      {state.step === 'choosing' && (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            start()
          }}
        >
          <Choosing brought={brought} />
          <TextField
            label="Or its path on this machine" mono placeholder="/home/me/targets.csv"
            value={brought && 'path' in brought ? brought.path : ''}
            onChange={(path) => change({ brought: { path }, table: tableNameOf(path) })}
          />
          <TextField
            label="Name of the table" mono value={state.table} onChange={(table) => change({ table })}
            hint={`You query it as scratch.${state.table || 'name'}.`}
          />
          {state.fault && <ErrorNote fault={state.fault} />}
          <button type="submit" hidden />
        </form>
      )}
      {state.step === 'working' && (
        <div className={styles.form} role="status">
          <p>{state.sent !== null && state.sent < 1 ? 'The file is being handed over.' : 'DuckDB reads the file.'}</p>
          <Progress value={state.sent !== null && state.sent < 1 ? state.sent : null} label="How far the file has come" />
        </div>
      )}
      {state.step === 'done' && <p role="status">{`scratch.${state.table} is there, with ${formatMany(state.rows, 'row')}.`}</p>}
    </Dialog>
  )
}
