import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  exactPattern,
  isNamedIn,
  matchTables,
  unmatchedPatterns,
} from '../../../../src/main/engine/source/selection.ts'

const tables = ['public.orders', 'public.Orders', 'public.order_items', 'sales.orders', 'sales.a.b', 'sales.x*y', 'sales.xzy'].map(
  (text) => ({ schema: text.slice(0, text.indexOf('.')), name: text.slice(text.indexOf('.') + 1) }),
)
const chosen = (include: string[], exclude: string[] = []): string[] =>
  matchTables(tables, { include, exclude }).map((table) => `${table.schema}.${table.name}`)

describe('a pattern means', () => {
  test.each<[string, string[]]>([
    ['orders', ['public.orders']],
    ['ORDERS', ['public.orders']],
    ['Orders', ['public.orders', 'public.Orders']],
    ['"Orders"', ['public.Orders']],
    ['public.*', ['public.orders', 'public.Orders', 'public.order_items']],
    ['*.orders', ['public.orders', 'sales.orders']],
    ['order*', ['public.orders', 'public.order_items']],
    ['public.order?', ['public.orders']],
    ['sales."a.b"', ['sales.a.b']],
    ['sales."x*y"', ['sales.x*y']],
    ['sales.x*y', ['sales.x*y', 'sales.xzy']],
    ['sales.a.b', []],
    ['sales', []],
    ['', []],
    ['public.', []],
    ['"unclosed', []],
  ])('%s', (pattern, expected) => {
    expect(chosen([pattern])).toEqual(expected)
  })
})

test('no include means every table, and exclude takes away', () => {
  expect(chosen([])).toHaveLength(tables.length)
  expect(chosen(['*.*'], ['sales.*', 'order_items'])).toEqual(['public.orders', 'public.Orders'])
})

test('a pattern that means nothing is told', () => {
  expect(unmatchedPatterns(tables, { include: ['orders', 'nope', 'public.z*'], exclude: ['other'] })).toEqual(['nope', 'public.z*'])
})

test('a table is asked for by name only without a wildcard', () => {
  const orders = { schema: 'public', name: 'orders' }
  expect(isNamedIn(orders, { include: ['orders'], exclude: [] })).toBe(true)
  expect(isNamedIn(orders, { include: ['public.*', '*.orders'], exclude: [] })).toBe(false)
})

test('an exact pattern means its own table and no other, whatever their names', () => {
  const name = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'A', '.', '"', '*', '?', ' ', '\\', '\n') })
  fc.assert(
    fc.property(fc.array(fc.record({ schema: name, name }), { minLength: 1, maxLength: 6 }), (some) => {
      const [first] = some
      const found = matchTables(some, { include: [exactPattern(first!)], exclude: [] })
      expect(found).toEqual(some.filter((table) => table.schema === first!.schema && table.name === first!.name))
    }),
  )
})
