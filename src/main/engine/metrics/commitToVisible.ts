/** Bucket edges grow by 5 %, so that a percentile is right to within 5 % of itself. */
const GROWTH = 1.05
const BUCKETS = 320
const FIRST_EDGE_MS = 1

export interface Percentiles {
  transactions: number
  p50Ms: number | null
  p95Ms: number | null
  p99Ms: number | null
}

/**
 * Delays from commit on the source to visible in the replica, over a sliding window of whole
 * seconds. A constant size, however many transactions pass.
 */
export class CommitToVisible {
  readonly windowSeconds: number
  private readonly seconds: Map<number, Uint32Array> = new Map()

  constructor(windowSeconds = 60) {
    this.windowSeconds = windowSeconds
  }

  add(nowMs: number, delayMs: number, transactions: number): void {
    const second = Math.floor(nowMs / 1000)
    let counts = this.seconds.get(second)
    if (!counts) {
      counts = new Uint32Array(BUCKETS)
      this.seconds.set(second, counts)
      this.forgetBefore(second - this.windowSeconds)
    }
    counts[bucketOf(delayMs)]! += transactions
  }

  percentiles(nowMs: number): Percentiles {
    this.forgetBefore(Math.floor(nowMs / 1000) - this.windowSeconds)
    const totals = new Float64Array(BUCKETS)
    let transactions = 0
    for (const counts of this.seconds.values()) {
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        totals[bucket]! += counts[bucket]!
        transactions += counts[bucket]!
      }
    }
    const at = (share: number): number | null => {
      if (transactions === 0) return null
      let seen = 0
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        seen += totals[bucket]!
        if (seen >= share * transactions) return upperEdgeMs(bucket)
      }
      return upperEdgeMs(BUCKETS - 1)
    }
    return { transactions, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
  }

  private forgetBefore(second: number): void {
    for (const kept of this.seconds.keys()) {
      if (kept < second) this.seconds.delete(kept)
    }
  }
}

function bucketOf(delayMs: number): number {
  if (delayMs <= FIRST_EDGE_MS) return 0
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(delayMs / FIRST_EDGE_MS) / Math.log(GROWTH)))
}

function upperEdgeMs(bucket: number): number {
  return FIRST_EDGE_MS * GROWTH ** bucket
}
