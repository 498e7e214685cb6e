import { tell } from '../../app/notices.ts'
import { formatBytes, formatMany } from '../../components/format.ts'
import { useExport } from './exports.ts'

/** Tells how an export in the background ends; an open dialog tells it by itself. Answers with a stop. */
export function followExports(): () => void {
  return useExport.subscribe(({ result, run }, before) => {
    if (result || !run || run.isCancelled || !before.run) return
    const about = { subject: 'export', tone: run.fault ? 'bad' : 'ok' } as const
    if (run.fault && !before.run.fault) tell({ ...about, text: `The export could not be written. ${run.fault.message}` })
    const { state, rows, bytes } = run.progress
    if (state === 'done' && before.run.progress.state !== 'done') {
      tell({ ...about, text: `The export is written: ${formatMany(rows, 'row')}, ${formatBytes(bytes)}.` })
    }
  })
}
