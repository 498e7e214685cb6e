import { MillraceError } from '../../contract/errors.ts'

interface Turn {
  /** Not in the middle of a transaction that is still being received. */
  betweenTransactions: boolean
  take(): Promise<void>
  refuse(reason: MillraceError): void
}

/** Work that waits for the applier to be free, first come first served. */
export class Turns {
  private waiting: Turn[] = []
  private isOver = false

  /** Resolves and rejects as `work` does; rejects with STOPPED where the stream ends before its turn comes. */
  wait<Result>(betweenTransactions: boolean, work: () => Promise<Result>): Promise<Result> {
    if (this.isOver) return Promise.reject(streamEnded())
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ betweenTransactions, take: () => work().then(resolve, reject), refuse: reject })
    })
  }

  /** Starts the first that may be now, and answers when it is done; null where there is none. */
  take(inTransaction: boolean): Promise<void> | null {
    const index = this.waiting.findIndex((turn) => !inTransaction || !turn.betweenTransactions)
    if (index === -1) return null
    const [turn] = this.waiting.splice(index, 1)
    return turn!.take()
  }

  end(): void {
    this.isOver = true
    for (const turn of this.waiting.splice(0)) turn.refuse(streamEnded())
  }
}

export function streamEnded(): MillraceError {
  return new MillraceError({
    code: 'STOPPED',
    message: 'The stream ended before its turn came.',
    advice: 'Try again once it follows.',
  })
}
