import { createWriteStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MillraceError } from '../../contract/errors.ts'
import type { ExportFormat, ExportProgress, TextFormat } from '../../contract/export.ts'
import type { ResultRange } from '../../contract/resultRange.ts'
import type { Cell, ResultColumn } from '../../contract/values.ts'
import type { Clock } from '../ports.ts'
import type { OpenResult } from '../query/openResult.ts'
import { rowsOf } from '../query/resultRows.ts'
import { cancelled } from '../query/statementFaults.ts'
import { noteOfText, writeParquet } from './parquetFile.ts'
import { writeTextFile, writeWhole } from './partialFile.ts'
import { sheetOf } from './sheetFile.ts'
import { textWriter } from './textFormats.ts'

export interface ExportRequest {
  format: ExportFormat
  /** Of this machine; `~` is the home folder. */
  path: string
  overwrite: boolean
  columns: readonly number[]
  headers: boolean
  tableName: string
}

const TELL_EVERY_MS = 200
const WAITS_MS = 1_000

/**
 * Writes every row of a result to a file, and tells how far it is a few times a second; the last word is
 * `done`. An abort, or the end of the iteration, cancels; then, and after a failure, no file is left.
 * Throws FILE_EXISTS, FILE_UNWRITABLE, DISK_FULL, INPUT_INVALID, and what the result itself failed with.
 */
export async function* exportResult(
  result: OpenResult,
  request: ExportRequest,
  { clock, signal: outer }: { clock: Clock; signal: AbortSignal },
): AsyncGenerator<ExportProgress, void, void> {
  const ending = new AbortController()
  const signal = AbortSignal.any([outer, ending.signal])
  const startedMs = clock.monotonicMs()
  const progress: ExportProgress = { state: 'reading', rows: 0, totalRows: null, bytes: 0, elapsedMs: 0, notes: [], downloadId: null }
  const told = (): ExportProgress => ({ ...progress, elapsedMs: clock.monotonicMs() - startedMs })
  const path = pathOf(request.path)
  let isOver = false
  const work = write(result, { ...request, path }, progress, signal).finally(() => (isOver = true))
  work.catch(() => {})
  try {
    while (!isOver) {
      yield told()
      await within(work, TELL_EVERY_MS)
    }
    await work
    yield { ...told(), state: 'done', totalRows: progress.rows }
  } finally {
    ending.abort()
    await work.catch(() => {})
  }
}

/** Resolves when the work has ended, in whatever way, or after so long. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)))
  await Promise.race([work.catch(() => {}), patience])
  clearTimeout(timer)
}

function pathOf(given: string): string {
  const path = /^~(?=$|[/\\])/.test(given) ? join(homedir(), given.slice(1)) : given
  if (isAbsolute(path)) return normalize(path)
  throw new MillraceError({
    code: 'INPUT_INVALID',
    message: 'The path of the file is not a whole one.',
    advice: 'Begin it at the root of the disk, or with ~ for your home folder.',
  })
}

async function write(
  result: OpenResult,
  request: ExportRequest,
  progress: ExportProgress,
  signal: AbortSignal,
): Promise<void> {
  const { path, format } = request
  if (!request.overwrite && (await exists(path))) {
    throw new MillraceError({
      code: 'FILE_EXISTS',
      message: `There is a file ${path} already.`,
      advice: 'Replace it, or choose another name.',
    })
  }
  await result.waitForRows(1)
  result.throwIfFailed()
  const columns = columnsOf(result, request.columns)
  await writeWhole(path, async (partial) => {
    switch (format) {
      case 'parquet':
        return writeParquetFile(result, request, partial, progress, signal)
      case 'xlsx': {
        const sheet = sheetOf(columns, request.headers, counted(result, request, progress, signal))
        const file = createWriteStream(partial)
        const counting = async function* (): AsyncGenerator<Uint8Array> {
          for await (const bytes of sheet.bytes) {
            progress.bytes += bytes.length
            yield bytes
          }
        }
        await pipeline(Readable.from(counting()), file)
        progress.notes.push(...sheet.notes())
        return
      }
      default:
        return writeTextFile(partial, async (sink) => {
          const writer = textWriter(format, request)
          await sink.write(writer.begin(columns))
          for await (const rows of counted(result, request, progress, signal)) {
            await sink.write(writer.rows(rows))
            progress.bytes = sink.bytes
          }
          await sink.write(writer.end(progress.rows))
          progress.bytes = sink.bytes
        })
    }
  })
}

async function* counted(
  result: OpenResult,
  { columns }: ExportRequest,
  progress: ExportProgress,
  signal: AbortSignal,
): AsyncGenerator<Cell[][]> {
  for await (const rows of rowsOf(result, { firstRow: 0, rowCount: Infinity, columns }, signal)) {
    yield rows
    progress.rows += rows.length
    const { complete, rowsReady } = result.progress()
    progress.state = 'writing'
    progress.totalRows = complete ? rowsReady : null
  }
}

async function writeParquetFile(
  result: OpenResult,
  { columns }: ExportRequest,
  path: string,
  progress: ExportProgress,
  signal: AbortSignal,
): Promise<void> {
  while (result.isRunning) {
    if (signal.aborted) throw cancelled()
    await result.waitForRows(Infinity, WAITS_MS)
  }
  result.throwIfFailed()
  const total = result.progress().rowsReady
  Object.assign(progress, { state: 'writing', totalRows: total })
  const onPercent = (percent: number): void => {
    progress.rows = Math.max(0, Math.floor((total * percent) / 100))
    void stat(path).then(({ size }) => (progress.bytes = size), () => {})
  }
  const texts = await writeParquet(result, result.rows!, columns, path, { signal, onPercent })
  progress.rows = total
  progress.bytes = (await stat(path)).size
  progress.notes.push(...noteOfText(texts))
}

/** What one copy may put on the clipboard. */
const MOST_TEXT_CHARACTERS = 32_000_000

/** A range of a result as text, up to a bound that the clipboard bears; `rows` of it are in there. */
export async function rangeAsText(
  result: OpenResult,
  request: { format: TextFormat; range: ResultRange; headers: boolean; tableName: string },
  signal: AbortSignal,
): Promise<{ text: string; rows: number; isCut: boolean }> {
  const writer = textWriter(request.format, request)
  let text = writer.begin(columnsOf(result, request.range.columns))
  let rows = 0
  for await (const block of rowsOf(result, request.range, signal)) {
    text += writer.rows(block)
    rows += block.length
    if (text.length > MOST_TEXT_CHARACTERS) break
  }
  const isCut = rows < Math.min(request.range.rowCount, result.progress().rowsReady - request.range.firstRow)
  return { text: text + writer.end(rows), rows, isCut }
}

function columnsOf(result: OpenResult, columns: readonly number[]): ResultColumn[] {
  return columns.map((column) => {
    const found = result.columns[column]
    if (found) return found
    throw new MillraceError({
      code: 'INPUT_INVALID',
      message: 'The result has no such column.',
      advice: 'Choose among its columns.',
    })
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
