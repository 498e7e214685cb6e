/** One run of one side: the whole process, from its start to its end. */
export interface Sample {
  wallMs: number
  /** Null where the program does not tell. */
  cpuMs: number | null
  peakBytes: number | null
}

export interface Spread {
  median: number
  min: number
  max: number
}

export interface SidesMeasured {
  reference: Sample[]
  millrace: Sample[]
}

/** Throws a RangeError where there is nothing. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('nothing was measured')
  const sorted = [...values].sort((first, second) => first - second)
  const middle = (sorted.length - 1) / 2
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)! }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((first, second) => first - second)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

/** The ratio of the medians; least and most are those of the pairs that ran beside each other. */
export function ratioOf({ reference, millrace }: SidesMeasured): Spread {
  const pairs = spreadOf(millrace.map((sample, run) => sample.wallMs / reference[run]!.wallMs))
  const medianOf = (samples: Sample[]): number => spreadOf(samples.map(({ wallMs }) => wallMs)).median
  return { ...pairs, median: medianOf(millrace) / medianOf(reference) }
}

/** Both sides in turn, A B A B, so that what else the machine does falls on both. The first pair warms up. */
export async function alternate(
  runs: number,
  reference: () => Promise<Sample>,
  millrace: (run: number) => Promise<Sample>,
): Promise<SidesMeasured> {
  const measured: SidesMeasured = { reference: [], millrace: [] }
  for (let run = 0; run <= runs; run++) {
    const first = await reference()
    const second = await millrace(run)
    if (run === 0) continue
    measured.reference.push(first)
    measured.millrace.push(second)
  }
  return measured
}
