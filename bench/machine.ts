import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { readFileSync } from 'node:fs'

export interface MachineFacts {
  cores: number
  processor: string
  memoryBytes: number
  system: string
  node: string
  duckdb: string
  postgres: string
  /** Over the last minute, before the benchmark began. */
  loadAverage: number
  noisy: boolean
}

/** Other people's work shows in the load average; the ratios bear it, single times do not. */
export function readMachine(packageFile: string): Omit<MachineFacts, 'postgres'> {
  const cores = availableParallelism()
  const loadAverage = loadavg()[0]!
  const { dependencies } = JSON.parse(readFileSync(packageFile, 'utf8')) as { dependencies: Record<string, string> }
  return {
    cores,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    duckdb: dependencies['@duckdb/node-api'] ?? 'unknown',
    loadAverage,
    noisy: loadAverage > cores,
  }
}
