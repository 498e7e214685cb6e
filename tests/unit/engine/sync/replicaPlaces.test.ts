import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrationsFrom } from '../../../../src/main/engine/store/migrations.ts'
import { readReplicaNames, writeTable } from '../../../../src/main/engine/store/records.ts'
import { newFollowedTable, recordOf, type FollowedTable } from '../../../../src/main/engine/sync/followedTables.ts'
import { canTakeItsName, clearPlaces, dropReplica, noteSetAside } from '../../../../src/main/engine/sync/replicaPlaces.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { relation } from '../source/relation.ts'

let instance: DuckDBInstance
let connection: DuckDBConnection
let tables: Map<number, FollowedTable>

beforeEach(async () => {
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
  for (const statement of migrationsFrom(0)) await connection.run(statement)
  tables = new Map()
})
afterEach(() => {
  connection.closeSync()
  instance.closeSync()
})

async function record(oid: number, name: string): Promise<void> {
  const table = newFollowedTable(planTable(relation({ oid, name })), null)
  tables.set(oid, table)
  await writeTable(connection, { ...recordOf(table), columns: [], marks: null })
}

async function copiedNames(): Promise<string[]> {
  const found = await connection.runAndReadAll(`SELECT table_name FROM duckdb_tables() WHERE schema_name = 'public' ORDER BY 1`)
  return found.getRows().map(([name]) => name as string)
}

describe('names in the replica', () => {
  it('one that another copy needs is given up, in the file, in the record and in what is followed, whatever its case', async () => {
    await record(7, 'Items')
    await connection.run('CREATE TABLE public."Items" (id INTEGER)')
    const setAside = await clearPlaces(connection, [{ schema: 'public', table: 'items' }], new Set([8]))
    expect(setAside).toEqual([{ oid: 7, from: { schema: 'public', table: 'Items' }, to: 'Items_7' }])
    expect(await copiedNames()).toEqual(['Items_7'])
    expect((await readReplicaNames(connection)).get(7)).toEqual({ schema: 'public', table: 'Items_7' })
    noteSetAside(tables, setAside)
    expect(tables.get(7)?.plan).toMatchObject({ name: 'Items', replicaTable: 'Items_7' })
  })

  it('one that was given up can be had again once nobody has it, and not before', async () => {
    await record(7, 'Items')
    await record(8, 'items')
    const [seven, eight] = [tables.get(7)!, tables.get(8)!]
    expect(canTakeItsName(seven.plan, tables.values())).toBe(false)
    seven.plan = { ...seven.plan, replicaTable: 'Items_7' }
    expect(canTakeItsName(seven.plan, tables.values())).toBe(false)
    eight.plan = { ...eight.plan, replicaTable: 'others' }
    expect(canTakeItsName(seven.plan, tables.values())).toBe(true)
  })

  it('one that was to be of a table that is not copied yet is given up as well', async () => {
    await record(7, 'items')
    expect(await clearPlaces(connection, [{ schema: 'public', table: 'items' }], new Set())).toHaveLength(1)
    expect((await readReplicaNames(connection)).get(7)).toMatchObject({ table: 'items_7' })
  })

  it('that of a newcomer itself, and those that nobody needs, stay', async () => {
    await record(7, 'items')
    await record(8, 'other')
    expect(await clearPlaces(connection, [{ schema: 'public', table: 'items' }, { schema: 'shop', table: 'other' }], new Set([7]))).toEqual([])
  })

  it('a copy is dropped, but not one that another table has under the same name', async () => {
    await record(7, 'items')
    await connection.run('CREATE TABLE public.items (id INTEGER)')
    await record(8, 'items')
    await dropReplica(connection, 8)
    expect(await copiedNames()).toEqual(['items'])
    await connection.run('DELETE FROM millrace.tables WHERE table_oid = 8')
    await dropReplica(connection, 8)
    expect(await copiedNames()).toEqual(['items'])
    await dropReplica(connection, 7)
    expect(await copiedNames()).toEqual([])
  })
})
