export interface FlushLimits {
  /** A change waits no longer than this for company. */
  flushIntervalMs: number
  /** Log bytes at which a batch is closed. */
  flushBytes: number
  /** Tables at which a batch is closed: in one transaction DuckDB holds some hundred kilobytes for each. */
  flushTables: number
  /** Least time from one flush to the next while changes trickle in; a lone change goes at once. */
  trickleSpacingMs: number
  /** While changes trickle in, applying may take one part in so many of the time. */
  trickleShare: number
}

export const defaultFlushLimits: FlushLimits = {
  flushIntervalMs: 250,
  flushBytes: 32 * 1024 * 1024,
  flushTables: 1000,
  trickleSpacingMs: 50,
  trickleShare: 4,
}

export interface FlushSituation {
  nowMs: number
  /** Whole transactions in the batch. */
  transactions: number
  bytes: number
  /** With changes in the batch. */
  tables: number
  firstChangeAtMs: number | null
  lastFlushAtMs: number
  /** How long the last batch took to apply. */
  lastApplyMs: number
  /** A transaction is still coming: the batch cannot be closed, it holds whole ones only. */
  inTransaction: boolean
  isApplying: boolean
  /** Everything that the socket had has been read. */
  isDrained: boolean
}

export type FlushDecision = { do: 'flush' } | { do: 'wait'; untilMs: number } | { do: 'nothing' }

const nothing: FlushDecision = { do: 'nothing' }
const flush: FlushDecision = { do: 'flush' }

/** The batch is as large as it is to be. */
export function isFull({ bytes, tables }: Pick<FlushSituation, 'bytes' | 'tables'>, limits: FlushLimits): boolean {
  return bytes >= limits.flushBytes || tables >= limits.flushTables
}

/**
 * Close the batch at the first of: its size, its age, or the end of what has been received. One
 * batch is applied at a time; while it is, the next one grows, and so batches become as large as the
 * load asks for.
 */
export function decideFlush(situation: FlushSituation, limits: FlushLimits): FlushDecision {
  if (situation.inTransaction || situation.isApplying || situation.transactions === 0) return nothing
  if (isFull(situation, limits)) return flush
  const dueMs = (situation.firstChangeAtMs ?? situation.nowMs) + limits.flushIntervalMs
  if (situation.nowMs >= dueMs) return flush
  if (!situation.isDrained) return { do: 'wait', untilMs: dueMs }
  const spacedMs =
    situation.lastFlushAtMs + Math.max(limits.trickleSpacingMs, limits.trickleShare * situation.lastApplyMs)
  if (situation.nowMs >= spacedMs) return flush
  return { do: 'wait', untilMs: Math.min(dueMs, spacedMs) }
}
