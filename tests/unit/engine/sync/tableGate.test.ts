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
      expect(gate.forRow(1, 1)).toBe(takes ? table : null)
      expect(gate.forChange(1)).toBe(takes ? table : null)
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
    expect(gate.forRow(1, 1)).toBe(table)
    expect(gate.takeParked()).toEqual([])
  })

  it('a description that came before its copy and still holds after it parks it at its first change', () => {
    const gate = gateOf(followed())
    gate.begin(lsnFromBigint(60n), false)
    gate.describe(described({ name: 'renamed' }))
    gate.begin(lsnFromBigint(150n), false)
    expect(gate.takeParked()).toEqual([])
    expect(gate.forRow(1, 1)).toBeNull()
    expect(gate.takeParked()).toMatchObject([{ oid: 1, code: 'TABLE_CHANGED', lsn: 150n, reason: expect.stringMatching(/renamed/) }])
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
