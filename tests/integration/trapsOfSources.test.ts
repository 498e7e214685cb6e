import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { startPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts'
import { openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows, leftOnSource } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe.each([15, 18] as const)('what may be done to a source while it is followed, Postgres %i', (major) => {
  let folder: TemporaryFolder
  let server: TestPostgres
  let source: TestDatabase
  let session: ReplicaSession | null = null

  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await startPostgres({ major, config: { max_prepared_transactions: '10' } })
  })
  afterAll(async () => {
    await server.stop()
    await folder.remove()
  })
  beforeEach(async () => {
    source = await server.createDatabase()
    await source.query(`CREATE TABLE items (id int PRIMARY KEY, note text); INSERT INTO items SELECT n, 'note' FROM generate_series(1, 100) n`)
  })
  afterEach(async () => {
    const following = session
    session = null
    await following?.close()
    await source.drop()
  })

  async function follow(options: Parameters<typeof openReplica>[2] = {}): Promise<ReplicaSession> {
    session = await openReplica(folder.path, source, options)
    await session.whenCaughtUp()
    return session
  }

  async function expectEqual(...tables: string[]): Promise<void> {
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', ...tables])
  }

  it('prepared transactions, messages, origins, replica roles, sequences and commits that do not wait are taken for what they are', async () => {
    await source.query('CREATE SEQUENCE numbers; CREATE UNLOGGED TABLE scribbles (id int PRIMARY KEY)')
    await follow()
    await source.query(`BEGIN; INSERT INTO items VALUES (200, 'prepared'); DELETE FROM items WHERE id = 1; PREPARE TRANSACTION 'kept_${major}'`)
    await source.query(`BEGIN; INSERT INTO items VALUES (201, 'never'); PREPARE TRANSACTION 'dropped_${major}'`)
    await source.query(`INSERT INTO items VALUES (202, 'between')`)
    await session!.whenCaughtUp()
    expect(session!.live().tables.find(({ name }) => name === 'items')?.rows).toBe(101)
    await source.query(`COMMIT PREPARED 'kept_${major}'`)
    await source.query(`ROLLBACK PREPARED 'dropped_${major}'`)
    await source.query(`SELECT pg_logical_emit_message(true, 'theirs', 'text'), pg_logical_emit_message(false, 'theirs', repeat('x', 100000))`)
    await source.query(`SELECT nextval('numbers'), setval('numbers', 50)`)
    await source.query('INSERT INTO scribbles VALUES (1)')
    await source.query('CREATE TEMPORARY TABLE items_of_mine (id int PRIMARY KEY); INSERT INTO items_of_mine VALUES (1)')
    await source.query(`SET session_replication_role = replica; UPDATE items SET note = 'replica' WHERE id = 2; RESET session_replication_role`)
    await source.query(`SET synchronous_commit = off; UPDATE items SET note = 'soon' WHERE id = 3; SET synchronous_commit = remote_apply; UPDATE items SET note = 'later' WHERE id = 4; RESET synchronous_commit`)
    const elsewhere = new pg.Client({ ...source.address, ssl: false })
    await elsewhere.connect()
    try {
      const origin = `other_${source.address.database}`
      await elsewhere.query('SELECT pg_replication_origin_create($1)', [origin])
      await elsewhere.query('SELECT pg_replication_origin_session_setup($1)', [origin])
      await elsewhere.query(`UPDATE items SET note = 'from elsewhere' WHERE id = 5`)
      await elsewhere.query('SELECT pg_replication_origin_session_reset()')
      await elsewhere.query('SELECT pg_replication_origin_drop($1)', [origin])
    } finally {
      await elsewhere.end()
    }
    await expectEqual()
    expect(session!.live()).toMatchObject({ fault: null, attempt: 0 })
    expect(session!.live().tables.map(({ name }) => name)).toEqual(['items'])
  })

  it.runIf(major === 18)('rows of many megabytes and tables of as many columns as there can be come whole; a row beyond what DuckDB can take parks its table alone', async () => {
    const names = Array.from({ length: 1600 }, (_, place) => `c${place}`)
    await source.query(`CREATE TABLE wide (${names.map((name, place) => `${name} int${place === 0 ? ' PRIMARY KEY' : ''}`).join(', ')})`)
    await source.query(`INSERT INTO wide (c0, c1599) VALUES (1, 5), (2, NULL)`)
    await source.query(`CREATE TABLE huge (id int PRIMARY KEY, bytes bytea); ALTER TABLE huge ALTER bytes SET STORAGE EXTERNAL;
      INSERT INTO huge VALUES (1, decode(repeat('00ff10', 10000000), 'hex'))`)
    await follow()
    await source.query('UPDATE wide SET c800 = c0 * 10; INSERT INTO wide (c0, c1) VALUES (3, 4); DELETE FROM wide WHERE c0 = 2')
    await source.query(`INSERT INTO huge VALUES (2, decode(repeat('abcdef01', 10000000), 'hex')); UPDATE huge SET id = 3 WHERE id = 1`)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['wide'])
    const replica = await session!.connectReplica()
    const copied = await replica.runAndReadAll('SELECT id, octet_length(bytes)::INTEGER, md5(bytes) FROM huge ORDER BY id')
    replica.closeSync()
    const { rows } = await source.query('SELECT id, octet_length(bytes) AS length, md5(bytes) AS sum FROM huge ORDER BY id')
    expect(copied.getRows()).toEqual(rows.map(Object.values))
    const huge = () => session!.live().tables.find(({ name }) => name === 'huge')!
    await source.query(`INSERT INTO huge VALUES (4, decode(repeat('00ff10ab', 50000000), 'hex'))`)
    await until('it is told', () => huge().state === 'errored', { timeoutMs: 60_000 })
    expect(huge().reason).toMatch(/too large for the memory/)
    await session!.resyncTable({ schema: 'public', name: 'huge' })
    await until('it is told again', () => huge().state === 'errored' && session!.live().activity === null, { timeoutMs: 60_000 })
    await source.query('DELETE FROM huge; INSERT INTO huge VALUES (5, decode($$01$$, $$hex$$)); UPDATE wide SET c5 = 1')
    await session!.resyncTable({ schema: 'public', name: 'huge' })
    await until('it follows', () => huge().state === 'ready', { timeoutMs: 60_000 })
    await expectEqual('wide')
    expect(huge().rows).toBe(1)
  }, 180_000)

  // A quarter of a minute each: one server is enough.
  it.each(major === 18 ? [28, 64] : [])('rows of %i MB come whole, by copy and by stream, several in a batch', async (megabytes) => {
    const text = (salt: string) => `repeat(md5('${salt}' || id), ${megabytes * 32768})`
    await source.query(`CREATE TABLE long (id int PRIMARY KEY, body text);
      INSERT INTO long SELECT id, ${text('copied')} FROM generate_series(1, 3) id`)
    await follow()
    const expectEqualSums = async (): Promise<void> => {
      const sql = 'SELECT id, length(body)::int AS length, md5(body) AS sum FROM long ORDER BY id'
      const { rows } = await source.query(sql)
      expect(await replicaRows(session!, sql)).toEqual(rows.map((row) => Object.values(row).join('|')))
    }
    await expectEqualSums()
    await source.query(`UPDATE long SET body = ${text('streamed')}; INSERT INTO long VALUES (4, 'short')`)
    await session!.whenCaughtUp()
    await expectEqualSums()
    expect(session!.live().tables.find(({ name }) => name === 'long')).toMatchObject({ state: 'ready', rows: 4 })
  }, 120_000)

  it.runIf(major === 18)('one transaction over five hundred tables comes whole', async () => {
    const names = Array.from({ length: 500 }, (_, place) => `part_${place}`)
    await source.query(names.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY, a text, b int, c float8, d date);
      INSERT INTO ${name} SELECT id, 'first', id, id + 0.5, '2026-01-02' FROM generate_series(1, 5) id`).join(';'))
    await follow()
    await source.query(`BEGIN; ${names.map((name) => `UPDATE ${name} SET a = 'second' WHERE id > 1; DELETE FROM ${name} WHERE id = 5`).join(';')}; COMMIT`)
    await session!.whenCaughtUp()
    expect(session!.live()).toMatchObject({ fault: null, attempt: 0 })
    await expectSameRows(source, session!, names)
  }, 180_000)

  it('a table that becomes unlogged is told, and copied when it is logged again', async () => {
    await source.query('CREATE TABLE scratchpad (id int PRIMARY KEY); INSERT INTO scratchpad VALUES (1)')
    await follow()
    const table = () => session!.live().tables.find(({ name }) => name === 'scratchpad')!
    // A table that is published cannot be made unlogged; somebody takes it out first.
    const { rows } = await source.query<{ name: string }>('SELECT pubname::text AS name FROM pg_publication_tables WHERE tablename = $1', ['scratchpad'])
    await source.query(`ALTER PUBLICATION ${rows[0]!.name} DROP TABLE scratchpad; ALTER TABLE scratchpad SET UNLOGGED; INSERT INTO scratchpad VALUES (2)`)
    await until('it is told', () => table().state === 'errored', { timeoutMs: 30_000 })
    await session!.resyncTable({ schema: 'public', name: 'scratchpad' })
    await until('it is refused', () => table().state === 'errored' && table().reason?.includes('cannot be followed'), { timeoutMs: 30_000 })
    await source.query('ALTER TABLE scratchpad SET LOGGED')
    await session!.resyncTable({ schema: 'public', name: 'scratchpad' })
    await until('it follows', () => table().state === 'ready', { timeoutMs: 30_000 })
    await source.query('INSERT INTO scratchpad VALUES (3)')
    await expectEqual('scratchpad')
  })

  it('the publication dropped: the stream never goes on without its tables in silence', async () => {
    await follow()
    const { rows } = await source.query<{ name: string }>('SELECT pubname::text AS name FROM pg_publication')
    for (const { name } of rows) await source.query(`DROP PUBLICATION ${name}`)
    await source.query(`UPDATE items SET note = 'missed'`)
    await until('it is told', () => session!.live().tables[0]!.state === 'errored' || session!.live().state === 'failed', { timeoutMs: 30_000 })
    const { state, fault, tables } = session!.live()
    expect(fault?.message ?? tables[0]!.reason).toMatch(/publication/)
    if (state === 'failed') await session!.copyEverythingAgain()
    else await session!.resyncTable({ schema: 'public', name: 'items' })
    await until('it follows', () => session!.live().state === 'following' && session!.live().tables[0]!.state === 'ready', { timeoutMs: 30_000 })
    await source.query(`UPDATE items SET note = 'seen' WHERE id < 10`)
    await expectEqual()
  })

  it('the role loses its rights, its password and its login: told by name, and nothing is lost once it has them again', async () => {
    const role = `follower_${source.address.database}`
    await source.query(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'one'; GRANT CREATE ON DATABASE ${source.address.database} TO ${role}; ALTER TABLE items OWNER TO ${role}`)
    try {
      const address = { ...source.address, user: role, password: 'one' }
      await follow({ address })
      const { filePath } = session!
      const cut = () => source.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role])
      await source.query(`ALTER ROLE ${role} NOLOGIN`)
      await cut()
      expect(await session!.ended).toMatchObject({ code: 'AUTHENTICATION_FAILED' })
      await source.query(`UPDATE items SET note = 'locked out' WHERE id < 5; ALTER ROLE ${role} LOGIN NOREPLICATION`)
      await session!.close()
      session = await openReplica(folder.path, source, { filePath, address })
      expect(await session.ended).toMatchObject({ code: expect.stringMatching(/NO_REPLICATION_PRIVILEGE|AUTHENTICATION_FAILED/) })
      await source.query(`ALTER ROLE ${role} REPLICATION`)
      await session.resume()
      await expectEqual()
      // Following reads no table: what is revoked is missed only by the next copy.
      await source.query(`ALTER TABLE items OWNER TO CURRENT_USER; REVOKE ALL ON items FROM ${role}; UPDATE items SET note = 'revoked' WHERE id < 3`)
      await expectEqual()
      await session.resyncTable({ schema: 'public', name: 'items' })
      await until('it is told', () => session!.live().tables[0]!.state === 'errored', { timeoutMs: 30_000 })
      await source.query(`ALTER TABLE items OWNER TO ${role}; GRANT SELECT ON items TO ${role}`)
      await session.resyncTable({ schema: 'public', name: 'items' })
      await until('it follows', () => session!.live().tables[0]!.state === 'ready', { timeoutMs: 30_000 })
      await expectEqual()
    } finally {
      await session?.close()
      session = null
      await source.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })

  it('two files on one slot: the second is refused by name and the first goes on', async () => {
    await follow({ slotName: `shared_${major}` })
    const second = await openReplica(folder.path, source, { slotName: `shared_${major}` })
    expect((await second.ended)?.code).toBe('SLOT_NAME_TAKEN')
    await second.close()
    await source.query(`UPDATE items SET note = 'on' WHERE id < 5`)
    await expectEqual()
    expect(await leftOnSource(source)).toHaveLength(3)
  })
})
