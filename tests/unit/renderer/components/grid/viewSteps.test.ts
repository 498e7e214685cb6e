import { describe, expect, it } from 'vitest'
import { wholeResult } from '../../../../../src/main/contract/resultView.ts'
import type { ResultView } from '../../../../../src/main/contract/resultView.ts'
import type { ResultColumn } from '../../../../../src/main/contract/values.ts'
import {
  filterWords, testsOf, valueTest, withFilter, withNextSort, withoutFilter, withSort,
} from '../../../../../src/renderer/components/grid/viewSteps.ts'

const orderOf = ({ order }: ResultView) => order.map(({ column, direction }) => `${column} ${direction}`)
const column = (kind: ResultColumn['kind']): ResultColumn => ({ name: 'total', type: 'any', kind })

describe('the next view of a result', () => {
  it('goes round with each click on a header: ascending, descending, as the statement gives it', () => {
    const once = withNextSort(wholeResult, 2, false)
    const twice = withNextSort(once, 2, false)
    expect(orderOf(once)).toEqual(['2 ascending'])
    expect(orderOf(twice)).toEqual(['2 descending'])
    expect(orderOf(withNextSort(twice, 2, false))).toEqual([])
  })

  it('is sorted by another column alone, or after those before where it is added', () => {
    const first = withSort(wholeResult, 1, 'descending')
    expect(orderOf(withNextSort(first, 3, false))).toEqual(['3 ascending'])
    const both = withNextSort(first, 3, true)
    expect(orderOf(both)).toEqual(['1 descending', '3 ascending'])
    expect(orderOf(withNextSort(both, 1, true))).toEqual(['3 ascending'])
    expect(orderOf(withSort(both, 1, 'ascending', true))).toEqual(['1 ascending', '3 ascending'])
  })

  it('holds a filter once, and keeps search, order and the other filters', () => {
    const filter = { column: 0, test: { kind: 'equal', value: '7' } } as const
    const other = { column: 1, test: { kind: 'null' } } as const
    const before: ResultView = { search: 'x', filters: [], order: [{ column: 4, direction: 'ascending' }] }
    const view = withFilter(withFilter(withFilter(before, filter), filter), other)
    expect(view).toEqual({ ...before, filters: [filter, other] })
    expect(withoutFilter(view, 0).filters).toEqual([other])
  })

  it('tells a value from no value', () => {
    expect(valueTest(null, true)).toEqual({ kind: 'null' })
    expect(valueTest(null, false)).toEqual({ kind: 'not-null' })
    expect(valueTest('', true)).toEqual({ kind: 'equal', value: '' })
    expect(valueTest('a', false)).toEqual({ kind: 'not-equal', value: 'a' })
  })
})

describe('the filter of a column', () => {
  it('offers the likeliest test first, and none that makes no sense of the type', () => {
    expect(testsOf(column('text'))[0]).toBe('contains')
    expect(testsOf(column('number'))[0]).toBe('equal')
    expect(testsOf(column('boolean'))).toEqual(['equal', 'not-equal', 'null', 'not-null'])
    expect(testsOf(column('json'))).not.toContain('less')
    for (const kind of ['text', 'number', 'instant', 'boolean', 'json', 'binary', 'list', 'other'] as const) {
      expect(testsOf(column(kind)).slice(-2)).toEqual(['null', 'not-null'])
    }
  })

  it('is told in one line, whatever its value is', () => {
    const words = (value: string) => filterWords({ column: 0, test: { kind: 'equal', value } }, [column('text')])
    expect(words('open')).toBe('total = open')
    expect(words('')).toBe("total = ''")
    expect(words('x'.repeat(100))).toBe(`total = ${'x'.repeat(40)}…`)
    expect(filterWords({ column: 0, test: { kind: 'null' } }, [column('text')])).toBe('total is NULL')
  })
})
