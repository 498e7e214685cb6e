import { describe, expect, it } from 'vitest'
import { groupFindings, sqlOf } from '../../../../../src/renderer/features/connect/findings.ts'
import type { SourceTable } from '../../../../../src/renderer/features/connect/sourceTypes.ts'
import {
  firstChoice, moved, parentIndex, sumOf, tickOf, toggled, treeRows,
} from '../../../../../src/renderer/features/connect/tableTree.ts'

let oid = 0
function table(schema: string, name: string, change: Partial<SourceTable> = {}): SourceTable {
  return {
    oid: ++oid,
    schema,
    name,
    kind: 'table',
    estimatedRows: 100,
    totalBytes: 8192,
    replicaIdentity: 'default',
    key: ['id'],
    follows: 'every-change',
    columns: [
      { name: 'id', type: 'bigint', nullable: false, key: true, replicaType: 'BIGINT', exact: true },
      { name: 'area', type: 'box', nullable: true, key: false, replicaType: 'VARCHAR', exact: false },
    ],
    ...change,
  }
}

const orders = table('public', 'orders')
const customers = table('public', 'customers')
const events = table('analytics', 'events', { follows: 'inserts-only', key: [], estimatedRows: null })
const hidden = table('analytics', 'hidden', { follows: 'nothing' })
const tables = [events, orders, hidden, customers]
const view = { search: '', foldedSchemas: new Set<string>(), openTables: new Set<number>() }

describe('the tree', () => {
  it('shows schemas with their tables, public first', () => {
    const names = treeRows(tables, view).map((row) => (row.kind === 'schema' ? row.schema : row.kind === 'table' ? row.table.name : ''))
    expect(names).toEqual(['public', 'customers', 'orders', 'analytics', 'events', 'hidden'])
  })

  it('folds schemas and unfolds columns', () => {
    expect(treeRows(tables, { ...view, foldedSchemas: new Set(['public', 'analytics']) })).toHaveLength(2)
    const rows = treeRows(tables, { ...view, openTables: new Set([orders.oid]) })
    expect(rows.filter(({ kind }) => kind === 'column')).toHaveLength(2)
  })

  it('opens what a search finds, folded or not', () => {
    const rows = treeRows(tables, { ...view, search: 'lytics.ev', foldedSchemas: new Set(['analytics']) })
    expect(rows.map(({ level }) => level)).toEqual([1, 2])
  })

  it('stays quick with 20 000 tables', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => table(`s${index % 50}`, `t${index}`))
    const before = performance.now()
    expect(treeRows(many, view)).toHaveLength(20_050)
    expect(performance.now() - before).toBeLessThan(1_000)
  })

  it('moves by the arrows and never off the edge', () => {
    expect(moved('ArrowDown', 4, 5)).toBe(4)
    expect(moved('ArrowUp', 0, 5)).toBe(0)
    expect(moved('End', 0, 5)).toBe(4)
    const rows = treeRows(tables, view)
    expect(parentIndex(rows, 2)).toBe(0)
    expect(parentIndex(rows, 0)).toBe(0)
  })
})

describe('the choice', () => {
  it('begins with the tables of which every change can be followed', () => {
    expect(firstChoice(tables)).toEqual(new Set([orders.oid, customers.oid]))
  })

  it('ticks a schema, all or some of it', () => {
    expect(tickOf([orders, customers], new Set())).toBe(false)
    expect(tickOf([orders, customers], new Set([orders.oid]))).toBe('some')
    expect(tickOf([orders, customers], new Set([orders.oid, customers.oid]))).toBe(true)
  })

  it('never chooses what cannot be copied', () => {
    const chosen = toggled([events, hidden], new Set())
    expect(chosen).toEqual(new Set([events.oid]))
    expect(tickOf([events, hidden], chosen)).toBe(true)
    expect(toggled([events, hidden], chosen).size).toBe(0)
  })

  it('adds up what will be copied, and says what it does not know', () => {
    expect(sumOf(tables, new Set([orders.oid, events.oid]))).toEqual({
      tables: 2,
      bytes: 16_384,
      rows: 100,
      rowsAreMore: true,
      insertsOnly: 1,
      textColumns: 2,
    })
  })
})

describe('the findings', () => {
  const finding = (check: string, severity: 'ok' | 'note' | 'warning' | 'blocker', name?: string) => ({
    check,
    severity,
    found: check,
    advice: '',
    ...(name ? { table: { schema: 'public', name }, sql: 'ALTER TABLE x;' } : {}),
  })

  it('put first what is in the way, and say once what many tables share', () => {
    const groups = groupFindings([
      finding('version', 'ok'),
      finding('identity', 'note', 'a'),
      finding('wal-level', 'blocker'),
      finding('identity', 'note', 'b'),
    ])
    expect(groups.map(({ check, findings }) => [check, findings.length])).toEqual([
      ['wal-level', 1],
      ['identity', 2],
      ['version', 1],
    ])
  })

  it('give each piece of SQL once', () => {
    expect(sqlOf([finding('a', 'note', 'a'), finding('b', 'note', 'b'), finding('c', 'ok')])).toBe('ALTER TABLE x;')
  })
})
