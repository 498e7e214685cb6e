import type { ChartData } from '../../../main/contract/chart.ts'
import type { Cell } from '../../../main/contract/values.ts'
import { labelOf } from './chartOption.ts'

/** The first measure by row and column. */
export interface Pivot {
  across: readonly string[]
  down: readonly string[]
  at(row: string, column: string): Cell
}

export function pivotOf({ rows }: Pick<ChartData, 'rows'>): Pivot {
  const byPlace = new Map<string, Cell>()
  for (const [row = null, column = null, value = null] of rows) byPlace.set(`${labelOf(row)}\0${labelOf(column)}`, value)
  return {
    down: [...new Set(rows.map(([row = null]) => labelOf(row)))],
    across: [...new Set(rows.map((row) => labelOf(row[1] ?? null)))],
    at: (row, column) => byPlace.get(`${row}\0${column}`) ?? null,
  }
}

/** As a spreadsheet takes it from the clipboard: tabs between exact values. */
export function pivotText(data: ChartData, rowName: string, columnName: string | null): string {
  const { across, down, at } = pivotOf(data)
  const field = (text: string): string => (/["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const names = columnName === null ? [data.measures[0] ?? ''] : across
  const lines = [[rowName, ...names], ...down.map((row) => [row, ...across.map((column) => at(row, column) ?? '')])]
  return lines.map((line) => line.map(field).join('\t')).join('\n')
}
