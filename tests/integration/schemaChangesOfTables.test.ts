import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'

describe.each([18, 15] as const)('changes of whole tables on Postgres %i', (major) => {
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession | null = null

  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
  })
  afterEach(async () => {
    await session?.close()
    session = null
    await source.drop()
  })

  async function follow(before: string): Promise<void> {
    await source.query(before)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
  }

  async function expectAfter(change: string, tables: string[], outcomes: string[]): Promise<void> {
    await source.query(change)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, tables)
    const recorded = await replicaRows(session!, 'SELECT outcome, table_name, change FROM millrace.schema_changes ORDER BY rowid')
    expect(new Set(recorded.map((row) => row.split('|')[0])), JSON.stringify(recorded)).toEqual(new Set(outcomes))
  }

  const items = `CREATE TABLE items (id int PRIMARY KEY, a text); INSERT INTO items SELECT n, 'a' || n FROM generate_series(1, 20) n`

  it('a renamed table is renamed, and goes on', async () => {
    await follow(items)
    await expectAfter('ALTER TABLE items RENAME TO things; INSERT INTO things VALUES (21)', ['things'], ['applied'])
    await expectAfter('DELETE FROM things WHERE id < 5', ['things'], ['applied'])
  })

  it('two tables that swap their names swap them', async () => {
    await follow(`${items}; CREATE TABLE other (id int PRIMARY KEY, b int); INSERT INTO other VALUES (1, 2)`)
    const swap = 'ALTER TABLE items RENAME TO passing; ALTER TABLE other RENAME TO items; ALTER TABLE passing RENAME TO other'
    await expectAfter(`${swap}; INSERT INTO items VALUES (7, 8); DELETE FROM other WHERE id = 3`, ['items', 'other'], ['applied'])
  })

  it.each([
    { again: ['items'], copies: 'one of them is' },
    { again: ['items', 'other'], copies: 'both are' },
  ])('tables that swap their names while $copies to be copied again keep every row', async ({ again }) => {
    await follow(`${items}; CREATE TABLE other (id int PRIMARY KEY, b int); INSERT INTO other SELECT n, n FROM generate_series(1, 30) n`)
    await session!.pause()
    for (const name of again) await session!.resyncTable({ schema: 'public', name })
    await source.query(`ALTER TABLE items RENAME TO passing; ALTER TABLE other RENAME TO items; ALTER TABLE passing RENAME TO other;
      INSERT INTO items VALUES (100, 1); INSERT INTO other VALUES (100, 'x')`)
    await session!.resume()
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'other'])
    await source.query(`DELETE FROM items WHERE id < 5; UPDATE other SET a = 'y' WHERE id > 15`)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'other'])
    expect(session!.live().tables.map(({ name }) => name).sort()).toEqual(['items', 'other'])
    expect(session!.live().tables.filter(({ state }) => state === 'errored')).toEqual([])
    expect(await replicaRows(session!, `SELECT table_name FROM duckdb_tables() WHERE schema_name = 'public'`)).toEqual(['items', 'other'])
  })

  it('a copy that was dropped on the source stays, where another table takes its name while that is to be copied again', async () => {
    await follow(`${items}; CREATE TABLE other (id int PRIMARY KEY, b int); INSERT INTO other VALUES (1, 2)`)
    await session!.pause()
    await session!.resyncTable({ schema: 'public', name: 'other' })
    await source.query('DROP TABLE items; ALTER TABLE other RENAME TO items')
    await session!.resume()
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items'])
    const kept = await replicaRows(session!, `SELECT replica_table FROM millrace.tables WHERE state = 'errored'`)
    expect(kept).toEqual([expect.stringMatching(/^items_\d+$/)])
    expect(await replicaRows(session!, `SELECT count(*) FROM ${kept[0]!}`)).toEqual(['20'])
  })

  it('a table that moves to another schema moves', async () => {
    await follow(items)
    await source.query('CREATE SCHEMA shop; ALTER TABLE items SET SCHEMA shop; INSERT INTO shop.items VALUES (21)')
    await session!.whenCaughtUp()
    expect(await replicaRows(session!, 'SELECT count(*) FROM shop.items')).toEqual(['21'])
  })

  it('a dropped table keeps its copy and says so; one made anew under its name is copied over it', async () => {
    await follow(items)
    await source.query('DROP TABLE items')
    await session!.whenCaughtUp()
    expect(session!.live().tables).toMatchObject([{ name: 'items', state: 'errored', reason: expect.stringContaining('dropped') }])
    expect(await replicaRows(session!, 'SELECT count(*) FROM items')).toEqual(['20'])
    await expectAfter('CREATE TABLE items (id int PRIMARY KEY, z int); INSERT INTO items VALUES (1, 2)', ['items'], ['parked', 'copied again'])
    await expectAfter('INSERT INTO items VALUES (2, 3)', ['items'], ['parked', 'copied again'])
  })

  it('a table that loses its key can be written to on the source within seconds; with a key again it is copied again', async () => {
    await follow(items)
    await expectAfter('ALTER TABLE items DROP CONSTRAINT items_pkey; INSERT INTO items VALUES (1)', ['items'], ['applied'])
    await source.query('UPDATE items SET id = id + 100')
    await expectAfter('ALTER TABLE items ADD COLUMN k serial PRIMARY KEY; DELETE FROM items WHERE id = 103', ['items'], ['applied', 'copied again'])
    await expectAfter(`UPDATE items SET a = 'x'`, ['items'], ['applied', 'copied again'])
  })

  it('another key, and another replica identity, are taken over', async () => {
    await follow(items)
    await expectAfter('ALTER TABLE items REPLICA IDENTITY FULL; DELETE FROM items WHERE id = 3', ['items'], [])
    const other = `ALTER TABLE items DROP CONSTRAINT items_pkey; INSERT INTO items VALUES (1, 'twice'); DELETE FROM items WHERE a = 'a1'`
    await expectAfter(other, ['items'], ['applied'])
    await expectAfter(`ALTER TABLE items ALTER a SET NOT NULL, ADD PRIMARY KEY (a); ALTER TABLE items REPLICA IDENTITY DEFAULT; UPDATE items SET id = 0 WHERE a = 'a2'`, ['items'], ['applied'])
  })

  it('partitions that come and go leave every row equal', async () => {
    await follow(`CREATE TABLE parts (id int PRIMARY KEY, a text) PARTITION BY RANGE (id);
      CREATE TABLE parts1 PARTITION OF parts FOR VALUES FROM (0) TO (10); INSERT INTO parts VALUES (1, 'x')`)
    await expectAfter(`CREATE TABLE parts2 PARTITION OF parts FOR VALUES FROM (10) TO (20); INSERT INTO parts VALUES (11)`, ['parts'], [])
    await expectAfter(`CREATE TABLE parts3 (LIKE parts); ALTER TABLE parts ATTACH PARTITION parts3 FOR VALUES FROM (20) TO (30)`, ['parts'], [])
    await expectAfter(`BEGIN; CREATE TABLE parts4 (LIKE parts); INSERT INTO parts4 VALUES (31); ALTER TABLE parts ATTACH PARTITION parts4 FOR VALUES FROM (30) TO (40); COMMIT`, ['parts'], ['copied again'])
    await expectAfter('ALTER TABLE parts DETACH PARTITION parts1', ['parts'], ['copied again'])
    await expectAfter('ALTER TABLE parts ADD COLUMN d int DEFAULT 9; INSERT INTO parts VALUES (12)', ['parts'], ['copied again', 'applied'])
  })

  it('labels of an enum that are added go through, and renamed ones are renamed', async () => {
    await follow(`CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE moods (id int PRIMARY KEY, m mood); INSERT INTO moods VALUES (1, 'good'), (2, 'bad')`)
    await source.query(`ALTER TYPE mood ADD VALUE 'so so'`)
    await expectAfter(`INSERT INTO moods VALUES (3, 'so so')`, ['moods'], [])
    await expectAfter(`ALTER TYPE mood RENAME VALUE 'bad' TO 'worse'`, ['moods'], ['applied'])
    await expectAfter(`ALTER TYPE mood RENAME VALUE 'good' TO 'bad'; INSERT INTO moods VALUES (4, 'bad')`, ['moods'], ['applied'])
  })

  it('vacuum full, cluster and truncate are no changes of a table', async () => {
    await follow(items)
    await source.query('VACUUM FULL items')
    await source.query('CLUSTER items USING items_pkey')
    await expectAfter('TRUNCATE items; INSERT INTO items VALUES (1)', ['items'], [])
  })
})
