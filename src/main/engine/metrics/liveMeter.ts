import type { Lag, LagPoint, LiveEvent, LiveTable, SlotHealth } from '../../contract/live.ts'
import { postgresMicrosToEpochMs } from '../model/checkpoint.ts'
import { formatLsn, type Lsn } from '../model/lsn.ts'
import type { Clock } from '../ports.ts'
import { CommitToVisible } from './commitToVisible.ts'
import { measureLag } from './lag.ts'
import { LagHistory } from './lagHistory.ts'
import { Rate } from './rate.ts'
import type { SourceMonitor } from './sourceMonitor.ts'

/** What the meter needs to know of a batch that has become visible. */
export interface AppliedBatch {
  commits: readonly { commitMicros: bigint; transactions: number }[]
  lastCommitMicros: bigint
  transactions: number
  changes: number
  bytes: number
  changesByTable: ReadonlyMap<number, number>
}

export interface Positions {
  isStreaming: boolean
  receivedLsn: Lsn | null
  durableLsn: Lsn | null
  visibleLsn: Lsn | null
}

const EVENTS = 100

/** Turns what happens into the figures of Live. */
export class LiveMeter {
  readonly history = new LagHistory()
  private readonly clock: Clock
  private readonly commitToVisible = new CommitToVisible()
  private readonly changes = new Rate()
  private readonly transactions = new Rate()
  private readonly bytes = new Rate()
  private readonly tableChanges = new Map<number, Rate>()
  private readonly events: LiveEvent[] = []
  private eventNumber = 0
  private lastCommitMicros: bigint | null = null

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** `sourceAheadMs` is the source's clock minus our monotonic one; null where it is not known. */
  noteApplied(batch: AppliedBatch, sourceAheadMs: number | null): void {
    const nowMs = this.clock.monotonicMs()
    this.changes.add(nowMs, batch.changes)
    this.transactions.add(nowMs, batch.transactions)
    this.bytes.add(nowMs, batch.bytes)
    for (const [oid, changes] of batch.changesByTable) {
      let rate = this.tableChanges.get(oid)
      if (!rate) this.tableChanges.set(oid, (rate = new Rate()))
      rate.add(nowMs, changes)
    }
    this.lastCommitMicros = batch.lastCommitMicros
    // Without the source's clock a delay would be the difference of two clocks.
    if (sourceAheadMs === null) return
    const sourceNowMs = nowMs + sourceAheadMs
    for (const { commitMicros, transactions } of batch.commits) {
      this.commitToVisible.add(nowMs, Math.max(0, sourceNowMs - postgresMicrosToEpochMs(commitMicros)), transactions)
    }
  }

  noteEvent(severity: LiveEvent['severity'], text: string): void {
    this.events.unshift({ id: this.eventNumber++, at: new Date(this.clock.nowMs()).toISOString(), severity, text })
    if (this.events.length > EVENTS) this.events.pop()
  }

  /** The commit that the file ended with when it was opened. */
  noteCheckpoint(commitMicros: bigint | null): void {
    this.lastCommitMicros ??= commitMicros
  }

  readEvents(): LiveEvent[] {
    return [...this.events]
  }

  tableChangesPerSecond(oid: number): number {
    return this.tableChanges.get(oid)?.perSecond(this.clock.monotonicMs()) ?? 0
  }

  lag(positions: Positions, monitor: SourceMonitor | null): Lag {
    const nowMs = this.clock.monotonicMs()
    const sample = monitor?.lastSample ?? null
    const sourceAheadMs = monitor?.sourceAheadMs ?? null
    const changesPerSecond = this.changes.perSecond(nowMs)
    const lastCommitMs = this.lastCommitMicros === null ? null : postgresMicrosToEpochMs(this.lastCommitMicros)
    const { visibleLsn } = positions
    return {
      ...measureLag({
        ...positions,
        nowMs,
        source: sample === null ? null : { lsn: sample.lsn, readAtMs: sample.atMs },
        completeAtMs: visibleLsn === null ? null : (monitor?.completeAtMs(visibleLsn) ?? null),
        lastCommitAtMs: lastCommitMs === null || sourceAheadMs === null ? null : lastCommitMs - sourceAheadMs,
        changesPerSecond,
      }),
      commitToVisible: {
        windowSeconds: this.commitToVisible.windowSeconds,
        ...this.commitToVisible.percentiles(nowMs),
      },
      changesPerSecond,
      transactionsPerSecond: this.transactions.perSecond(nowMs),
      bytesPerSecond: this.bytes.perSecond(nowMs),
      sourceLsn: sample === null ? null : formatLsn(sample.lsn),
      receivedLsn: lsnText(positions.receivedLsn),
      checkpointLsn: lsnText(positions.durableLsn),
      lastCommitAt: lastCommitMs === null ? null : new Date(lastCommitMs).toISOString(),
      clockOffsetMs: monitor?.clockOffsetMs ?? null,
    }
  }

  point(lag: Lag): LagPoint {
    return {
      atMs: this.clock.nowMs(),
      freshnessSeconds: lag.freshnessSeconds,
      lagBytes: lag.endToEndLagBytes,
      changesPerSecond: lag.changesPerSecond,
    }
  }
}

function lsnText(lsn: Lsn | null): string | null {
  return lsn === null ? null : formatLsn(lsn)
}

export function slotHealthOf(monitor: SourceMonitor | null, slotName: string): SlotHealth {
  const facts = monitor?.facts
  if (!facts) return { name: slotName, health: 'unknown', active: false, retainedBytes: null, budgetBytes: null }
  const { health, active, retainedBytes, budgetBytes } = facts
  return { name: slotName, health, active, retainedBytes, budgetBytes }
}

export type TextColumn = LiveTable['textColumns'][number]
