import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import type { Lsn } from '../model/lsn.ts'
import type { Clock, Logger } from '../ports.ts'
import { connectSource } from '../source/connection.ts'
import { cutShort, endConnection } from '../source/ending.ts'
import { readSlotHealth, type SlotFacts } from '../source/slot.ts'

const POLL_INTERVAL_MS = 1000
/** Rounds from one inspection to the next. */
const INSPECT_EVERY = 3
const RECONNECT_MS = 2000
const STATEMENT_TIMEOUT_MS = 5000
/** An answer that takes longer than the server would is lost with its connection. */
const ANSWER_TIMEOUT_MS = 8000
/** Samples of the source's position kept, to tell as of when the replica is complete. */
const SAMPLES = 120

interface Sample {
  lsn: Lsn
  /** Monotonic, as all instants here. */
  atMs: number
}

interface Offset {
  /** The source's clock minus our monotonic one. */
  offsetMs: number
  roundTripMs: number
  atMs: number
}

const OFFSET_WINDOW_MS = 60_000
/** Two clocks drift apart by less than this within the window. */
const DRIFT_MS = 20
/** Our clocks may be apart by so much more than a moment ago; beyond, the one was set or the machine slept. */
const JUMP_MS = 1000

/** Those of `kept` that can still be true beside `latest`: the others were measured before a clock was set. */
export function agreeingOffsets(kept: readonly Offset[], latest: Offset): Offset[] {
  return kept.filter(
    (earlier) =>
      latest.atMs - earlier.atMs < OFFSET_WINDOW_MS &&
      Math.abs(earlier.offsetMs - latest.offsetMs) <= (earlier.roundTripMs + latest.roundTripMs) / 2 + DRIFT_MS,
  )
}

/**
 * Asks the source once a second, on a connection of its own, where its log ends, what its clock says
 * and how our slot is.
 */
export class SourceMonitor {
  /** The last answer; null until the first, and again while the source cannot be asked. */
  facts: SlotFacts | null = null
  private readonly samples: Sample[] = []
  private offsets: Offset[] = []
  /** Our clock minus our monotonic one. */
  private wallAheadMs: number
  private readonly stopped = new AbortController()
  private readonly options: {
    address: SourceAddress
    slotName: string
    clock: Clock
    logger: Logger
    onSample(lsn: Lsn): void
    /** Called every few seconds, to look at something else there on the same connection; may fail. */
    inspect(client: pg.Client): Promise<void>
  }
  private readonly running: Promise<void>

  constructor(options: SourceMonitor['options']) {
    this.options = options
    this.wallAheadMs = options.clock.nowMs() - options.clock.monotonicMs()
    this.running = this.run()
  }

  get lastSample(): Sample | null {
    this.forgetAcrossJump()
    return this.samples.at(-1) ?? null
  }

  /**
   * Source's clock minus our monotonic one, from the answer with the shortest round trip of the last minute;
   * null until the source has been asked.
   */
  get sourceAheadMs(): number | null {
    this.forgetAcrossJump()
    if (this.offsets.length === 0) return null
    return this.offsets.reduce((best, next) => (next.roundTripMs < best.roundTripMs ? next : best)).offsetMs
  }

  /** Source's clock minus ours. */
  get clockOffsetMs(): number | null {
    const aheadMs = this.sourceAheadMs
    return aheadMs === null ? null : aheadMs - this.wallAheadMs
  }

  /** The latest moment whose source position is not after `visibleLsn`; null if none is known. */
  completeAtMs(visibleLsn: Lsn): number | null {
    this.forgetAcrossJump()
    return this.samples.findLast((sample) => sample.lsn <= visibleLsn)?.atMs ?? null
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    await this.running
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped
    while (!signal.aborted) {
      let client: pg.Client | null = null
      try {
        client = await connectSource(this.options.address, {
          purpose: 'monitor',
          statementTimeoutMs: STATEMENT_TIMEOUT_MS,
          readOnly: true,
          signal,
        })
        const asked = client
        for (let round = 1; !signal.aborted; round++) {
          await cutShort(asked, { signal, timeoutMs: ANSWER_TIMEOUT_MS }, async () => {
            await this.sample(asked)
            if (round % INSPECT_EVERY === 0) await this.options.inspect(asked).catch((error: unknown) => this.note(error))
          })
          await delay(POLL_INTERVAL_MS, undefined, { signal })
        }
      } catch (error) {
        this.facts = null
        this.note(error)
      } finally {
        if (client) await endConnection(client)
      }
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => {})
    }
  }

  private note(error: unknown): void {
    if (!this.stopped.signal.aborted) this.options.logger.debug('the source cannot be asked', { error: (error as Error).message })
  }

  private async sample(client: pg.Client): Promise<void> {
    const { clock } = this.options
    const sentAtMs = clock.monotonicMs()
    this.facts = await readSlotHealth(client, this.options.slotName)
    const roundTripMs = clock.monotonicMs() - sentAtMs
    this.forgetAcrossJump()
    const latest = { offsetMs: this.facts.sourceClockMs - (sentAtMs + roundTripMs / 2), roundTripMs, atMs: sentAtMs }
    this.offsets = [...agreeingOffsets(this.offsets, latest), latest]
    // The position is at least as old as the question: a commit while it was answered may be missing.
    this.samples.push({ lsn: this.facts.currentLsn, atMs: sentAtMs })
    if (this.samples.length > SAMPLES) this.samples.shift()
    this.options.onSample(this.facts.currentLsn)
  }

  /**
   * A monotonic clock may stand still while the machine sleeps, and the other one may be set: where the two
   * have come apart, nothing that was measured before says how old anything is now.
   */
  private forgetAcrossJump(): void {
    const { clock } = this.options
    const aheadMs = clock.nowMs() - clock.monotonicMs()
    const hasJumped = Math.abs(aheadMs - this.wallAheadMs) > JUMP_MS
    this.wallAheadMs = aheadMs
    if (!hasJumped) return
    this.samples.length = 0
    this.offsets = []
  }
}
