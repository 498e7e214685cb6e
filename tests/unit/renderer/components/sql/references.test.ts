import { describe, expect, it } from 'vitest'
import type { ForeignKey } from '../../../../../src/main/contract/catalog.ts'
import type { ResultColumn } from '../../../../../src/main/contract/values.ts'
import { resultReferences, rowReferredTo } from '../../../../../src/renderer/components/sql/references.ts'

const key = (table: string, columns: string[], to: string, toColumns: string[]): ForeignKey => ({
  name: `${table}_${columns.join('_')}`, schema: 'public', table, columns,
  references: { schema: 'public', table: to, columns: toColumns },
})
const number = (name: string): ResultColumn => ({ name, type: 'BIGINT', kind: 'number' })
const text = (name: string): ResultColumn => ({ name, type: 'VARCHAR', kind: 'text' })
const customer = key('orders', ['customer_id'], 'customers', ['id'])

describe('the foreign keys of a result', () => {
  it('are those of the tables that its statement names, by the names of its columns', () => {
    const columns = [number('id'), number('customer_id')]
    const found = resultReferences('SELECT id, customer_id FROM orders o', columns, [customer])
    expect([...found.keys()]).toEqual([1])
    expect(resultReferences('SELECT id, customer_id FROM public.orders', columns, [customer]).size).toBe(1)
    expect(resultReferences('SELECT id, customer_id FROM sales.orders', columns, [customer]).size).toBe(0)
    expect(resultReferences('SELECT id, customer_id FROM invoices', columns, [customer]).size).toBe(0)
    expect(resultReferences("SELECT 'orders' AS customer_id", [text('customer_id')], [customer]).size).toBe(0)
  })

  it('of several columns count only where all of them are there', () => {
    const line = key('returns', ['order_id', 'line'], 'order_items', ['order_id', 'line'])
    const sql = 'SELECT * FROM returns'
    expect(resultReferences(sql, [number('order_id')], [line]).size).toBe(0)
    const found = resultReferences(sql, [number('line'), number('order_id')], [line])
    expect(found.get(0)).toBe(found.get(1))
    expect(found.get(0)!.columns).toEqual([1, 0])
  })

  it('point nowhere where two keys claim the column', () => {
    const keys = [customer, key('shipments', ['customer_id'], 'partners', ['id']), key('visits', ['customer_id'], 'people', ['id'])]
    const sql = 'SELECT customer_id FROM orders JOIN shipments USING (customer_id) JOIN visits USING (customer_id)'
    expect(resultReferences(sql, [number('customer_id')], keys).size).toBe(0)
  })
})

describe('the row that a key points to', () => {
  it('is asked for by the value, as a number only where it is one', () => {
    const reference = { key: customer, columns: [0] }
    expect(rowReferredTo(reference, ['17'], [number('customer_id')])).toBe('SELECT * FROM public.customers WHERE id = 17;')
    expect(rowReferredTo(reference, ['NaN'], [number('customer_id')])).toBe("SELECT * FROM public.customers WHERE id = 'NaN';")
    expect(rowReferredTo(reference, ["1' OR true --"], [text('customer_id')])).toBe(
      "SELECT * FROM public.customers WHERE id = '1'' OR true --';",
    )
  })

  it('is none where a part of the key is NULL', () => {
    const reference = { key: key('returns', ['order_id', 'line'], 'order_items', ['order_id', 'line']), columns: [0, 1] }
    expect(rowReferredTo(reference, ['1', null], [number('order_id'), number('line')])).toBeNull()
    expect(rowReferredTo(reference, ['1', '2'], [number('order_id'), number('line')])).toBe(
      'SELECT * FROM public.order_items WHERE order_id = 1 AND line = 2;',
    )
  })
})
