import type { Clock } from '../ports.ts'

export interface ReadingTurnsOptions {
  clock: Clock
  /** The replica has more to take than came in the last moment. */
  isBehind(): boolean
}

/** However many wait: a statement begins after this, so that a long one holds nobody up for long. */
const MOST_WAIT_MS = 2000
/** While others wait, so many times a statement's own time passes before the next begins. */
const REST_SHARE = 3
const MOST_REST_MS = 1000

/**
 * Turns of the statements that read the replica. They share the processor with what applies changes: while the
 * replica is behind, several statements at once run one after another with rests between them, so that a storm of them
 * does not keep it behind. One alone never waits, and none waits where the replica is level.
 */
export class ReadingTurns {
  private readonly options: ReadingTurnsOptions
  /** Each begins the statement that waits. */
  private readonly waiting: (() => void)[] = []
  private running = 0
  private restUntilMs = 0
  private timer: NodeJS.Timeout | null = null

  constructor(options: ReadingTurnsOptions) {
    this.options = options
  }

  /** Runs `work` when its turn has come, after two seconds at the latest; at once when `signal` is aborted, for `work` to find out. */
  async run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const { clock } = this.options
    if (signal.aborted || this.mayBegin()) this.running++
    else await this.waitForTurn(signal)
    const startMs = clock.monotonicMs()
    try {
      return await work()
    } finally {
      this.running--
      const endMs = clock.monotonicMs()
      if (this.waiting.length > 0) this.restUntilMs = endMs + Math.min(MOST_REST_MS, REST_SHARE * (endMs - startMs))
      this.considerNext()
    }
  }

  private mayBegin(): boolean {
    if (!this.options.isBehind()) return true
    return this.running === 0 && this.waiting.length === 0 && this.options.clock.monotonicMs() >= this.restUntilMs
  }

  private waitForTurn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const begin = (): void => {
        clearTimeout(patience)
        signal.removeEventListener('abort', begin)
        this.waiting.splice(this.waiting.indexOf(begin), 1)
        this.running++
        resolve()
      }
      const patience = setTimeout(begin, MOST_WAIT_MS)
      signal.addEventListener('abort', begin)
      this.waiting.push(begin)
      this.considerNext()
    })
  }

  private considerNext(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const [next] = this.waiting
    if (!next) return
    if (!this.options.isBehind()) {
      for (const begin of [...this.waiting]) begin()
    } else if (this.running === 0) {
      const restMs = this.restUntilMs - this.options.clock.monotonicMs()
      if (restMs <= 0) next()
      else this.timer = setTimeout(() => this.considerNext(), restMs)
    }
  }
}
