import { describe, expect, it } from 'vitest'
import { buildCompletionIndex } from '../../../../../src/renderer/components/sql/completionIndex.ts'
import { hoverAt } from '../../../../../src/renderer/components/sql/hover.ts'

const column = (name: string, type: string, more: object = {}) => ({
  name, type, sourceType: null, key: false, note: null, ...more,
})
const index = buildCompletionIndex([
  {
    schema: 'public', name: 'orders', kind: 'table', rows: 1_200, replicated: true,
    columns: [
      column('id', 'BIGINT', { sourceType: 'bigint', key: true }),
      column('place', 'VARCHAR', { sourceType: 'point', note: 'Kept as text.' }),
    ],
  },
  {
    schema: 'sales', name: 'customers', kind: 'table', rows: null, replicated: false, columns: [column('id', 'integer')],
  },
])
const at = (marked: string) => hoverAt(marked.replace('|', ''), marked.indexOf('|'), index)

describe('what is said of a name under the pointer', () => {
  it('of a column its type, its key, the source and its note', () => {
    expect(at('SELECT i|d FROM orders')).toEqual({
      start: 7, end: 9, name: 'orders.id', type: 'BIGINT', notes: ['Part of the primary key.'],
      column: { schema: 'public', name: 'orders', column: 'id' },
    })
    expect(at('SELECT 1; SELECT o.pla|ce FROM orders o')).toMatchObject({
      start: 19, name: 'orders.place', type: 'VARCHAR', notes: ['On the source: point.', 'Kept as text.'],
    })
  })

  it('of a table its columns, key, rows, and whether it is copied; also behind an alias', () => {
    expect(at('SELECT * FROM ord|ers')).toMatchObject({
      name: 'public.orders', type: 'table', notes: ['2 columns, key id.', 'About 1\u2009200 rows.'],
    })
    expect(at('SELECT c| .id FROM sales.customers AS c')).toMatchObject({ name: 'sales.customers' })
    expect(at('SELECT * FROM sales.cust|omers')!.notes.at(-1)).toContain('not copied')
  })

  it('the alias before the dot decides whose column it is', () => {
    expect(at('SELECT c.i|d FROM orders o JOIN sales.customers c ON true')).toMatchObject({ name: 'customers.id' })
  })

  it('nothing in strings and comments, and of names that nobody knows', () => {
    for (const sql of ["SELECT 'i|d' FROM orders", 'SELECT 1 -- i|d\nFROM orders', 'SELECT nonse|nse FROM orders', '|']) {
      expect(at(sql), sql).toBeNull()
    }
  })
})
