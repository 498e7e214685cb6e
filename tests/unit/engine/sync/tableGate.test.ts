import { describe, expect, it } from 'vitest'
import type { StreamRelation } from '../../../../src/main/engine/decode/pgoutput.ts'
import { lsnFromBigint } from '../../../../src/main/engine/model/lsn.ts'
import type { SourceRelation } from '../../../../src/main/engine/model/relation.ts'
import { newFollowedTable, type FollowedTable } from '../../../../src/main/engine/sync/followedTables.ts'
import { TableGate } from '../../../../src/main/engine/sync/tableGate.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { relation } from '../source/relation.ts'

const copiedAt = lsnFromBigint(100n)

function followed(change: Partial<SourceRelation> = {}): FollowedTable {
  return { ...newFollowedTable(planTable(relation(change)), null), state: 'ready', snapshotLsn: copiedAt }
}

function described(change: Partial<StreamRelation> = {}): StreamRelation {
  const columns = [{ name: 'id', typeOid: 23, typmod: -1, inIdentity: true }]
  return { oid: 1, schema: 'public', name: 'orders', replicaIdentity: 'default', columns, ...change }
}

function gateOf(table: FollowedTable): TableGate {
  return new TableGate(new Map([[1, table]]), new Map(), lsnFromBigint(50n))
}

describe('which changes a table takes', () => {
  it('those of transactions that committed at its snapshot or later, and none before', () => {
    const table = followed()
    const gate = gateOf(table)
    for (const [lsn, takes] of [[99n, false], [100n, true], [101n, true]] as const) {
      gate.begin(lsnFromBigint(lsn), false)
      expect(gate.forRow(1, 1)?.plan ?? null).toBe(takes ? table.plan : null)
      expect(gate.forChange(1)?.plan ?? null).toBe(takes ? table.plan : null)
    }
    expect(gate.takeParked()).toEqual([])
  })

  it('none of a transaction that the file holds already', () => {
    const gate = gateOf(followed())
    gate.begin(lsnFromBigint(200n), true)
    expect(gate.forRow(1, 1)).toBeNull()
    expect(gate.takeParked()).toEqual([])
  })

  it.each(['init', 'copying', 'errored', 'excluded'] as const)('none while it is %s', (state) => {
    const gate = gateOf({ ...followed(), state })
    gate.begin(lsnFromBigint(200n), false)
    expect(gate.forRow(1, 1)).toBeNull()
    expect(gate.takeParked()).toEqual([])
  })

  it('none of a table that is not followed, which is told', () => {
    const gate = gateOf(followed())
    expect(gate.describe(described({ oid: 2 }))).toBe('unknown')
    expect(gate.describe(described())).toBe('followed')
    gate.begin(lsnFromBigint(200n), false)
    expect(gate.forRow(2, 1)).toBeNull()
  })

  it('an old description in a transaction from before its copy parks nothing', () => {
    const table = followed()
    const gate = gateOf(table)
    gate.begin(lsnFromBigint(60n), false)
    gate.describe(described({ columns: [] }))
    expect(gate.forRow(1, 0)).toBeNull()
    gate.begin(lsnFromBigint(150n), false)
    gate.describe(described())
    expect(gate.forRow(1, 1)?.plan).toBe(table.plan)
    expect(gate.takeParked()).toEqual([])
  })

  it('rows after another description are of another shape, whose plan is not known yet', () => {
    const table = followed()
    const gate = gateOf(table)
    gate.begin(lsnFromBigint(60n), false)
    const relation = described({ columns: [{ name: 'renamed', typeOid: 23, typmod: -1, inIdentity: true }] })
    gate.describe(relation)
    gate.begin(lsnFromBigint(150n), false)
    const shape = gate.forRow(1, 1)!
    expect(shape).toMatchObject({ plan: null, relation, identity: 'key', keyColumns: [0], fromLsn: 150n })
    expect(gate.forRow(1, 1)).toBe(shape)
    table.plan = { ...table.plan, columns: [{ ...table.plan.columns[0]!, sourceName: 'renamed' }] }
    gate.noteSettled(1, shape)
    expect(gate.forRow(1, 1)).toMatchObject({ plan: table.plan, relation: null })
  })

  it('a table under FULL that is known by its key is known by its whole rows once the stream describes it, until the key is confirmed', () => {
    const table = followed({ replicaIdentity: 'full' })
    const gate = gateOf(table)
    gate.begin(lsnFromBigint(150n), false)
    expect(gate.forRow(1, 1)).toMatchObject({ identity: 'key' })
    gate.describe(described({ replicaIdentity: 'full' }))
    const shape = gate.forRow(1, 1)!
    expect(shape).toMatchObject({ plan: null, identity: 'whole-row' })
    gate.noteSettled(1, shape)
    expect(gate.forRow(1, 1)).toMatchObject({ plan: table.plan, identity: 'key' })
  })

  it('parked is told once, and takes nothing from then on', () => {
    const gate = gateOf(followed())
    gate.begin(lsnFromBigint(150n), false)
    expect(gate.forRow(1, 2)).toBeNull()
    expect(gate.forRow(1, 1)).toBeNull()
    expect(gate.forChange(1)).toBeNull()
    expect(gate.takeParked()).toHaveLength(1)
    expect(gate.takeParked()).toEqual([])
  })

  it('a row that nobody can find again parks the table: without identity, or without the full old row', () => {
    const inserts = gateOf(followed({ identityKey: [], primaryKey: [], identityGap: 'no-primary-key' }))
    inserts.begin(lsnFromBigint(150n), false)
    expect(inserts.forRow(1, 1)).not.toBeNull()
    expect(inserts.forExistingRow(1, 1, false)).toBeNull()
    expect(inserts.takeParked()).toMatchObject([{ code: 'TABLE_UNDESCRIBED_CHANGE' }])
    const wholeRow = gateOf(followed({ replicaIdentity: 'full', primaryKey: [], identityKey: [1] }))
    wholeRow.begin(lsnFromBigint(150n), false)
    expect(wholeRow.forExistingRow(1, 1, true)).not.toBeNull()
    expect(wholeRow.forExistingRow(1, 1, false)).toBeNull()
  })
})
