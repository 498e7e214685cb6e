import { describe, expect, it } from 'vitest'
import type { ChartData, ChartKind, ChartSettings } from '../../../../../src/main/contract/chart.ts'
import type { ResultColumn } from '../../../../../src/main/contract/values.ts'
import {
  chartOption, chartSummary, msOf, seriesOf,
} from '../../../../../src/renderer/components/chart/chartOption.ts'
import type { ChartColors } from '../../../../../src/renderer/components/chart/chartOption.ts'
import { svgOf } from '../../../../../src/renderer/components/chart/echartsParts.ts'

const colors: ChartColors = {
  ink: '#111111', muted: '#666666', line: '#dddddd', paper: '#ffffff', raised: '#ffffff',
  series: ['#e0a800', '#3f7cb5', '#00856a'], scale: ['#fbf3dc', '#e0a800'],
}
const columns: ResultColumn[] = [
  { name: 'day', type: 'DATE', kind: 'instant' },
  { name: 'country', type: 'VARCHAR', kind: 'text' },
  { name: 'total', type: 'DECIMAL(12,2)', kind: 'number' },
]
const settings = (part: Partial<ChartSettings>): ChartSettings => ({
  kind: 'line', x: 'day', y: ['total'], series: null, aggregate: 'sum', bucket: 'auto', ...part,
})
const data: ChartData = {
  rows: [['2026-01-01', 'DE', '5.50'], ['2026-01-01', null, '2'], ['2026-01-02', 'DE', '7']],
  measures: ['sum(total)'], bucket: 'day', note: null,
}

describe('a chart', () => {
  it('reads instants of both engines, and nothing else', () => {
    expect(msOf('2026-01-01')).toBe(Date.UTC(2026, 0, 1))
    expect(msOf('2026-01-01 02:00:00.123456+02')).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123))
    expect(msOf('2026-01-01 00:00:00')).toBe(Date.UTC(2026, 0, 1))
    expect(msOf('infinity')).toBeNull()
  })

  it('has one series a value of the split, NULL among them', () => {
    expect(seriesOf({ series: 'country' }, data)).toEqual([
      { name: 'DE', points: [['2026-01-01', 5.5], ['2026-01-02', 7]] },
      { name: 'NULL', points: [['2026-01-01', 2]] },
    ])
    expect(seriesOf({ series: null }, data).map(({ name }) => name)).toEqual(['sum(total)'])
  })

  it.each(['line', 'area', 'bar', 'stacked', 'scatter', 'pie', 'heatmap'] as ChartKind[])('of kind %s becomes a picture', (kind) => {
    const chosen = settings({ kind, series: kind === 'pie' ? null : 'country' })
    const svg = svgOf(chartOption(chosen, data, columns, colors, true), 600, 300)
    expect(svg).toMatch(/^<svg/)
    expect(svg).toMatch(/#e0a800|rgb\(224,168,0\)/)
  })

  it.each(['stacked', 'pie'] as ChartKind[])('of kind %s hatches what would have the colour of another', (kind) => {
    const countries = ['DE', 'FR', 'IT', 'PL', 'SE']
    const many: ChartData = { ...data, rows: countries.map((country) => (kind === 'pie' ? [country, null, '3'] : ['2026-01-01', country, '3'])) }
    const hatched = (chosen: ChartData): number => {
      const svg = svgOf(chartOption(settings({ kind, series: kind === 'pie' ? null : 'country' }), chosen, columns, colors, true), 600, 300)
      return new Set(svg.match(/url\(#[^)]*\)/g)).size
    }
    expect(hatched({ ...many, rows: many.rows.slice(0, 3) })).toBe(0)
    expect(hatched(many)).toBeGreaterThan(0)
  })

  it('of a histogram has a bar for each pair of edges', () => {
    const bars = { ...data, rows: [['0', '50', '3'], ['50', '100', '9']], measures: ['rows'] }
    const option = chartOption(settings({ kind: 'histogram', x: 'total', y: [] }), bars, columns, colors, true)
    expect(option).toMatchObject({ xAxis: { data: ['0 – 50', '50 – 100'] }, series: [{ data: [3, 9] }] })
  })

  it('is told in words', () => {
    expect(chartSummary(settings({ series: 'country' }), data)).toBe(
      'Line chart of sum(total) by day, split by country. ' +
        'sum(total) is highest at 2026-01-02 with 7 and lowest at 2026-01-01 with 2.',
    )
    expect(chartSummary(settings({ kind: 'bar' }), { ...data, rows: [] })).toBe('Bar chart without a value.')
  })
})
