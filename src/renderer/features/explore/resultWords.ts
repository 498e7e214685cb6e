import { formatCount, formatDuration, formatMany } from '../../components/format.ts'
import type { ShownResult, TabRun } from './runs.ts'

/** The words of the result's head: how many rows, and how long the engine took. */
export interface ResultWords {
  rows: string
  time: string | null
  /** True while more rows may come. */
  isGrowing: boolean
}

export function wordsOf({ progress }: Pick<ShownResult, 'progress'>): ResultWords {
  const { rowsReady, complete, cutAtRows, fault, timings } = progress
  const stopped = !complete && fault !== null
  const rows =
    cutAtRows !== null
      ? `first ${formatMany(cutAtRows, 'row')}`
      : complete || stopped
        ? formatMany(rowsReady, 'row')
        : `${formatCount(rowsReady)} rows so far`
  const ms = timings.lastRowMs ?? timings.firstRowMs
  return { rows, time: ms === null ? null : formatDuration(ms), isGrowing: !complete && !stopped }
}

/** Each part of the time by its place, for the hover. */
export function timingLines(result: Pick<ShownResult, 'progress' | 'roundTripMs' | 'engine'>): [string, string][] {
  const { firstRowMs, lastRowMs, transferMs } = result.progress.timings
  return [
    ['First row in the engine', formatDuration(firstRowMs)],
    ['Last row in the engine', formatDuration(lastRowMs)],
    ['Reading the rows out', formatDuration(transferMs)],
    ['From the key press to the first page', formatDuration(result.roundTripMs)],
  ]
}

/** One line of what the tab does or did, said aloud to a screen reader. */
export function spokenState(run: TabRun): string {
  if (run.active) return 'The statement runs'
  if (run.failure) return run.failure.fault.message
  if (run.cancelledAfterMs !== null) return 'Cancelled'
  if (!run.result) return ''
  const words = wordsOf(run.result)
  return words.isGrowing ? '' : `${words.rows}, ${words.time ?? ''}`
}
