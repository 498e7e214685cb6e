import type { LiveSnapshot, LiveTable } from '../../main/contract/live.ts'

/** How far the first copy, or a copy made again, has come. */
export interface CopyProgress {
  /** 0 to 1 by rows; null where a table in work or still waiting has no estimate. */
  fraction: number | null
  /** At the pace so far; null where it cannot be known yet. */
  remainingMs: number | null
  /** Of the copies that run, together; null where it cannot be known yet. */
  rowsPerSecond: number | null
  /** Bytes read by the copies that run. */
  bytes: number
  tablesDone: number
  tablesInAll: number
}

/** A pace measured over less than this says nothing. */
const PACE_NEEDS_MS = 1_500

/** Rows a millisecond since the copy began; null where that says nothing yet. */
function paceOf(copy: NonNullable<LiveTable['copy']>, nowMs: number): number | null {
  const elapsedMs = nowMs - new Date(copy.startedAt).getTime()
  return copy.rows === 0 || elapsedMs < PACE_NEEDS_MS ? null : copy.rows / elapsedMs
}

/** Of one table: share of its rows, its pace, and the time that is left. */
export function tableCopyProgress(
  { copy }: LiveTable, nowMs: number,
): Pick<CopyProgress, 'fraction' | 'remainingMs' | 'rowsPerSecond'> {
  const pace = copy ? paceOf(copy, nowMs) : null
  const rowsPerSecond = pace === null ? null : pace * 1000
  if (!copy?.estimatedRows) return { fraction: null, remainingMs: null, rowsPerSecond }
  return {
    fraction: Math.min(1, copy.rows / copy.estimatedRows),
    remainingMs: pace === null ? null : Math.max(0, copy.estimatedRows - copy.rows) / pace,
    rowsPerSecond,
  }
}

export function copyProgress(snapshot: LiveSnapshot, nowMs: number): CopyProgress {
  const tables = snapshot.tables.filter(({ state }) => state !== 'excluded' && state !== 'errored')
  let rows = 0
  let expected = 0
  let rowsPerMs = 0
  let bytes = 0
  let isKnown = true
  for (const { state, copy, rows: rowsHere } of tables) {
    if (state === 'copying' || state === 'init') {
      bytes += copy?.bytes ?? 0
      rowsPerMs += (copy && paceOf(copy, nowMs)) ?? 0
      if (!copy || copy.estimatedRows === null) {
        isKnown = false
        continue
      }
      rows += Math.min(copy.rows, copy.estimatedRows)
      expected += copy.estimatedRows
    } else {
      rows += rowsHere
      expected += rowsHere
    }
  }
  const fraction = isKnown && expected > 0 ? Math.min(1, rows / expected) : null
  return {
    fraction,
    remainingMs: fraction !== null && rowsPerMs > 0 ? (expected - rows) / rowsPerMs : null,
    rowsPerSecond: rowsPerMs > 0 ? rowsPerMs * 1000 : null,
    bytes,
    tablesDone: tables.filter(({ state }) => state === 'ready' || state === 'catching-up').length,
    tablesInAll: tables.length,
  }
}
