import { describe, expect, it } from 'vitest'
import type { ChartSettings } from '../../../../../src/main/contract/chart.ts'
import type { ResultColumn, ValueKind } from '../../../../../src/main/contract/values.ts'
import { defaultChart, fittingChart, withKind } from '../../../../../src/renderer/components/chart/chartDefaults.ts'

const types: Partial<Record<ValueKind, string>> = { number: 'DOUBLE', instant: 'TIMESTAMP', boolean: 'BOOLEAN' }
const columns = (...named: [string, ValueKind][]): ResultColumn[] =>
  named.map(([name, kind]) => ({ name, kind, type: types[kind] ?? 'VARCHAR' }))

describe('the chart that is proposed', () => {
  it.each([
    ['time and a number: a line', columns(['at', 'instant'], ['total', 'number']), 'line', 'at', ['total'], 'sum'],
    ['time alone: counted bars', columns(['at', 'instant'], ['id', 'number']), 'bar', 'at', [], 'count'],
    ['a name and a number: bars', columns(['country', 'text'], ['total', 'number']), 'bar', 'country', ['total'], 'sum'],
    ['two names: stacked', columns(['a', 'text'], ['b', 'text'], ['n', 'number']), 'stacked', 'a', ['n'], 'sum'],
    ['names alone: counted', columns(['country', 'text']), 'bar', 'country', [], 'count'],
    ['two numbers: a scatter', columns(['a', 'number'], ['b', 'number']), 'scatter', 'a', ['b'], 'none'],
    ['one number: a histogram', columns(['a', 'number']), 'histogram', 'a', [], 'count'],
    ['years: a line', columns(['year', 'number'], ['total', 'number']), 'line', 'year', ['total'], 'sum'],
  ] as const)('%s', (_what, given, kind, x, y, aggregate) => {
    expect(defaultChart(given)).toMatchObject({ kind, x, y, aggregate })
  })

  it('is none of what cannot be drawn, and never a pie', () => {
    expect(defaultChart(columns(['doc', 'json']))).toBeNull()
  })
})

const settings: ChartSettings = {
  kind: 'line', x: 'at', y: ['total', 'tax'], series: 'country', aggregate: 'sum', bucket: 'auto',
}

describe('kept settings', () => {
  it('leave out what the result has no longer', () => {
    expect(fittingChart(settings, columns(['at', 'instant'], ['total', 'number']))).toMatchObject({
      y: ['total'], series: null,
    })
    expect(fittingChart(settings, columns(['total', 'number']))).toBeNull()
    expect(fittingChart(settings, columns(['at', 'instant']))).toBeNull()
  })

  it('are completed where another kind needs more', () => {
    const all = columns(['at', 'instant'], ['total', 'number'], ['tax', 'number'], ['country', 'text'], ['status', 'text'])
    expect(withKind(settings, 'histogram', all)).toMatchObject({ kind: 'histogram', x: 'total' })
    expect(withKind(settings, 'scatter', all)).toMatchObject({ x: 'tax', y: ['total'], aggregate: 'none' })
    expect(withKind({ ...settings, series: null }, 'pivot', all)).toMatchObject({ series: 'country' })
    for (const between of ['scatter', 'histogram'] as const) {
      expect(withKind(withKind(settings, between, all), 'bar', all)).toMatchObject({ x: 'at', aggregate: 'sum' })
    }
    const afterBoth = withKind(withKind(settings, 'scatter', all), 'histogram', all)
    expect(withKind(afterBoth, 'heatmap', all)).toMatchObject({ aggregate: 'sum' })
  })
})
