import { describe, expect, it } from 'vitest'
import type { CatalogTable } from '../../../../../src/main/contract/query.ts'
import type { ResultColumn } from '../../../../../src/main/contract/values.ts'
import { filteredSql, knownTables, matchingTables } from '../../../../../src/renderer/features/schema/tables.ts'

const table = (schema: string, name: string): CatalogTable => ({
  schema, name, kind: 'table', rows: 1, replicated: true, columns: [],
})
const columns: ResultColumn[] = [
  { name: 'total', type: 'DECIMAL(12,2)', kind: 'number' },
  { name: 'It\'s "odd"', type: 'VARCHAR', kind: 'text' },
]

describe('the tables of the schema', () => {
  it('are those of both engines, each once, without our own', () => {
    const known = knownTables(
      [table('public', 'orders'), table('millrace', 'file')],
      [table('public', 'orders'), table('audit', 'log')],
    )
    expect(known.map(({ table: { name }, where }) => [name, where])).toEqual([['log', 'source'], ['orders', 'replica']])
    expect(matchingTables(known, 'AUDIT.')).toHaveLength(1)
  })
})

describe('the statement of a bar', () => {
  it('asks for the rows between its edges', () => {
    const sql = filteredSql(
      { schema: 'public', name: 'orders' },
      [
        { column: 0, test: { kind: 'at-least', value: '50' } },
        { column: 0, test: { kind: 'less', value: '100' } },
      ],
      columns,
    )
    expect(sql).toBe('SELECT * FROM public.orders\nWHERE total >= 50\n  AND total < 100;')
  })

  it('quotes names and values', () => {
    const sql = filteredSql(
      { schema: 'Sales', name: 'orders' },
      [
        { column: 1, test: { kind: 'equal', value: "o'clock" } },
        { column: 0, test: { kind: 'equal', value: '1; DROP' } },
        { column: 1, test: { kind: 'null' } },
      ],
      columns,
    )
    expect(sql).toBe(
      `SELECT * FROM "Sales".orders\nWHERE "It's ""odd""" = 'o''clock'\n  AND total = '1; DROP'\n  AND "It's ""odd""" IS NULL;`,
    )
  })
})
