import { describe, expect, it } from 'vitest'
import type { CatalogTable } from '../../../../../src/main/contract/query.ts'
import {
  isKeptAsText, mergedTables, schemaId, tableId, treeRows,
} from '../../../../../src/renderer/features/explore/tree.ts'
import { shortType } from '../../../../../src/renderer/components/sql/shortType.ts'
import type { TreeRow } from '../../../../../src/renderer/features/explore/tree.ts'

function table(schema: string, name: string, columns = ['id']): CatalogTable {
  return {
    schema, name, kind: 'table', rows: 1, replicated: true,
    columns: columns.map((column) => ({ name: column, type: 'int8', sourceType: null, key: false, note: null })),
  }
}

const merged = mergedTables(
  [table('public', 'orders', ['id', 'total']), table('millrace', 'checkpoint')],
  [table('public', 'orders'), table('public', 'audit', ['id', 'actor']), table('crm', 'leads')],
)

function shown(rows: readonly TreeRow[]): string[] {
  return rows.map((row) =>
    row.kind === 'schema'
      ? row.schema
      : row.kind === 'table' ? `  ${row.entry.table.name} (${row.entry.where})` : `    ${row.column.name}`)
}

describe('the schema tree', () => {
  it('has the tables of both engines once, gold before blue, our own schema last and closed', () => {
    expect(shown(treeRows(merged, new Set(), ''))).toEqual([
      'crm', '  leads (source)', 'public', '  audit (source)', '  orders (replica)', 'millrace',
    ])
  })

  it('opens and closes what is toggled', () => {
    const toggled = new Set([schemaId('crm'), tableId({ schema: 'public', name: 'orders' })])
    expect(shown(treeRows(merged, toggled, ''))).toEqual([
      'crm', 'public', '  audit (source)', '  orders (replica)', '    id', '    total', 'millrace',
    ])
  })

  it('finds tables and columns by a part of their name, and opens what it finds', () => {
    expect(shown(treeRows(merged, new Set(), 'ORD'))).toEqual(['public', '  orders (replica)'])
    expect(shown(treeRows(merged, new Set(), 'actor'))).toEqual(['public', '  audit (source)', '    actor'])
    expect(shown(treeRows(merged, new Set(), 'checkp'))).toEqual(['millrace', '  checkpoint (replica)'])
    expect(treeRows(merged, new Set(), 'nothing like it')).toEqual([])
  })

  it('keeps the same columns under tables of the same name apart', () => {
    const twins = [table('a', 't'), table('b', 't')]
    const rows = treeRows(mergedTables(twins, []), new Set(twins.map(tableId)), '')
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  })
})

describe('types in the tree', () => {
  it('mark what the replica keeps as text, and nothing that is text on the source', () => {
    const column = (type: string, sourceType: string | null) =>
      ({ name: 'c', type, sourceType, key: false, note: null })
    expect(isKeptAsText(column('VARCHAR', 'tsvector'))).toBe(true)
    expect(isKeptAsText(column('VARCHAR', 'character varying(20)'))).toBe(false)
    expect(isKeptAsText(column('DECIMAL(12,2)', 'numeric(12,2)'))).toBe(false)
    expect(isKeptAsText(column('text', null))).toBe(false)
  })

  it.each([
    ['timestamp with time zone', 'timestamptz'],
    ['timestamp(3) without time zone', 'timestamp(3)'],
    ['character varying(64)', 'varchar(64)'],
    ['bigint', 'int8'],
    ['bigint[]', 'int8[]'],
    ['double precision', 'float8'],
    ['DECIMAL(12,2)', 'decimal(12,2)'],
  ])('%s is shown as %s', (type, short) => {
    expect(shortType(type)).toBe(short)
  })
})
