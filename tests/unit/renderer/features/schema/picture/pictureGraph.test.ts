import { describe, expect, it } from 'vitest'
import type { ForeignKey } from '../../../../../../src/main/contract/catalog.ts'
import {
  pictureGraph, PROPOSED_TABLES, proposedTables,
} from '../../../../../../src/renderer/features/schema/picture/pictureGraph.ts'
import { keyOf } from '../../../../../../src/renderer/features/schema/tables.ts'
import type { KnownTable } from '../../../../../../src/renderer/features/schema/tables.ts'

const column = (name: string, key = false) => ({ name, type: 'BIGINT', sourceType: 'bigint', key, note: null })
const table = (name: string, columns = [column('id', true), column('note')]): KnownTable => ({
  where: 'replica',
  table: { schema: 'public', name, kind: 'table', rows: 1, replicated: true, columns },
})
const key = (from: string, to: string): ForeignKey => ({
  name: `${from}_${to}`, schema: 'public', table: from, columns: [`${to}_id`],
  references: { schema: 'public', table: to, columns: ['id'] },
})
const tables = [table('orders', [column('id', true), column('customers_id'), column('note')]), table('customers'), table('alone')]
const keys = [key('orders', 'customers')]
const all = new Set(tables.map(({ table: one }) => keyOf(one)))

describe('the picture', () => {
  it('has the keys of each table, and says what it leaves out', () => {
    const { nodes, edges } = pictureGraph(tables, keys, all, false)
    const orders = nodes.find(({ name }) => name === 'orders')!
    expect(orders.columns.map(({ name, isKey, isReference }) => [name, isKey, isReference])).toEqual([
      ['id', true, false], ['customers_id', false, true],
    ])
    expect(orders.hidden).toBe(1)
    expect(edges).toHaveLength(1)
    expect(edges[0]).toMatchObject({ words: 'orders.customers_id → customers.id' })
    expect(pictureGraph(tables, keys, all, true).nodes[0]).toMatchObject({ hidden: 0, columns: { length: 3 } })
  })

  it('draws no key to a table that is not in it', () => {
    const { nodes, edges } = pictureGraph(tables, keys, new Set([keyOf(tables[0]!.table)]), false)
    expect([nodes.length, edges.length]).toEqual([1, 0])
  })

  it('begins with every table, and of very many with those that most keys meet', () => {
    expect(proposedTables(tables, keys)).toEqual(all)
    const many = [...Array.from({ length: PROPOSED_TABLES }, (_, at) => table(`t${at}`)), ...tables]
    const proposed = proposedTables(many, keys)
    expect(proposed.size).toBe(PROPOSED_TABLES)
    expect(proposed.has(keyOf({ schema: 'public', name: 'customers' }))).toBe(true)
    expect(proposed.has(keyOf({ schema: 'public', name: 'alone' }))).toBe(false)
  })
})
