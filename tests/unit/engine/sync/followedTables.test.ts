import { describe, expect, it } from 'vitest'
import type { StreamRelation } from '../../../../src/main/engine/decode/pgoutput.ts'
import { lsnFromBigint } from '../../../../src/main/engine/model/lsn.ts'
import type { SourceRelation } from '../../../../src/main/engine/model/relation.ts'
import type { PublishedTable } from '../../../../src/main/engine/source/publication.ts'
import {
  differenceFromPublication,
  differenceFromRecord,
  differenceFromStream,
  newFollowedTable,
  recordedTable,
  recordOf,
} from '../../../../src/main/engine/sync/followedTables.ts'
import { keepColumnsAsText, planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { column, relation } from '../source/relation.ts'

const price = column({ attnum: 2, name: 'price', typeOid: 1700, baseTypeOid: 1700, typmod: 655366, baseTypmod: 655366, typeName: 'numeric(10,2)' })
const columns = [column(), price]
const plan = (change: Partial<SourceRelation> = {}) => planTable(relation({ columns, ...change }))

const streamed: StreamRelation = {
  oid: 1,
  schema: 'public',
  name: 'orders',
  replicaIdentity: 'default',
  columns: [
    { name: 'id', typeOid: 23, typmod: -1, inIdentity: true },
    { name: 'price', typeOid: 1700, typmod: 655366, inIdentity: false },
  ],
}

function changed(index: number, change: Partial<StreamRelation['columns'][number]>): Partial<StreamRelation> {
  return { columns: streamed.columns.map((each, place) => (place === index ? { ...each, ...change } : each)) }
}

describe('what the stream says of a table', () => {
  it('is no difference where it is what was planned', () => {
    expect(differenceFromStream(plan(), streamed)).toBeNull()
  })

  it('is no difference where more columns than the key identify a row', () => {
    expect(differenceFromStream(plan(), { ...streamed, ...changed(1, { inIdentity: true }), replicaIdentity: 'full' })).toBeNull()
  })

  it.each([
    ['another name', { name: 'old_orders' }, /renamed or moved/],
    ['another schema', { schema: 'archive' }, /renamed or moved/],
    ['a column more', { columns: [...streamed.columns, streamed.columns[1]!] }, /added or dropped/],
    ['a column less', { columns: streamed.columns.slice(1) }, /added or dropped/],
    ['a column renamed', changed(1, { name: 'cost' }), /renamed or replaced/],
    ['another case of a name', changed(1, { name: 'Price' }), /renamed or replaced/],
    ['another type', changed(1, { typeOid: 701 }), /type of column price/],
    ['another precision', changed(1, { typmod: 655367 }), /type of column price/],
    ['a key column that identifies no more', changed(0, { inIdentity: false }), /replica identity/],
  ])('%s is told', (_, change, reason) => {
    expect(differenceFromStream(plan(), { ...streamed, ...change })).toMatch(reason)
  })
})

describe('what the catalog says of a table that was copied earlier', () => {
  const record = (of = plan()) => recordOf({ ...newFollowedTable(of, null), state: 'ready', snapshotLsn: lsnFromBigint(7n), rows: 3 })
  const difference = (now: ReturnType<typeof plan>, then = plan()) => differenceFromRecord(now, record(then).table, record(then).columns)

  it('is no difference where nothing changed', () => {
    expect(difference(plan())).toBeNull()
  })

  it.each([
    ['renamed', plan({ name: 'old_orders' }), /renamed or moved/],
    ['moved', plan({ schema: 'archive' }), /renamed or moved/],
    ['without its key', plan({ primaryKey: [], identityKey: [] }), /replica identity/],
    ['with another key', plan({ primaryKey: [2], identityKey: [2] }), /Columns were changed/],
    ['with a column more', plan({ columns: [...columns, column({ attnum: 3, name: 'extra' })] }), /Columns were changed/],
    ['with a column less', plan({ columns: [columns[0]!] }), /Columns were changed/],
    ['with a column dropped and made anew', plan({ columns: [columns[0]!, { ...price, attnum: 3 }] }), /Columns were changed/],
    ['with another type', plan({ columns: [columns[0]!, { ...price, typmod: 655367, baseTypmod: 655367 }] }), /Columns were changed/],
  ])('%s is told', (_, now, reason) => {
    expect(difference(now)).toMatch(reason)
  })

  it('kept as text once and exact now is told, for the file holds text', () => {
    expect(difference(plan(), keepColumnsAsText(plan(), [1]))).toMatch(/Columns were changed/)
  })

  it('is shown as the file knows it until the source has been asked', () => {
    expect(recordedTable(record().table)).toMatchObject({ state: 'ready', rows: 3, snapshotLsn: 7n, plan: { oid: 1, name: 'orders', columns: [] } })
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
