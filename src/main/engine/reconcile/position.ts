import { setTimeout as delay } from 'node:timers/promises'
import { MillraceError } from '../../contract/errors.ts'
import type { SyncState } from '../../contract/live.ts'
import type { Lsn } from '../model/lsn.ts'
import type { Clock } from '../ports.ts'
import type { ReplicaSession } from '../session.ts'

/** A stream that does not come a byte further for so long will not come in time. */
const STANDSTILL_MS = 60_000
const SLICE_MS = 1000
const POLL_MS = 50
const AT_REST: ReadonlySet<SyncState> = new Set(['stopped', 'paused', 'stopping', 'failed'])

/** Resolves once the stream runs, so that the tables are known as the source has them. Throws NOT_FOLLOWING. */
export async function streaming(
  session: Pick<ReplicaSession, 'live'>,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<void> {
  const startMs = clock.monotonicMs()
  for (;;) {
    const { state } = session.live()
    if (state === 'following' || state === 'catching-up') return
    if (AT_REST.has(state) || clock.monotonicMs() - startMs > STANDSTILL_MS) throw notFollowing()
    await delay(POLL_MS, undefined, { signal })
  }
}

/**
 * Resolves once everything committed before `lsn` can be queried in the replica. Throws NOT_FOLLOWING where the stream is at
 * rest, or does not move for a minute; what made it fail; and what `signal` was aborted with.
 */
export async function passed(
  session: Pick<ReplicaSession, 'waitForLsn' | 'live' | 'visibleLsn'>,
  lsn: Lsn,
  options: { signal: AbortSignal; clock: Clock },
): Promise<void> {
  const { signal, clock } = options
  let last = session.visibleLsn
  let movedAtMs = clock.monotonicMs()
  while (!(await session.waitForLsn(lsn, { timeoutMs: SLICE_MS, signal }))) {
    if (session.visibleLsn !== last) {
      last = session.visibleLsn
      movedAtMs = clock.monotonicMs()
    }
    if (AT_REST.has(session.live().state) || clock.monotonicMs() - movedAtMs > STANDSTILL_MS) throw notFollowing()
  }
}

function notFollowing(): MillraceError {
  return new MillraceError({
    code: 'NOT_FOLLOWING',
    message: 'The replica does not follow its source just now, so the two cannot be held against each other.',
    advice: 'Let it follow, and verify again.',
  })
}
