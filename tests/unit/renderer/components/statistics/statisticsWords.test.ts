import { describe, expect, it } from 'vitest'
import type { ColumnStatistics } from '../../../../../src/main/contract/statistics.ts'
import type { ResultColumn } from '../../../../../src/main/contract/values.ts'
import {
  barWords, distinctWords, histogramSummary, nullWords, summaryLines,
} from '../../../../../src/renderer/components/statistics/statisticsWords.ts'

const statistics = (part: Partial<ColumnStatistics>): ColumnStatistics => ({
  rows: 1000, nulls: 0, distinct: 10, isExact: true, minimum: null, maximum: null, quartiles: null, mean: null,
  topValues: [], histogram: null, ...part,
})
const integer: ResultColumn = { name: 'n', type: 'BIGINT', kind: 'number' }
const decimal: ResultColumn = { name: 'amount', type: 'DECIMAL(12,2)', kind: 'number' }

describe('the words of statistics', () => {
  it('name an estimate as one', () => {
    expect(distinctWords(statistics({ distinct: 12 }))).toBe('12 different')
    expect(distinctWords(statistics({ distinct: 12, isExact: false }))).toBe('about 12 different')
    expect(distinctWords(statistics({ distinct: 1000 }))).toBe('each value once')
    expect(distinctWords(statistics({ distinct: 1000, isExact: false }))).toMatch(/^about/)
  })

  it('tell a column at a glance', () => {
    const glance = (part: object) => summaryLines({ ...statistics({}), column: decimal, ...part })
    expect(glance({ nulls: 250, minimum: '0.10', maximum: '1999.90' })).toEqual([
      '1\u202f000 rows, 25 % NULL, 10 different.', 'From 0.10 to 1\u202f999.90.',
    ])
    expect(glance({ distinct: 1, minimum: '5', maximum: '5' })[1]).toBe('Always 5.')
    expect(glance({ rows: 0, distinct: 0 })).toEqual(['0 rows.'])
  })

  it('never round a few NULLs to none, nor nearly all to all', () => {
    expect(nullWords(statistics({ nulls: 1 }))).toBe('<1 % NULL')
    expect(nullWords(statistics({ nulls: 999 }))).toBe('99 % NULL')
    expect(nullWords(statistics({ nulls: 1000 }))).toBe('all NULL')
  })

  it('tell a bar by its edges, and one integer as itself', () => {
    expect(barWords({ from: '3', to: '4', count: 1 }, integer)).toBe('3: 1 row')
    expect(barWords({ from: '50', to: '100', count: 2 }, decimal)).toBe('50 to below 100: 2 rows')
    expect(histogramSummary([{ from: '0', to: '50', count: 1 }, { from: '50', to: '100', count: 7 }], decimal)).toBe(
      'Histogram of amount: 2 bars, the highest 50 to below 100: 7 rows',
    )
  })
})
