import { create } from 'zustand'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import { DOWNLOADS_PATH, textFormatSchema } from '../../../main/contract/export.ts'
import type { ExportFormat, ExportProgress, ExportTarget, TextFormat } from '../../../main/contract/export.ts'
import { engine } from '../../app/engineClient.ts'
import { formatMany } from '../../components/format.ts'
import { saveFrom } from '../../components/saveFile.ts'
import type { ShownResult } from './runs.ts'

export const formatWords: Readonly<Record<ExportFormat, { label: string; ending: string; hint: string }>> = {
  csv: { label: 'CSV', ending: 'csv', hint: 'An empty field is NULL, "" the empty text.' },
  tsv: { label: 'TSV (tabs)', ending: 'tsv', hint: 'An empty field is NULL, "" the empty text.' },
  json: { label: 'JSON', ending: 'json', hint: 'One array. Numbers of more than 15 digits are text, so that none is rounded.' },
  ndjson: { label: 'NDJSON (an object a line)', ending: 'ndjson', hint: 'Numbers of more than 15 digits are text, so that none is rounded.' },
  parquet: { label: 'Parquet', ending: 'parquet', hint: 'Every column in its own type; the smallest and fastest to read again.' },
  xlsx: { label: 'Excel', ending: 'xlsx', hint: 'Times to the millisecond, in UTC; numbers of more than 15 digits are text.' },
  markdown: { label: 'Markdown', ending: 'md', hint: 'A table for a page of text.' },
  sql: { label: 'SQL (INSERT)', ending: 'sql', hint: 'Statements that Postgres and DuckDB read.' },
}

export interface ExportRun {
  target: ExportTarget
  progress: ExportProgress
  fault: Fault | null
  isCancelled: boolean
}

interface ExportState {
  /** What the dialog is open for. */
  result: ShownResult | null
  run: ExportRun | null
}

export const useExport = create<ExportState>()(() => ({ result: null, run: null }))

let underway: AbortController | null = null

/** Opens the dialog; while an export runs it shows that one. */
export function openExport(result: ShownResult): void {
  useExport.setState(underway ? { result } : { result, run: null })
}

/** Closing the dialog does not end what runs. */
export function closeExport(): void {
  useExport.setState({ result: null })
}

export interface ExportSettings {
  format: ExportFormat
  target: ExportTarget
  headers: boolean
  tableName: string
  /** Places in the result, in the order in which they are written. */
  columns: number[]
}

/** The formats that a clipboard bears. */
export const clipboardFormats = textFormatSchema.options

/** Puts the result on the clipboard, as far as a window bears it; says what it did. */
export async function copyResult(
  result: ShownResult,
  { format, columns, headers, tableName }: Pick<ExportSettings, 'columns' | 'headers' | 'tableName'> & { format: TextFormat },
): Promise<string> {
  const { queryId, progress } = result
  const range = { firstRow: 0, rowCount: Math.max(1, progress.rowsReady), columns }
  const { text, rows, isCut } = await engine.export.text({ queryId, range, format, headers, tableName })
  await navigator.clipboard.writeText(text)
  const what = `${formatMany(rows, 'row')} of ${formatMany(columns.length, 'column')}`
  if (isCut) return `Copied the first ${what}; that is all the clipboard bears. A file takes the rest.`
  return `Copied ${what}.`
}

export async function startExport(result: ShownResult, settings: ExportSettings): Promise<void> {
  underway?.abort()
  const own = new AbortController()
  underway = own
  const progress: ExportProgress = { state: 'reading', rows: 0, totalRows: null, bytes: 0, elapsedMs: 0, notes: [], downloadId: null }
  const show = (part: Partial<ExportRun>): void => {
    if (underway !== own) return
    const { run } = useExport.getState()
    if (run) useExport.setState({ run: { ...run, ...part } })
  }
  useExport.setState({ run: { target: settings.target, progress, fault: null, isCancelled: false } })
  try {
    const { queryId } = result
    const { target } = settings
    for await (const told of await engine.export.run({ queryId, ...settings }, { signal: own.signal })) {
      show({ progress: told })
      if (told.downloadId !== null && target.kind === 'download') saveFrom(DOWNLOADS_PATH + told.downloadId, target.fileName)
    }
  } catch (thrown) {
    if (own.signal.aborted) show({ isCancelled: true })
    else show({ fault: faultOf(thrown) })
  } finally {
    if (own.signal.aborted) show({ isCancelled: true })
    if (underway === own) underway = null
  }
}

/** How far the export is that runs, 0 to 1; null where none runs or nobody can know. */
export function shareOf({ progress: { rows, totalRows } }: ExportRun): number | null {
  return totalRows === null || totalRows === 0 ? null : Math.min(1, rows / totalRows)
}

export function isUnderway(run: ExportRun): boolean {
  return run.progress.state !== 'done' && !run.fault && !run.isCancelled
}

/** What is written so far is removed. */
export function cancelExport(): void {
  underway?.abort()
}
