import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSession, type ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, startPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts'
import { newFilePath, openReplica, testHost } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript } from '../support/typescriptProcess.ts'
import { until } from '../support/until.ts'

let folder: TemporaryFolder
let session: ReplicaSession | null = null

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())
afterEach(async () => {
  const following = session
  session = null
  await following?.close()
})

const createItems = `CREATE TABLE items (id int PRIMARY KEY, note text); INSERT INTO items SELECT n, 'note' FROM generate_series(1, 100) n`

describe('clocks', () => {
  let source: TestDatabase

  beforeEach(async () => {
    source = await sharedPostgres(18).createDatabase()
    await source.query(createItems)
  })
  afterEach(() => source.drop())

  it.each([3_600_000, -3_600_000])("set %i ms ahead while it follows, the laptop's clock makes no age and no rate wrong", async (shiftMs) => {
    let wallShiftMs = 0
    const clock = { nowMs: () => Date.now() + wallShiftMs, monotonicMs: () => performance.now() }
    const host = { ...testHost(folder.path), clock }
    session = await openSession(host, { filePath: newFilePath(folder.path), address: source.address })
    await session.whenCaughtUp()
    await until('the clocks have been compared', () => session!.live().lag.clockOffsetMs !== null)
    const ages: (number | null)[] = []
    const watch = session.onChange(() => ages.push(session!.live().lag.freshnessSeconds))

    wallShiftMs = shiftMs
    await source.query(`UPDATE items SET note = 'changed'`)
    await session.whenCaughtUp()
    await until('the clocks have been compared anew', () => {
      const offsetMs = session!.live().lag.clockOffsetMs
      return offsetMs !== null && Math.abs(offsetMs + shiftMs) < 5_000
    })
    await source.query(`INSERT INTO items VALUES (1000, 'later')`)
    await session.whenCaughtUp()
    watch()
    const { lag } = session.live()
    expect(Math.max(...ages.map((age) => age ?? 0))).toBeLessThan(60)
    expect(lag.commitToVisible.p99Ms).toBeLessThan(60_000)
    expect(lag.changesPerSecond).toBeLessThan(1000)
    await until('the rate is back to nothing', () => session!.live().lag.changesPerSecond === 0, { timeoutMs: 15_000 })
    await until('points are still drawn', () => session!.history().length >= 3)
    await expectSameRows(source, session, ['items'])
  })
})

describe.each([15, 18] as const)('a server of its own, Postgres %i', (major) => {
  let server: TestPostgres
  let source: TestDatabase

  beforeAll(async () => {
    server = await startPostgres({ major, config: { wal_sender_timeout: '1s' } })
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    source = await server.createDatabase()
    await source.query(createItems)
  })

  it('the laptop asleep for longer than the source waits: it comes back by itself with every row equal', async () => {
    const filePath = newFilePath(folder.path)
    const follower = startTypescript('tests/support/followProcess.ts', {
      arguments: [JSON.stringify({ filePath, address: source.address }), folder.path],
    })
    try {
      await follower.waitForLine('the stream', (line) => /^state following/.exec(line))
      follower.child.kill('SIGSTOP')
      await until('the source has given it up', async () => {
        const { rows } = await source.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'walsender'`)
        return rows.length === 0
      })
      await source.query(`UPDATE items SET note = 'while asleep' WHERE id < 50; DELETE FROM items WHERE id > 90`)
      const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn')
      const seen = follower.lines.length
      follower.child.kill('SIGCONT')
      await until('it follows again', () => follower.lines.slice(seen).some((line) => /^state retrying/.test(line)))
      await until('the slot has passed what was done meanwhile', async () => {
        const slot = await source.query('SELECT confirmed_flush_lsn >= $1::pg_lsn AS past FROM pg_replication_slots WHERE database = current_database()', [rows[0]!.lsn])
        return slot.rows[0]?.past
      }, { timeoutMs: 20_000 })
    } finally {
      follower.child.kill('SIGCONT')
      await follower.kill()
    }
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['items'])
  })

  it('a table in two publications comes once, whatever the other one leaves out', async () => {
    await source.query(`CREATE PUBLICATION theirs FOR TABLE items WHERE (id < 5) WITH (publish = 'insert')`)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    await source.query(`UPDATE items SET note = 'new' WHERE id % 2 = 0; INSERT INTO items VALUES (200, 'n'); DELETE FROM items WHERE id = 7`)
    await source.query('CREATE PUBLICATION everything FOR ALL TABLES')
    await source.query(`UPDATE items SET note = 'newer' WHERE id % 3 = 0`)
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['items'])
    expect(session.live().tables[0]?.rows).toBe(100)
  })

  it('row security that would filter what is copied is told before, and never makes a smaller copy', async () => {
    const role = `reader_${process.pid}_${major}_${Date.now().toString(36)}`
    await source.query(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'x'; GRANT CREATE ON DATABASE ${source.address.database} TO ${role};
      CREATE TABLE open (id int PRIMARY KEY); ALTER TABLE open OWNER TO ${role}; INSERT INTO open VALUES (1);
      ALTER TABLE items OWNER TO ${role}; ALTER TABLE items ENABLE ROW LEVEL SECURITY; ALTER TABLE items FORCE ROW LEVEL SECURITY;
      CREATE POLICY few ON items USING (id < 10)`)
    const address = { ...source.address, user: role, password: 'x' }
    session = await openReplica(folder.path, { address }, { tables: [{ schema: 'public', name: 'items' }, { schema: 'public', name: 'open' }] })
    const fault = await session.ended
    expect(fault?.message).toMatch(/items/)
    await session.close()
    session = await openReplica(folder.path, { address }, { tables: { include: ['*'], exclude: [] } })
    await session.whenCaughtUp()
    expect(session.live().tables.map(({ name }) => name)).toEqual(['open'])
  })

  it('failed over to another timeline, the source is not followed as if nothing were', async () => {
    session = await openReplica(folder.path, source)
    const { filePath } = session
    await session.whenCaughtUp()
    await session.close()
    const { rows } = await source.query<{ path: string }>(`SELECT current_setting('data_directory') AS path`)
    const signal = join(rows[0]!.path, 'standby.signal')
    await server.kill()
    writeFileSync(signal, '')
    if (process.getuid?.() === 0) spawnSync('chown', [`--reference=${rows[0]!.path}`, signal])
    await server.restart()
    await source.query('SELECT pg_promote()')
    session = await openReplica(folder.path, source, { filePath })
    expect(await session.ended).toMatchObject({ code: expect.stringMatching(/SOURCE_RESTORED/) })
    expect(session.live().state).toBe('failed')
  })
})
