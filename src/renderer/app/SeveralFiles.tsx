import { Button } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { TextField } from '../components/Field.tsx'
import { formatBytes, formatCount, formatMany } from '../components/format.ts'
import { StatusDot } from '../components/StatusDot.tsx'
import { closeImport, importSeveral, nameSeveral } from './scratchImport.ts'
import type { BroughtFile } from './scratchImport.ts'
import styles from './SeveralFiles.module.css'

function Outcome({ outcome }: Pick<BroughtFile, 'outcome'>) {
  switch (outcome.step) {
    case 'waiting':
      return null
    case 'working': {
      const percent = Math.round(outcome.sent * 100)
      return <StatusDot tone="replica" shape="working">{percent < 100 ? `${percent} %` : 'being read'}</StatusDot>
    }
    case 'done':
      return <StatusDot tone="ok" shape="done">{formatMany(outcome.rows, 'row')}</StatusDot>
    case 'failed':
      return <StatusDot tone="bad" shape="stopped">no table</StatusDot>
  }
}

/** Several files that become tables, one after the other, and what has come of each. */
export function SeveralFiles({ files, isWorking }: { files: readonly BroughtFile[]; isWorking: boolean }) {
  const open = files.filter(({ outcome }) => outcome.step !== 'done')
  const hasFailed = files.some(({ outcome }) => outcome.step === 'failed')
  const isReady = open.length > 0 && open.every(({ table }) => table.trim() !== '')
  const start = (): void => {
    if (isReady) void importSeveral()
  }
  return (
    <Dialog
      open
      width={520}
      onClose={closeImport}
      title={`Bring ${formatCount(files.length)} files`}
      actions={
        open.length === 0 ? (
          <Button variant="primary" onClick={closeImport}>Close</Button>
        ) : (
          <>
            <Button onClick={closeImport}>{isWorking ? 'Stop here' : hasFailed ? 'Close' : 'Cancel'}</Button>
            <Button variant="primary" busy={isWorking} disabled={!isReady} onClick={start}>
              {hasFailed && !isWorking ? `Try ${formatMany(open.length, 'file')} again` : 'Make the tables'}
            </Button>
          </>
        )
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          start()
        }}
      >
        <ul className={styles.files} aria-label="Files">
          {files.map(({ file, table, outcome }, at) => (
            <li key={at} className={styles.file}>
              <TextField
                label={`${file.name}, ${formatBytes(file.size)}`} mono value={table} className={styles.name}
                readOnly={isWorking || outcome.step === 'done'} onChange={(name) => nameSeveral(at, name)}
                error={outcome.step === 'failed' ? `${outcome.fault.message} ${outcome.fault.advice}` : null}
              />
              <span className={styles.outcome}><Outcome outcome={outcome} /></span>
            </li>
          ))}
        </ul>
        <button type="submit" hidden />
      </form>
      <p className={styles.sum} role="status">
        {`${formatCount(files.length - open.length)} of ${formatMany(files.length, 'file')} in scratch.`}
      </p>
    </Dialog>
  )
}
