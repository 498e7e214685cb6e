import { setTimeout as delay } from 'node:timers/promises'
import type { MillraceError } from '../../contract/errors.ts'
import type { Clock, Logger } from '../ports.ts'
import { faultOfSourceError, isTransientSourceError } from '../source/faults.ts'
import { isWorthWaiting, retryDelayMs } from './retryPolicy.ts'

export interface RetryLoopOptions {
  clock: Clock
  logger: Logger
  /** One attempt: resolves when `signal` has ended it, rejects with what else did. */
  perform(signal: AbortSignal): Promise<void>
  /** Whether there is something to go back to after a fault that may pass: else it is final. */
  mayRetry(fault: MillraceError): Promise<boolean>
  /** An attempt has ended; the next one comes after a pause. */
  onLost(fault: MillraceError): void
  /** The next attempt begins. */
  onRetry(): void
}

/** One attempt after another, with growing pauses. */
export class RetryLoop {
  /** Attempts since the last one that came to something. */
  attempt = 0
  nextAttemptAtMs: number | null = null
  private readonly options: RetryLoopOptions

  constructor(options: RetryLoopOptions) {
    this.options = options
  }

  /** Resolves when `signal` has ended it; rejects with the fault that waiting does not mend. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, perform, mayRetry, onLost, onRetry } = this.options
    while (!signal.aborted) {
      try {
        await perform(signal)
      } catch (error) {
        if (signal.aborted) return
        const fault = faultOfSourceError(error)
        logger.warn('the stream ended', { code: fault.code, detail: fault.detail })
        const mayPass = isTransientSourceError(error) && isWorthWaiting(fault.code, this.attempt)
        if (!mayPass || !(await mayRetry(fault))) throw fault
        this.attempt++
        const delayMs = retryDelayMs(this.attempt, Math.random())
        this.nextAttemptAtMs = clock.nowMs() + delayMs
        onLost(fault)
        await delay(delayMs, undefined, { signal }).catch(() => {})
        this.nextAttemptAtMs = null
        onRetry()
      }
    }
  }

  /** The attempt has come to something: the next pause is a short one. */
  noteSuccess(): void {
    this.attempt = 0
  }
}
