import { describe, expect, it } from 'vitest'
import type { CatalogTable } from '../../../../../src/main/contract/query.ts'
import { findOpenables, namedColumns, rankOf } from '../../../../../src/renderer/features/explore/quickOpen.ts'

const table = (name: string, columns: string[] = []): { table: CatalogTable; on: 'replica' } => ({
  on: 'replica',
  table: {
    schema: 'public', name, kind: 'table', rows: 1, replicated: true,
    columns: columns.map((column) => ({ name: column, type: 'text', sourceType: null, key: false, note: null })),
  },
})
const nothing = { tables: [], columns: [], saved: [], history: [] }

describe('open anything', () => {
  it('puts the whole name first, then its beginning, then a word of it, then anything', () => {
    const tables = ['reorders', 'big_orders', 'orders_old', 'orders'].map((name) => table(name))
    const found = findOpenables('orders', { ...nothing, tables })
    expect(found.map((openable) => openable.kind === 'table' && openable.table.name)).toEqual([
      'orders', 'orders_old', 'big_orders', 'reorders',
    ])
    expect(rankOf('a.*b', ['.*'])).toBe(3)
  })

  it('finds columns, saved queries and what was run, by all words', () => {
    const found = findOpenables('country rev', {
      tables: [],
      columns: namedColumns([table('orders', ['country_revenue', 'country'])]),
      saved: [{ path: 'a.sql', title: 'Revenue by country', description: '', parameters: {}, chart: null, sql: '', version: '1' }],
      history: [
        { id: '1', sql: 'SELECT revenue FROM country', startedAt: '', engine: 'source', durationMs: 1, rows: 1, fault: null },
      ],
    })
    expect(found.map(({ kind }) => kind)).toEqual(['saved', 'column', 'history'])
  })

  it('finds a column in each of its tables, and searches each name once', () => {
    const columns = namedColumns(Array.from({ length: 2_000 }, (_, at) => table(`table_${at}`, ['id', 'created_at'])))
    expect(columns).toHaveLength(2)
    const found = findOpenables('created', { ...nothing, columns })
    expect(found.map((openable) => openable.kind === 'column' && openable.table.name).slice(0, 2)).toEqual(['table_0', 'table_1'])
    expect(found).toHaveLength(12)
  })

  it('shows a dozen of a kind at most, and asks no more of 20,000 tables than to look at each once', () => {
    let looks = 0
    const tables = Array.from({ length: 20_000 }, (_, at) => {
      const one = table(`table_${at}`)
      Object.defineProperty(one.table, 'name', { get: () => ((looks += 1), `table_${at}`) })
      return one
    })
    expect(findOpenables('table_1', { ...nothing, tables })).toHaveLength(12)
    expect(looks).toBeLessThan(20_100)
  })
})
