import { describe, expect, it } from 'vitest'
import type { CatalogTable } from '../../../../../src/main/contract/query.ts'
import { knownTables, matchingTables } from '../../../../../src/renderer/features/schema/tables.ts'

const table = (schema: string, name: string): CatalogTable => ({
  schema, name, kind: 'table', rows: 1, replicated: true, columns: [],
})
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
