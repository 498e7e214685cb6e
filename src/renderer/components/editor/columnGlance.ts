import type { ColumnSummary } from '../../../main/contract/statistics.ts'
import { engine } from '../../app/engineClient.ts'
import type { NameHover } from '../sql/hover.ts'

type ColumnName = NonNullable<NameHover['column']>

/** Figures of a table that is followed change; a glance may be this old. */
const KEPT_MS = 60_000
const MOST_KEPT = 200

interface Kept {
  readonly atMs: number
  readonly summary: ColumnSummary
}

/**
 * Looks at columns of the replica, once a minute at most for each. `ask` is the engine, and may throw; then, and for
 * what the replica does not have, there is nothing to be said. An abort stops the engine's work.
 */
export function createColumnGlances(
  ask: (column: ColumnName, signal: AbortSignal) => Promise<ColumnSummary | null>,
  nowMs: () => number,
): (column: ColumnName, signal: AbortSignal) => Promise<ColumnSummary | null> {
  const kept = new Map<string, Kept>()
  return async (column, signal) => {
    const key = JSON.stringify([column.schema, column.name, column.column])
    const known = kept.get(key)
    if (known && nowMs() - known.atMs < KEPT_MS) return known.summary
    const summary = await ask(column, signal).catch(() => null)
    kept.delete(key)
    if (!summary) return null
    const [oldest] = kept.keys()
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(key, { atMs: nowMs(), summary })
    return summary
  }
}

/** By what the names were found in: another catalog, of another workspace perhaps, begins anew. */
const glancesOf = new WeakMap<object, ReturnType<typeof createColumnGlances>>()

/** What there is to be said of a column's values in the replica; null where that is nothing. */
export function glanceAt(catalog: object, column: ColumnName, signal: AbortSignal): Promise<ColumnSummary | null> {
  let glances = glancesOf.get(catalog)
  if (!glances) {
    glances = createColumnGlances((of, until) => engine.statistics.ofColumn(of, { signal: until }), () => Date.now())
    glancesOf.set(catalog, glances)
  }
  return glances(column, signal)
}
