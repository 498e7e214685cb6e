import type { BenchServer } from './benchServer.ts'
import { processorTimes, ratioOf, spreadOf, type SidesMeasured } from './measure.ts'
import type { Millrace } from './millrace.ts'
import type { BenchOptions } from './options.ts'
import type { Reference } from './reference.ts'

/** `power`: time grows as the size to this. */
export type Unit = 'x' | 'ms' | 'ns' | 'MB' | '/s' | 'power'

export interface Figure {
  label: string
  unit: Unit
  value: number
  /** Of single runs. */
  min?: number
  max?: number
  /** What it should not exceed, or, where `isLeast`, not fall below. */
  goal?: number
  isLeast?: true
}

export interface BenchmarkResult {
  figures: Figure[]
  /** Every run, in its order. */
  runs?: SidesMeasured
  referenceTool?: string
  /** Rows that were compared between source and replica at the end, all equal. */
  comparedRows?: number
}

export interface BenchContext {
  options: BenchOptions
  /** For files of this benchmark. */
  folder: string
  /** Where the built benchmark programs lie. */
  benchFolder: string
  /** Started at the first call. */
  server(): Promise<BenchServer>
  /** Name of a database with the filled orders table, to be copied; made at the first call. */
  ordersTemplate(): Promise<string>
  /** Rows of the orders table at this scale. */
  orderRows: number
  millrace: Millrace
  reference: Reference
  say(text: string): void
}

export interface Benchmark {
  name: string
  title: string
  run(context: BenchContext): Promise<BenchmarkResult>
}

/** What every comparison of two sides tells. */
export function sidesFigures(measured: SidesMeasured, referenceLabel: string, goal: number): Figure[] {
  const walls = spreadOf(measured.millrace.map(({ wallMs }) => wallMs))
  const processor = processorTimes(measured)
  const ratio = ratioOf(measured)
  const figures: Figure[] = [
    { label: `whole process / ${referenceLabel}`, unit: 'x', value: ratio.median, min: ratio.min, max: ratio.max, goal },
    { label: referenceLabel, unit: 'ms', value: spreadOf(measured.reference.map(({ wallMs }) => wallMs)).median },
    { label: 'Millrace', unit: 'ms', value: walls.median, min: walls.min, max: walls.max },
  ]
  const times: [string, number | null][] = [
    [`processor time, ${referenceLabel}`, processor.reference],
    ['processor time, Millrace', processor.millrace],
    [`processor time on the source, ${referenceLabel}`, processor.referenceServer],
    ['processor time on the source, Millrace', processor.millraceServer],
  ]
  for (const [label, value] of times) if (value !== null) figures.push({ label, unit: 'ms', value })
  const { referenceServer, millraceServer } = processor
  if (referenceServer !== null && millraceServer !== null && referenceServer > 0) {
    figures.push({ label: 'processor time on the source / the same', unit: 'x', value: millraceServer / referenceServer, goal: 1.05 })
  }
  figures.push({ label: 'peak memory', unit: 'MB', value: megabytes(largestPeak(measured)), goal: MEMORY_GOAL_MB })
  return figures
}

export const MEMORY_GOAL_MB = 600

export const megabytes = (bytes: number): number => bytes / 1e6

const largestPeak = (measured: SidesMeasured): number =>
  Math.max(...measured.millrace.map(({ peakBytes }) => peakBytes ?? 0))
