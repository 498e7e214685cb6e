import type { Lag } from '../../contract/live.ts'
import { lsnDistanceBytes, type Lsn } from '../model/lsn.ts'

export interface LagFacts {
  /** By our monotonic clock, as every instant here. */
  nowMs: number
  isStreaming: boolean
  /** The source's position, and when it was read; null where it cannot be asked. */
  source: { lsn: Lsn; readAtMs: number } | null
  receivedLsn: Lsn | null
  durableLsn: Lsn | null
  /** Everything that committed before it is visible in the replica. */
  visibleLsn: Lsn | null
  /** The last moment at which the replica held all that the source had committed. */
  completeAtMs: number | null
  /** Commit instant of the last transaction applied, brought to that clock. */
  lastCommitAtMs: number | null
  changesPerSecond: number
}

export type Distances = Pick<
  Lag,
  'situation' | 'freshnessSeconds' | 'receivedLagBytes' | 'flushLagBytes' | 'endToEndLagBytes'
>

/** A replica this old while the source has more for it is called behind, and not just under way. */
const BEHIND_AFTER_SECONDS = 2
/** A position read longer ago than this says nothing of now. */
const STALE_AFTER_MS = 5000

/**
 * How old the replica is. Its content is that of the later of two instants: the last moment at which
 * it was known to hold everything, and the commit of the last transaction in it.
 */
export function measureLag(facts: LagFacts): Distances {
  const { nowMs, source, receivedLsn, durableLsn, visibleLsn } = facts
  const knownAtMs = Math.max(facts.completeAtMs ?? -Infinity, facts.lastCommitAtMs ?? -Infinity)
  const freshnessSeconds = Number.isFinite(knownAtMs) ? Math.max(0, (nowMs - knownAtMs) / 1000) : null
  const canSeeSource = source !== null && nowMs - source.readAtMs <= STALE_AFTER_MS
  const distance = (from: Lsn | null, to: Lsn | null): number | null =>
    from === null || to === null ? null : lsnDistanceBytes(from, to)
  const endToEndLagBytes = source === null ? null : distance(visibleLsn, source.lsn)
  return {
    situation: situationOf(facts, canSeeSource, endToEndLagBytes, freshnessSeconds),
    freshnessSeconds,
    receivedLagBytes: source === null ? null : distance(receivedLsn, source.lsn),
    flushLagBytes: distance(visibleLsn ?? durableLsn, receivedLsn),
    endToEndLagBytes,
  }
}

function situationOf(
  facts: LagFacts,
  canSeeSource: boolean,
  endToEndLagBytes: number | null,
  freshnessSeconds: number | null,
): Lag['situation'] {
  if (!facts.isStreaming || !canSeeSource || endToEndLagBytes === null) return 'unknown'
  if (endToEndLagBytes > 0 && (freshnessSeconds === null || freshnessSeconds > BEHIND_AFTER_SECONDS)) return 'behind'
  return facts.changesPerSecond > 0 ? 'following' : 'idle'
}
