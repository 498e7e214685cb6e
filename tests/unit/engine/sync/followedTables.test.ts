import { describe, expect, it } from 'vitest'
import { lsnFromBigint } from '../../../../src/main/engine/model/lsn.ts'
import type { SourceRelation } from '../../../../src/main/engine/model/relation.ts'
import type { PublishedTable } from '../../../../src/main/engine/source/publication.ts'
import {
  differenceFromPublication,
  newFollowedTable,
  recordedPlan,
  recordedTable,
  recordOf,
} from '../../../../src/main/engine/sync/followedTables.ts'
import { keepColumnsAsText, planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { column, relation } from '../source/relation.ts'

const price = column({ attnum: 2, name: 'price', typeOid: 1700, baseTypeOid: 1700, typmod: 655366, baseTypmod: 655366, typeName: 'numeric(10,2)' })
const columns = [column(), price]
const plan = (change: Partial<SourceRelation> = {}) => planTable(relation({ columns, ...change }))

describe('the plan of a table that was copied earlier', () => {
  const record = (of = plan()) => recordOf({ ...newFollowedTable(of, null), state: 'ready', snapshotLsn: lsnFromBigint(7n), rows: 3 })
  const recorded = (of: ReturnType<typeof plan>) => recordedPlan(record(of).table, record(of).columns, undefined)

  it('is the one that its rows were written by, whatever the source has become since', () => {
    expect(JSON.stringify(recorded(plan()))).toBe(JSON.stringify(plan()))
  })

  it('keeps as text what was kept as text because of a value', () => {
    expect(recorded(keepColumnsAsText(plan(), [1]))?.columns[1]?.plan).toMatchObject({ replicaType: 'VARCHAR', exactness: 'text' })
  })

  it('is none where the file has another type than this Millrace would choose, or does not say what the column was', () => {
    const { table, columns: own } = record()
    expect(recordedPlan(table, [own[0]!, { ...own[1]!, replicaType: 'DOUBLE' }], undefined)).toBeNull()
    expect(recordedPlan(table, [own[0]!, { ...own[1]!, source: null }], undefined)).toBeNull()
    expect(recordedPlan(table, [], undefined)).toBeNull()
  })

  it('is shown as the file knows it until the source has been asked', () => {
    expect(recordedTable(record().table, { of: () => 5 })).toMatchObject({ state: 'ready', rows: 5, snapshotLsn: 7n, plan: { oid: 1, name: 'orders', columns: [] } })
  })
})

describe('what the publication lets through', () => {
  const published: PublishedTable = {
    publication: 'p',
    oid: 1,
    schema: 'public',
    name: 'orders',
    publishesInserts: true,
    publishesUpdates: true,
    publishesDeletes: true,
    publishesTruncates: true,
    viaPartitionRoot: true,
    hasRowFilter: false,
    columnList: null,
  }

  it('everything is no difference', () => {
    expect(differenceFromPublication(plan(), published)).toBeNull()
  })

  it('inserts and truncates are everything for a table without identity', () => {
    const inserts = plan({ primaryKey: [], identityKey: [] })
    const change = { ...published, publishesUpdates: false, publishesDeletes: false }
    expect(differenceFromPublication(inserts, change)).toBeNull()
    expect(differenceFromPublication(plan(), change)).not.toBeNull()
  })

  it.each([
    { publishesInserts: false },
    { publishesUpdates: false },
    { publishesDeletes: false },
    { publishesTruncates: false },
    { hasRowFilter: true },
    { columnList: [1] },
  ])('%j leaves something out', (change) => {
    expect(differenceFromPublication(plan(), { ...published, ...change })).toMatch(/leaves something/)
  })

  it('nothing of it at all is told', () => {
    expect(differenceFromPublication(plan(), undefined)).toMatch(/taken out/)
  })
})
