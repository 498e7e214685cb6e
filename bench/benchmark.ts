import type { BenchServer } from './benchServer.ts'
import type { SidesMeasured } from './measure.ts'
import type { Millrace } from './millrace.ts'
import type { BenchOptions } from './options.ts'
import type { Reference } from './reference.ts'

export type Unit = 'x' | 'ms' | 'ns' | 'MB' | '/s'

export interface Figure {
  label: string
  unit: Unit
  value: number
  /** Of single runs. */
  min?: number
  max?: number
  /** What it should not exceed. */
  goal?: number
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

export const megabytes = (bytes: number): number => bytes / 1e6

export const largestPeak = (measured: SidesMeasured): number =>
  Math.max(...measured.millrace.map(({ peakBytes }) => peakBytes ?? 0))
