import type { BenchmarkResult, Figure } from './benchmark.ts'
import type { MachineFacts } from './machine.ts'

export type MeasuredBenchmark = {
  name: string
  title: string
  at: string
  /** Over the minute before it began. */
  loadAverage: number
  failure?: string
} & Partial<BenchmarkResult>

export interface Report {
  scale: number
  countedRuns: number
  orderRows: number
  machine: MachineFacts
  benchmarks: MeasuredBenchmark[]
}

function number(value: number, unit: Figure['unit']): string {
  if (unit === 'x' || unit === 'power') return value.toFixed(2)
  const places = unit === 'ms' && value < 100 ? 1 : 0
  return value.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places })
}

export function isMet({ value, goal, isLeast }: Figure): boolean | null {
  if (goal === undefined) return null
  return isLeast ? value >= goal : value <= goal
}

function goalText(figure: Figure): string {
  const met = isMet(figure)
  return met === null ? '' : `${met ? 'met' : 'MISSED'}, ${figure.isLeast ? 'at least' : 'goal'} ${number(figure.goal!, figure.unit)}`
}

export function formatReport(report: Report): string {
  const { machine } = report
  const lines = [
    `${machine.cores} cores (${machine.processor}), ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GB, ${machine.system}, ` +
      `Node ${machine.node}, DuckDB ${machine.duckdb}, Postgres ${machine.postgres}`,
    `load average at the start ${machine.loadAverage.toFixed(2)}${machine.noisy ? ': noisy, single times mean little' : ''}; ` +
      `scale ${report.scale}, ${report.orderRows.toLocaleString('en')} rows, ${report.countedRuns} runs a side`,
  ]
  for (const { title, figures, failure, referenceTool, comparedRows } of report.benchmarks) {
    lines.push('', title)
    if (failure !== undefined) lines.push(`  FAILED: ${failure}`)
    const rows = (figures ?? []).map((figure) => {
      const { label, unit, value, min, max } = figure
      const range = min === undefined || max === undefined ? '' : `${number(min, unit)} to ${number(max, unit)}`
      return [label, `${number(value, unit)} ${unit}`, range, goalText(figure)]
    })
    const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
    for (const [label, value, range, goal] of rows) {
      lines.push(`  ${label!.padEnd(widths[0]!)}  ${value!.padStart(widths[1]!)}  ${range!.padStart(widths[2]!)}  ${goal}`.trimEnd())
    }
    if (referenceTool !== undefined) lines.push(`  reference: ${referenceTool}`)
    if (comparedRows !== undefined) lines.push(`  all ${comparedRows.toLocaleString('en')} rows equal`)
  }
  return lines.join('\n')
}
