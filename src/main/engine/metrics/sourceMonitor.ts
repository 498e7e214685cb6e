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
  atMs: number
}

/**
 * Asks the source once a second, on a connection of its own, where its log ends, what its clock says
 * and how our slot is.
 */
export class SourceMonitor {
  /** The last answer; null until the first, and again while the source cannot be asked. */
  facts: SlotFacts | null = null
  /** Source's clock minus ours, from the sample with the shortest round trip of the last minute. */
  clockOffsetMs: number | null = null
  private readonly samples: Sample[] = []
  private offsets: { offsetMs: number; roundTripMs: number; atMs: number }[] = []
  private readonly stopped = new AbortController()
  private readonly options: {
    address: SourceAddress
    slotName: string
    clock: Clock
    logger: Logger
    onSample(lsn: Lsn): void
    /** Called every few seconds, to look at something else there on the same connection. */
    inspect(client: pg.Client): Promise<void>
  }
  private readonly running: Promise<void>

  constructor(options: SourceMonitor['options']) {
    this.options = options
    this.running = this.run()
  }

  get lastSample(): Sample | null {
    return this.samples.at(-1) ?? null
  }

  /** The latest moment (our clock) whose source position is not after `visibleLsn`; null if none is known. */
  completeAtMs(visibleLsn: Lsn): number | null {
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
            if (round % INSPECT_EVERY === 0) await this.options.inspect(asked)
          })
          await delay(POLL_INTERVAL_MS, undefined, { signal })
        }
      } catch (error) {
        this.facts = null
        if (!signal.aborted) this.options.logger.debug('the source cannot be asked', { error: (error as Error).message })
      } finally {
        if (client) await endConnection(client)
      }
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => {})
    }
  }

  private async sample(client: pg.Client): Promise<void> {
    const { clock } = this.options
    const sentAtMs = clock.nowMs()
    const started = clock.monotonicMs()
    this.facts = await readSlotHealth(client, this.options.slotName)
    const roundTripMs = clock.monotonicMs() - started
    const offsetMs = this.facts.sourceClockMs - (sentAtMs + roundTripMs / 2)
    this.offsets = this.offsets.filter((kept) => sentAtMs - kept.atMs < 60_000)
    this.offsets.push({ offsetMs, roundTripMs, atMs: sentAtMs })
    this.clockOffsetMs = this.offsets.reduce((best, next) => (next.roundTripMs < best.roundTripMs ? next : best)).offsetMs
    // The position is at least as old as the question: a commit while it was answered may be missing.
    this.samples.push({ lsn: this.facts.currentLsn, atMs: sentAtMs })
    if (this.samples.length > SAMPLES) this.samples.shift()
    this.options.onSample(this.facts.currentLsn)
  }
}
