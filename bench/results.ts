import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { MachineFacts } from './machine.ts'
import type { MeasuredBenchmark } from './report.ts'

/** The last whole measurement of every benchmark, each with its time and what else the machine did. */
interface Results {
  machine: Omit<MachineFacts, 'loadAverage' | 'noisy'>
  benchmarks: MeasuredBenchmark[]
}

/** Puts `measured` in the place of the same benchmark's earlier figures; those of another machine are not kept beside it. */
export function keepResult(file: string, machine: Results['machine'], measured: MeasuredBenchmark, order: readonly string[]): void {
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : null
  const isSameMachine = before?.machine.processor === machine.processor && before.machine.cores === machine.cores
  const others = isSameMachine ? before.benchmarks.filter(({ name }) => name !== measured.name) : []
  const benchmarks = [...others, measured].sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
  // Some benchmarks need no server.
  if (before && machine.postgres === '') machine = { ...machine, postgres: before.machine.postgres }
  writeFileSync(file, `${JSON.stringify({ machine, benchmarks } satisfies Results, null, 2)}\n`)
}
