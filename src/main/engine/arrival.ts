import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { MillraceError } from '../contract/errors.ts'
import type { SourceAddress } from '../contract/source.ts'
import { ZERO_LSN, type Lsn } from './model/lsn.ts'
import type { Clock } from './ports.ts'
import { askSource } from './source/askSource.ts'
import { readFlushedLsn } from './source/position.ts'
import type { Replication } from './sync/replication.ts'

export interface ArrivalOptions {
  replication: Replication
  address: SourceAddress
  clock: Clock
}

const REPLY_INTERVAL_MS = 50
/** The question where the source's log ends is a small one. */
const POSITION_TIMEOUT_MS = 15_000

/** Waiting until what is committed on the source has come to the replica. */
export class Arrival {
  private readonly options: ArrivalOptions

  constructor(options: ArrivalOptions) {
    this.options = options
  }

  /** See `ReplicaSession.waitForLsn`. */
  at(lsn: Lsn, limits: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean> {
    return this.waitUntil(() => this.hasCome(lsn), limits)
  }

  /** See `ReplicaSession.whenCaughtUp`. */
  async ofEverything(signal?: AbortSignal): Promise<void> {
    const { replication } = this.options
    // Where the source's log is flushed now; what commits without waiting for that is let through first.
    const target = await this.ask(signal, readFlushedLsn)
    replication.hearSourceLsn(target)
    // Before there is a stream nobody knows whether the slot is still there.
    const isCaughtUp = (): boolean => replication.isStreaming && !replication.isCopying && this.hasCome(target)
    const hasCaughtUp = (): Promise<boolean> => this.waitUntil(isCaughtUp, { timeoutMs: Infinity, signal })
    if (await hasCaughtUp()) {
      // A change of a table to which nobody writes is not in the log.
      await this.ask(signal, (client) => replication.inspect(client, true))
      if (await hasCaughtUp()) return
    }
    throw new MillraceError({
      code: 'STOPPED',
      message: 'Following was stopped before the replica had caught up.',
      advice: 'Open it again: it goes on from its checkpoint.',
    })
  }

  private hasCome(lsn: Lsn): boolean {
    return (this.options.replication.visibleLsn ?? ZERO_LSN) >= lsn
  }

  private async waitUntil(isDone: () => boolean, limits: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean> {
    const { replication, clock } = this.options
    const deadlineMs = clock.monotonicMs() + limits.timeoutMs
    for (;;) {
      limits.signal?.throwIfAborted()
      const { state, fault } = replication
      if (state === 'failed' && fault) throw fault
      if (isDone()) return true
      if (state === 'stopped' || clock.monotonicMs() >= deadlineMs) return false
      replication.requestReply()
      await delay(REPLY_INTERVAL_MS, undefined, { signal: limits.signal }).catch(() => {})
    }
  }

  private ask<Answer>(signal: AbortSignal | undefined, ask: (client: pg.Client) => Promise<Answer>): Promise<Answer> {
    const { address } = this.options
    return askSource(address, { purpose: 'position', readOnly: true, signal, answerTimeoutMs: POSITION_TIMEOUT_MS }, ask)
  }
}
