import { describe, expect, it } from 'vitest'
import type { CatalogTable } from '../../../../../src/main/contract/query.ts'
import { splitStatements } from '../../../../../src/renderer/components/sql/statements.ts'
import { samplesOf } from '../../../../../src/renderer/features/compare/samples.ts'

function table(name: string, rows: number, columns: [string, string, boolean?][]): CatalogTable {
  return {
    schema: 'public', name, kind: 'table', rows, replicated: true,
    columns: columns.map(([column, type, key = false]) => ({ name: column, type, sourceType: type, key, note: null })),
  }
}

const shop = [
  table('customers', 50_000, [['id', 'bigint', true], ['email', 'text'], ['country', 'text']]),
  table('orders', 300_000, [
    ['id', 'bigint', true], ['customer_id', 'bigint'], ['status', 'text'], ['Total', 'numeric(12,2)'],
    ['placed_at', 'timestamp with time zone'],
  ]),
]

describe('statements made from the schema', () => {
  it('ask the largest tables that fit, and are one statement each', () => {
    const samples = samplesOf(shop)
    expect(samples.map(({ title }) => title)).toEqual(['Aggregate', 'Join', 'By month', 'Top 20', 'Primary key'])
    for (const { sql } of samples) expect(splitStatements(sql)).toHaveLength(1)
    expect(samples[0]!.sql).toBe(
      'SELECT status, count(*), sum("Total"), min("Total")\nFROM public.orders\nGROUP BY 1\nORDER BY 1',
    )
    expect(samples[1]!.sql).toContain('JOIN public.customers b ON b.id = a.customer_id')
  })

  it('make the order of the top rows total by the key', () => {
    expect(samplesOf(shop).find(({ title }) => title === 'Top 20')!.sql).toContain('ORDER BY "Total" DESC, id')
  })

  it('leave out what the schema has no columns for, and tables that are not copied', () => {
    expect(samplesOf([table('notes', 10, [['body', 'text']])])).toEqual([])
    expect(samplesOf(shop.map((entry) => ({ ...entry, replicated: false })))).toEqual([])
  })
})
