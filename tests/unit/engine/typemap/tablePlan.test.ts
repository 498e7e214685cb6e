import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SourceRelation } from '../../../../src/main/engine/model/relation.ts'
import { keepColumnsAsText, planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { column, relation } from '../source/relation.ts'

const names = (...all: string[]) => all.map((name, index) => column({ attnum: index + 1, name }))
const replicaNames = (...all: string[]) => planTable(relation({ columns: names(...all) })).columns.map((each) => each.replicaName)

describe('what a table becomes', () => {
  it('keeps its names, so that the same SQL runs on both', () => {
    expect(planTable(relation())).toMatchObject({ replicaSchema: 'public', replicaTable: 'orders', columns: [{ replicaName: 'id' }] })
  })

  it.each(['millrace', 'history', 'main', 'temp', 'information_schema', 'Main'])('a schema called %s gets another name', (schema) => {
    expect(planTable(relation({ schema })).replicaSchema).toBe(`${schema}_source`)
  })

  it('names that DuckDB would take for one another, or for its own, are told apart by their place', () => {
    expect(replicaNames('Id', 'id', 'rowid', 'ID')).toEqual(['Id', 'id_2', 'rowid_3', 'ID_4'])
    expect(replicaNames('id_3', 'x', 'ID', 'iD_3')).toEqual(['id_3', 'x', 'ID', 'iD_3_4'])
  })

  it('no two columns ever have one name, whatever they are called', () => {
    const name = fc.constantFrom('a', 'A', 'a_1', 'a_2', 'A_2', 'rowid', 'ROWID', 'rowid_1', 'a_2_2')
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 9 }), (all) => {
        const given = replicaNames(...all).map((each) => each.toLowerCase())
        return new Set([...given, 'rowid']).size === all.length + 1
      }),
    )
  })

  it.each<[string, Partial<SourceRelation>, string, boolean[]]>([
    ['its primary key', {}, 'key', [true, false]],
    ['an index', { replicaIdentity: 'index', identityKey: [2] }, 'key', [false, true]],
    ['its primary key, though full rows come', { replicaIdentity: 'full', identityKey: [1, 2] }, 'key', [true, false]],
    ['all of its values', { replicaIdentity: 'full', primaryKey: [], identityKey: [1, 2] }, 'whole-row', [false, false]],
    ['nothing', { primaryKey: [], identityKey: [] }, 'none', [false, false]],
    ['nothing, though it has a key that is not sent', { replicaIdentity: 'nothing', identityKey: [] }, 'none', [false, false]],
  ])('a row is found by %s', (_, change, identity, inKey) => {
    const plan = planTable(relation({ columns: names('a', 'b'), ...change }))
    expect(plan.identity).toBe(identity)
    expect(plan.columns.map((each) => each.inKey)).toEqual(inKey)
  })

  it.each(['s', 'v'] as const)('a generated column (%s) is left out, and said to be', (generated) => {
    const plan = planTable(relation({ columns: [column(), column({ attnum: 2, name: 'twice', generated })] }))
    expect(plan.columns.map((each) => each.sourceName)).toEqual(['id'])
    expect(plan.omitted).toEqual([{ name: 'twice', reason: expect.stringMatching(/generated/) }])
  })

  it('with heirs is copied without them', () => {
    expect(planTable(relation({ hasInheritanceChildren: true })).copyOnly).toBe(true)
    expect(planTable(relation({ hasInheritanceChildren: true, kind: 'partitioned' })).copyOnly).toBe(false)
  })

  it('columns whose values do not fit become text with a note, and the others stay', () => {
    const kept = keepColumnsAsText(planTable(relation({ columns: names('a', 'b') })), [1])
    expect(kept.columns.map((each) => [each.plan.replicaType, each.plan.exactness])).toEqual([
      ['INTEGER', 'exact'],
      ['VARCHAR', 'text'],
    ])
    expect(kept.columns[1]!.plan.note).toBeTruthy()
  })
})
