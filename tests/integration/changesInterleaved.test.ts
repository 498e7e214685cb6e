import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { startPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts'
import { newFilePath, openReplica } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'

const tables = ['keyed', 'heap', 'large']

describe.each([15, 18] as const)('large transactions at the same time, Postgres %i', (major) => {
  let folder: TemporaryFolder
  let server: TestPostgres
  let source: TestDatabase
  let session: ReplicaSession
  const writers: pg.Client[] = []

  beforeAll(async () => {
    folder = await temporaryFolder()
    // Decoding has no room for any of these: the source spills them, and puts them together at the commit.
    server = await startPostgres({ major, config: { logical_decoding_work_mem: '64kB' } })
    source = await server.createDatabase()
    await source.query(`
      CREATE TABLE keyed (id int PRIMARY KEY, note text);
      CREATE TABLE heap (id int, note text); ALTER TABLE heap REPLICA IDENTITY FULL;
      CREATE TABLE large (id int PRIMARY KEY, body text, n int); ALTER TABLE large ALTER body SET STORAGE EXTERNAL;
      INSERT INTO keyed SELECT n, 'copied' FROM generate_series(1, 3000) n;
      INSERT INTO heap SELECT n % 500, 'copied' FROM generate_series(1, 3000) n;
      INSERT INTO large SELECT n, repeat('x', 4000) || n, 0 FROM generate_series(1, 100) n`)
    for (let writer = 0; writer < 2; writer++) {
      const client = new pg.Client({ connectionString: source.url })
      await client.connect()
      writers.push(client)
    }
  })
  afterAll(async () => {
    await session?.close()
    for (const writer of writers) await writer.end()
    await server.stop()
    await folder.remove()
  })

  it('come whole or not at all, with what their savepoints kept, also where the replica was away in the middle', async () => {
    const [first, second] = writers as [pg.Client, pg.Client]
    const filePath = newFilePath(folder.path)
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    const expectSame = async (): Promise<void> => {
      await session.whenCaughtUp()
      await expectSameRows(source, session, tables)
    }

    await first.query(`BEGIN; INSERT INTO keyed SELECT n, 'first' FROM generate_series(10000, 14000) n; SAVEPOINT a; UPDATE keyed SET note = 'undone' WHERE id < 1500`)
    await second.query(`BEGIN; INSERT INTO keyed SELECT n, 'second' FROM generate_series(20000, 24000) n; SAVEPOINT a; DELETE FROM heap WHERE id < 250`)
    await source.query(`INSERT INTO keyed VALUES (1000000, 'between')`)
    await expectSame()
    await first.query(`ROLLBACK TO a; SAVEPOINT b; UPDATE large SET n = n + 1; SAVEPOINT c; UPDATE large SET id = id + 1000 WHERE id <= 50; RELEASE c`)
    await second.query(`SAVEPOINT b; INSERT INTO heap SELECT n % 500, 'undone' FROM generate_series(1, 3000) n; ROLLBACK TO b; UPDATE keyed SET id = -id WHERE id BETWEEN 1501 AND 2500`)
    // The checkpoint lies between what these have written and their commits.
    await session.close()
    session = await openReplica(folder.path, source, { filePath })
    await expectSame()
    await first.query(`DELETE FROM keyed WHERE id < 1000 AND id > 0; INSERT INTO heap SELECT n % 500, 'first' FROM generate_series(1, 3000) n`)
    await second.query(`ROLLBACK TO a; UPDATE heap SET note = 'second' WHERE id >= 400`)
    await second.query('COMMIT')
    await expectSame()
    await first.query('COMMIT')
    await expectSame()

    await first.query(`BEGIN; TRUNCATE large; INSERT INTO large SELECT n, repeat('y', 4000), 1 FROM generate_series(1, 500) n`)
    await second.query(`BEGIN; UPDATE keyed SET note = 'second again'; DELETE FROM keyed WHERE id % 2 = 0`)
    await first.query('ROLLBACK')
    await second.query('COMMIT')
    await expectSame()
    await first.query(`BEGIN; UPDATE keyed SET note = 'aborted'`)
    await second.query(`BEGIN; TRUNCATE heap; INSERT INTO heap SELECT n, 'last' FROM generate_series(1, 3000) n`)
    await first.query('ROLLBACK')
    await second.query('COMMIT')
    await expectSame()
    expect(session.live().tables.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready'])
    const { rows } = await source.query<{ spilled: string }>('SELECT sum(spill_txns) AS spilled FROM pg_stat_replication_slots')
    expect(Number(rows[0]!.spilled)).toBeGreaterThan(0)
  })
})
