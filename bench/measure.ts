import { setTimeout as delay } from 'node:timers/promises'
import { endedChildrenMs } from './processorTime.ts'

const BACKEND_ENDS_MS = 200

/** One run of one side: the whole process, from its start to its end. */
export interface Sample {
  wallMs: number
  /** Processor time of the program; null where the system does not tell. */
  cpuMs: number | null
  /** Processor time of the server's backends for it; null where the system does not tell. */
  serverCpuMs: number | null
  /** Peak memory of the program; null where it does not tell. */
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

export interface ProcessorTimes {
  /** Medians; null where the system does not tell. */
  reference: number | null
  millrace: number | null
  referenceServer: number | null
  millraceServer: number | null
}

/** Bears a busy machine better than wall time does. */
export function processorTimes({ reference, millrace }: SidesMeasured): ProcessorTimes {
  const median = (samples: Sample[], pick: (sample: Sample) => number | null): number | null => {
    const known = samples.map(pick).filter((value) => value !== null)
    return known.length > 0 ? spreadOf(known).median : null
  }
  return {
    reference: median(reference, ({ cpuMs }) => cpuMs),
    millrace: median(millrace, ({ cpuMs }) => cpuMs),
    referenceServer: median(reference, ({ serverCpuMs }) => serverCpuMs),
    millraceServer: median(millrace, ({ serverCpuMs }) => serverCpuMs),
  }
}

export interface Side {
  /** Not measured. */
  prepare?(run: number): Promise<void>
  run(): Promise<Sample>
}

/** Both sides in turn, A B A B, so that what else the machine does falls on both. The first pair warms up. */
export async function alternate(
  runs: number,
  serverPid: number,
  reference: Side,
  millrace: Side,
): Promise<SidesMeasured> {
  const measured: SidesMeasured = { reference: [], millrace: [] }
  const measure = async (side: Side, run: number): Promise<Sample> => {
    await side.prepare?.(run)
    await delay(BACKEND_ENDS_MS)
    const beforeMs = endedChildrenMs(serverPid)
    const sample = await side.run()
    // A backend ends a moment after its client.
    await delay(BACKEND_ENDS_MS)
    const afterMs = endedChildrenMs(serverPid)
    return { ...sample, serverCpuMs: beforeMs === null || afterMs === null ? null : afterMs - beforeMs }
  }
  for (let run = 0; run <= runs; run++) {
    const first = await measure(reference, run)
    const second = await measure(millrace, run)
    if (run === 0) continue
    measured.reference.push(first)
    measured.millrace.push(second)
  }
  return measured
}
