import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica, replicaRows, sourceRows } from '../support/replica.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe.each([15, 18] as const)('following Postgres %i', (major) => {
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

  async function follow(): Promise<ReplicaSession> {
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    return session
  }

  async function expectEqual(table: string, columns = '*'): Promise<void> {
    await session!.whenCaughtUp()
    const sql = `SELECT ${columns} FROM ${table}`
    expect(await replicaRows(session!, sql)).toEqual(await sourceRows(source, sql))
  }

  it('the copy holds what the table held, and the stream goes on from there', async () => {
    await source.query('CREATE TABLE items (id int PRIMARY KEY, label text, price numeric(10,2))')
    await source.query(`INSERT INTO items SELECT n, 'item "' || n || E'"\\n, x', n / 3.0 FROM generate_series(1, 5000) n`)
    await follow()
    await expectEqual('items')
    await source.query(`INSERT INTO items VALUES (6001, '', NULL), (6002, NULL, 1)`)
    await source.query(`UPDATE items SET label = 'new' WHERE id % 7 = 0`)
    await source.query('DELETE FROM items WHERE id % 5 = 0')
    await expectEqual('items', `id, label, price::text`)
    const live = session!.live()
    expect(live.tables[0]).toMatchObject({ state: 'ready', rows: (await sourceRows(source, 'SELECT id FROM items')).length })
  })

  it('line breaks, quotes and rows of megabytes arrive as they are, wherever they stand', async () => {
    await source.query('CREATE TABLE texts (id int PRIMARY KEY, body text, tail int)')
    const forged = `'a"' || E'\n' || n || ',"x",1' || E'\n' || (n + 1) || ',,' || E'\r\n"'`
    await source.query(`INSERT INTO texts SELECT n, CASE
      WHEN n % 1000 = 999 THEN ${forged}
      WHEN n = 15000 THEN repeat('"long, ', 400000) || E'\n'
      ELSE repeat('plain ', 20) END, n FROM generate_series(1, 40000) n`)
    await follow()
    await source.query(`INSERT INTO texts SELECT n, ${forged} || repeat(E'"\n', n % 3000), n FROM generate_series(50001, 56000) n`)
    await source.query(`UPDATE texts SET body = body || repeat('z', 3000000) WHERE id = 15000`)
    await expectEqual('texts', 'id, md5(body), length(body), tail')
  })

  it('an empty table, a table of one column and a null alone in its row are copied', async () => {
    await source.query('CREATE TABLE empty (id int PRIMARY KEY, note text)')
    await source.query('CREATE TABLE single (word text)')
    await source.query(`INSERT INTO single VALUES (NULL), (''), ('a'), (NULL)`)
    await follow()
    await source.query(`INSERT INTO single VALUES (NULL), (''); INSERT INTO empty VALUES (1, NULL)`)
    await expectEqual('empty')
    await expectEqual('single')
  })

  it('a column whose values DuckDB cannot hold becomes text, and only that one', async () => {
    await source.query('CREATE TABLE edges (id int PRIMARY KEY, price numeric(10,2), at timestamptz, grid int[])')
    await source.query(`INSERT INTO edges SELECT n, n, now(), ARRAY[n] FROM generate_series(1, 3000) n`)
    await source.query(`INSERT INTO edges VALUES (4000, 'NaN', 'infinity', ARRAY[[1,2],[3,4]])`)
    await follow()
    await expectEqual('edges', 'id, price::text, grid::text')
    expect(session!.live().tables[0]?.textColumns.map((column) => column.name)).toEqual(['price', 'grid'])
    await source.query(`UPDATE edges SET price = 2.5 WHERE id < 10`)
    await session!.whenCaughtUp()
    const { filePath } = session!
    await session!.close()
    session = await openReplica(folder.path, source, { filePath })
    await expectEqual('edges', 'id, price::text')
    expect(session.live().tables[0]?.state).toBe('ready')
  })

  it('changes made while tables are copied are neither lost nor doubled', async () => {
    await source.query('CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)')
    await source.query('INSERT INTO counters SELECT n, 0 FROM generate_series(1, 50000) n')
    let writing = true
    const writer = (async () => {
      for (let round = 1; writing; round++) {
        await source.query('UPDATE counters SET value = value + 1 WHERE id <= 200')
        await source.query('INSERT INTO counters VALUES ($1, 1)', [100000 + round])
      }
    })()
    session = await openReplica(folder.path, source)
    await until('the copy is done', () => session!.live().tables[0]?.state === 'ready')
    writing = false
    await writer
    await expectEqual('counters')
  })

  it('a key change in the same batch as its insert leaves one row', async () => {
    await source.query('CREATE TABLE keyed (id int PRIMARY KEY, note text)')
    await follow()
    await source.query(`BEGIN; INSERT INTO keyed VALUES (1, 'a'); UPDATE keyed SET id = 2; UPDATE keyed SET id = 3, note = 'b'; COMMIT`)
    await expectEqual('keyed')
    await source.query(`BEGIN; DELETE FROM keyed; INSERT INTO keyed VALUES (3, 'c'); UPDATE keyed SET id = 1; INSERT INTO keyed VALUES (3, 'd'); COMMIT`)
    await expectEqual('keyed')
  })

  it('a value that the source did not send because it had not changed is kept', async () => {
    await source.query('CREATE TABLE documents (id int PRIMARY KEY, body text, other text, seen int)')
    await source.query('ALTER TABLE documents ALTER body SET STORAGE EXTERNAL, ALTER other SET STORAGE EXTERNAL')
    const long = `repeat('x', 5000) || n`
    await source.query(`INSERT INTO documents SELECT n, ${long}, NULL, 0 FROM generate_series(1, 20) n`)
    await follow()
    await source.query('UPDATE documents SET seen = 1 WHERE id <= 10')
    await expectEqual('documents')
    await source.query(`BEGIN;
      INSERT INTO documents SELECT n, ${long}, ${long}, 0 FROM generate_series(21, 25) n;
      UPDATE documents SET seen = seen + 1;
      UPDATE documents SET id = id + 100 WHERE id IN (3, 22);
      UPDATE documents SET seen = seen + 1, body = 'short' WHERE id IN (103, 5);
      UPDATE documents SET seen = seen + 1;
      DELETE FROM documents WHERE id = 7;
      INSERT INTO documents VALUES (7, NULL, 'y', 9);
      UPDATE documents SET id = 8000 WHERE id = 8;
      COMMIT`)
    await expectEqual('documents')
  })

  it('truncate removes what was there before it and keeps what came after it', async () => {
    await source.query('CREATE TABLE parents (id int PRIMARY KEY)')
    await source.query('CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents)')
    await source.query('INSERT INTO parents SELECT generate_series(1, 10); INSERT INTO children SELECT n, n FROM generate_series(1, 10) n')
    await follow()
    await source.query(`BEGIN; INSERT INTO children VALUES (11, 1); TRUNCATE parents CASCADE;
      INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1); COMMIT`)
    await expectEqual('parents')
    await expectEqual('children')
    expect(session!.live().tables.find((table) => table.name === 'children')?.rows).toBe(1)
  })

  it('without a key, one delete of equal rows removes one', async () => {
    await source.query('CREATE TABLE heap (a int, b text)')
    await source.query('ALTER TABLE heap REPLICA IDENTITY FULL')
    await source.query(`INSERT INTO heap SELECT n % 3, NULLIF('t' || n % 2, 't1') FROM generate_series(1, 30) n`)
    await follow()
    await source.query('DELETE FROM heap WHERE ctid = (SELECT min(ctid) FROM heap WHERE a = 1 AND b IS NULL)')
    await source.query(`BEGIN; UPDATE heap SET b = 'new' WHERE a = 2; INSERT INTO heap VALUES (2, 'new'), (0, NULL);
      DELETE FROM heap WHERE ctid = (SELECT max(ctid) FROM heap WHERE b = 'new'); COMMIT`)
    await expectEqual('heap')
  })

  it('a table without a replica identity takes inserts, and the source can still update it', async () => {
    await source.query('CREATE TABLE log (at timestamptz DEFAULT now(), line text)')
    await source.query(`INSERT INTO log (line) VALUES ('one')`)
    await follow()
    await source.query(`INSERT INTO log (line) VALUES ('two')`)
    await expectEqual('log', 'line')
    await source.query(`UPDATE log SET line = 'changed' WHERE line = 'one'`)
    expect(session!.live().tables[0]?.reason).toMatch(/Inserts only/)
  })

  it('a partitioned table is one table, also when rows move between partitions', async () => {
    await source.query('CREATE TABLE parts (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)')
    await source.query('CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100)')
    await source.query('CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (100) TO (200)')
    await source.query('INSERT INTO parts SELECT n, n FROM generate_series(1, 150) n')
    await follow()
    await source.query('UPDATE parts SET id = id + 110 WHERE id BETWEEN 60 AND 70')
    await source.query('UPDATE parts SET v = 0 WHERE id > 140')
    await expectEqual('parts')
    expect(session!.live().tables.map((table) => table.name)).toEqual(['parts'])
  })

  it('names with quotes, dots, capitals and folded twins survive', async () => {
    await source.query(`CREATE SCHEMA "Odd.Schema"`)
    await source.query(`CREATE TABLE "Odd.Schema"."select ""x""" ("Id" int PRIMARY KEY, id int, rowid int, "a,b" text, "ü" text)`)
    await source.query(`INSERT INTO "Odd.Schema"."select ""x""" VALUES (1, 2, 3, 'c', 'd')`)
    await follow()
    await source.query(`UPDATE "Odd.Schema"."select ""x""" SET "a,b" = 'changed'`)
    await session!.whenCaughtUp()
    expect(await replicaRows(session!, `SELECT * FROM "Odd.Schema"."select ""x"""`)).toEqual(['1|2|3|changed|d'])
  })

  it('what was stopped resumes from its checkpoint, and the slot is told what is durable', async () => {
    await source.query('CREATE TABLE steps (id int PRIMARY KEY)')
    const first = await follow()
    await source.query('INSERT INTO steps SELECT generate_series(1, 1000)')
    await first.whenCaughtUp()
    await first.close()
    await source.query('INSERT INTO steps SELECT generate_series(1001, 2000); DELETE FROM steps WHERE id < 10')
    session = await openReplica(folder.path, source, { filePath: first.filePath })
    await expectEqual('steps')
    const durable = session.live().lag.checkpointLsn
    await until('the slot has been told', async () => {
      const { rows } = await source.query('SELECT confirmed_flush_lsn >= $1::pg_lsn AS told FROM pg_replication_slots WHERE database = current_database()', [durable])
      return rows[0]?.told
    })
  })

  it('a table that cannot take its changes is parked and leaves the others alone; one call copies it again', async () => {
    await source.query('CREATE TABLE changing (id int PRIMARY KEY, price numeric(10,2)); CREATE TABLE steady (id int PRIMARY KEY)')
    await source.query('INSERT INTO changing VALUES (1, 1)')
    await follow()
    await source.query(`INSERT INTO changing VALUES (2, 'NaN'); INSERT INTO steady VALUES (1)`)
    await expectEqual('steady')
    const parked = session!.live().tables.find((table) => table.name === 'changing')
    expect(parked).toMatchObject({ state: 'errored', reason: expect.stringMatching(/cannot hold/) })
    await session!.resyncTable({ schema: 'public', name: 'changing' })
    await until('the table is ready', () => session!.live().tables.find((table) => table.name === 'changing')?.state === 'ready')
    await source.query(`INSERT INTO changing VALUES (3, 3)`)
    await expectEqual('changing')
  })

  it('an idle source advances the slot past traffic that is not ours', async () => {
    await source.query('CREATE TABLE ours (id int PRIMARY KEY); CREATE TABLE theirs (id int, filler text)')
    session = await openReplica(folder.path, source, { tables: { include: ['ours'], exclude: [] } })
    await session.whenCaughtUp()
    await source.query(`INSERT INTO theirs SELECT n, repeat('x', 500) FROM generate_series(1, 40000) n`)
    const { rows } = await source.query('SELECT pg_current_wal_flush_lsn()::text AS lsn')
    await until('the slot has passed it', async () => {
      const slot = await source.query('SELECT confirmed_flush_lsn >= $1::pg_lsn AS past FROM pg_replication_slots WHERE database = current_database()', [rows[0]!.lsn])
      return slot.rows[0]?.past
    }, { timeoutMs: 20_000 })
    expect(session.live().lag.situation).toBe('idle')
  })
})
