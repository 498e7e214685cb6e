import type { LiveSnapshot, LiveTable } from '../../main/contract/live.ts'

/** How far the first copy, or a copy made again, has come. */
export interface CopyProgress {
  /** 0 to 1 by rows; null where a table in work or still waiting has no estimate. */
  fraction: number | null
  /** At the pace so far; null where it cannot be known yet. */
  remainingMs: number | null
  /** Bytes read by the copies that run. */
  bytes: number
  tablesDone: number
  tablesInAll: number
}

/** A pace measured over less than this says nothing. */
const PACE_NEEDS_MS = 1_500

/** Of one table: share of its rows and the time that is left. */
export function tableCopyProgress(table: LiveTable, nowMs: number): { fraction: number | null; remainingMs: number | null } {
  const { copy } = table
  if (!copy || !copy.estimatedRows) return { fraction: null, remainingMs: null }
  const fraction = Math.min(1, copy.rows / copy.estimatedRows)
  const elapsedMs = nowMs - new Date(copy.startedAt).getTime()
  if (copy.rows === 0 || elapsedMs < PACE_NEEDS_MS) return { fraction, remainingMs: null }
  return { fraction, remainingMs: (elapsedMs * Math.max(0, copy.estimatedRows - copy.rows)) / copy.rows }
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
      if (!copy || copy.estimatedRows === null) {
        isKnown = false
        continue
      }
      rows += Math.min(copy.rows, copy.estimatedRows)
      expected += copy.estimatedRows
      const elapsedMs = nowMs - new Date(copy.startedAt).getTime()
      if (elapsedMs >= PACE_NEEDS_MS) rowsPerMs += copy.rows / elapsedMs
    } else {
      rows += rowsHere
      expected += rowsHere
    }
  }
  const fraction = isKnown && expected > 0 ? Math.min(1, rows / expected) : null
  return {
    fraction,
    remainingMs: fraction !== null && rowsPerMs > 0 ? (expected - rows) / rowsPerMs : null,
    bytes,
    tablesDone: tables.filter(({ state }) => state === 'ready' || state === 'catching-up').length,
    tablesInAll: tables.length,
  }
}
