import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourceAddress } from '../../src/main/contract/source.ts'
import { preflightReportSchema } from '../../src/main/contract/source.ts'
import { connectSource } from '../../src/main/engine/source/connection.ts'
import { doctorSql } from '../../src/main/engine/source/doctor.ts'
import { blockersOf, preflight } from '../../src/main/engine/source/preflight.ts'
import { ReplicationConnection } from '../../src/main/engine/source/replicationConnection.ts'
import { dropSlot, readSlotHealth } from '../../src/main/engine/source/slot.ts'
import { lsnFromBigint, ZERO_LSN } from '../../src/main/engine/model/lsn.ts'
import { sharedPostgres, startPostgres, type PostgresMajor, type TestDatabase, type TestPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'

const majors: PostgresMajor[] = [15, 18]
const planColumn = () => ({ replicaType: 'VARCHAR', exactness: 'text' as const })

describe.each(majors)('on Postgres %i', (major) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await sharedPostgres(major).createDatabase()
    await database.query('CREATE TABLE kept (id int PRIMARY KEY, v text); CREATE TABLE keyless (v text)')
  })
  afterAll(() => database.drop())

  async function reportFor(address: SourceAddress, include?: string[]) {
    const client = await connectSource(address, { purpose: 'test' })
    try {
      return await preflight(client, { planColumn, ...(include ? { selection: { include, exclude: [] } } : {}) })
    } finally {
      await client.end()
    }
  }

  test('a source that can be followed is ready, and its report fits the contract', async () => {
    const report = await reportFor(database.address)
    expect(() => preflightReportSchema.parse(report)).not.toThrow()
    expect(report.ready).toBe(true)
    expect(blockersOf(report)).toBeNull()
    expect(report.server).toMatchObject({ majorVersion: major, inRecovery: false, tls: false })
    expect(report.server!.systemId).toMatch(/^\d+$/)
    expect(report.server!.roundTripMs).toBeGreaterThan(0)
    expect(report.tables.map((table) => [table.name, table.follows])).toEqual([['kept', 'every-change'], ['keyless', 'inserts-only']])
  })

  test('a role without rights is told each one that is missing, and the SQL of doctor mends them all', async () => {
    const role = `bare_${process.pid}_${major}`
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE ROLE owner_${role}; ALTER TABLE kept OWNER TO owner_${role}`)
    await database.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE TABLE unreadable (id int PRIMARY KEY); ALTER TABLE unreadable OWNER TO owner_${role}`)
    const address: SourceAddress = { ...database.address, user: role, password: 'x' }
    const report = await reportFor(address, ['kept', 'unreadable'])
    const blockers = report.findings.filter((finding) => finding.severity === 'blocker').map((finding) => finding.check)
    expect(blockers).toEqual(['replication-privilege', 'publication-privilege', 'table-select', 'table-select', 'tables'])
    expect(blockersOf(report)).toMatchObject({ code: 'NO_REPLICATION_PRIVILEGE' })

    await database.query(doctorSql(report))
    const second = await reportFor(address, ['kept', 'unreadable'])
    expect(blockersOf(second)).toMatchObject({ code: 'NO_PUBLICATION_PRIVILEGE' })
    await database.query(doctorSql(second))
    const mended = await reportFor(address, ['kept', 'unreadable'])
    expect(mended.findings.filter((finding) => finding.severity === 'blocker')).toEqual([])
    expect(mended.ready).toBe(true)
    await database.query(`REASSIGN OWNED BY owner_${role} TO postgres; DROP OWNED BY ${role}; DROP ROLE ${role}, owner_${role}`)
  })

  test('a misspelt table is a blocker, one that a wildcard leaves out is not', async () => {
    const report = await reportFor(database.address, ['kept', 'no_such_*'])
    expect(blockersOf(report)).toMatchObject({ code: 'NO_TABLES', message: 'No table on the source fits no_such_*.' })
  })

  test('a table whose updates Postgres cannot describe is told before anything is copied, and each choice offered mends it', async () => {
    await database.query(`CREATE SCHEMA gaps; SET search_path = gaps;
      CREATE TABLE keyless (v text); CREATE TABLE silent (id int PRIMARY KEY); ALTER TABLE silent REPLICA IDENTITY NOTHING;
      CREATE TABLE mute (v text NOT NULL); ALTER TABLE mute REPLICA IDENTITY NOTHING;
      CREATE TABLE late (id int PRIMARY KEY DEFERRABLE);
      CREATE TABLE lost (code int NOT NULL UNIQUE); ALTER TABLE lost REPLICA IDENTITY USING INDEX lost_code_key; ALTER TABLE lost DROP CONSTRAINT lost_code_key;
      CREATE TABLE made (a int NOT NULL, g int GENERATED ALWAYS AS (a) STORED PRIMARY KEY);
      CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE parts_all PARTITION OF parts DEFAULT`)
    const gapsOf = async () => {
      const report = await reportFor(database.address, ['gaps.*'])
      expect(report.ready).toBe(true)
      const told = report.findings.filter(({ check }) => check === 'table-identity')
      expect(told.map(({ table }) => table!.name)).toEqual(report.tables.filter(({ follows }) => follows === 'inserts-only').map(({ name }) => name))
      return new Map(told.map((finding) => [finding.table!.name, finding]))
    }
    const told = await gapsOf()
    expect([...told.keys()].sort()).toEqual(['keyless', 'late', 'lost', 'made', 'mute', 'parts', 'silent'])
    for (const { severity, found, advice } of told.values()) {
      expect([severity, found, advice]).toEqual(['warning', expect.stringMatching(/only inserts and truncates/), expect.stringMatching(/key.*leave it out.*inserts alone/)])
    }
    /** The statement that is offered, with its blank filled in. */
    const choice = (name: string, pattern: RegExp, blank = ''): string => {
      const statement = told.get(name)!.sql!.split('\n').find((line) => pattern.test(line))
      expect([name, statement]).toEqual([name, expect.stringMatching(pattern)])
      return statement!.replace('(…)', `(${blank})`).replace('…', blank)
    }
    await database.query(
      [
        choice('keyless', /REPLICA IDENTITY FULL/),
        choice('mute', /ADD PRIMARY KEY/, 'v'),
        choice('silent', /REPLICA IDENTITY DEFAULT/),
        choice('lost', /ADD PRIMARY KEY/, 'code'),
        'CREATE UNIQUE INDEX late_id ON gaps.late (id)',
        choice('late', /REPLICA IDENTITY USING INDEX/, 'late_id'),
        'CREATE UNIQUE INDEX made_a ON gaps.made (a)',
        choice('made', /REPLICA IDENTITY USING INDEX/, 'made_a'),
        choice('parts', /ADD PRIMARY KEY/, 'id'),
      ].join(';\n'),
    )
    expect([...(await gapsOf()).keys()]).toEqual([])
    await database.query('DROP SCHEMA gaps CASCADE')
  })

  test('transactions that slot creation would wait for are named', async () => {
    const other = await connectSource(database.address, { purpose: 'writer' })
    await other.query('BEGIN; SELECT pg_current_xact_id()')
    const { rows } = await other.query('SELECT pg_backend_pid() AS pid')
    const client = await connectSource(database.address, { purpose: 'test' })
    const found = await until(
      'the transaction is old enough to be told of',
      async () => {
        const report = await preflight(client, { planColumn })
        return report.findings.find((finding) => finding.sql === `SELECT pg_terminate_backend(${rows[0].pid});`)
      },
      { timeoutMs: 15_000, everyMs: 250 },
    )
    expect(found.found).toMatch(/Making the slot waits for a transaction of millrace writer/)
    await client.end()
    await other.end()
  })

  test('a slot is followed from its making to its end', async () => {
    const name = `life_${process.pid}_${major}`
    const client = await connectSource(database.address, { purpose: 'test' })
    expect(await readSlotHealth(client, name)).toMatchObject({ health: 'missing', active: false, retainedBytes: null })
    expect(await dropSlot(client, name, { waitMs: 0 })).toBe('missing')

    const walsender = await ReplicationConnection.open(database.address)
    const created = await walsender.createSlot(name, { temporary: false })
    const fresh = await readSlotHealth(client, name)
    expect(fresh).toMatchObject({ health: 'ok', plugin: 'pgoutput', active: false, budgetBytes: null, inRecovery: false })
    expect(fresh.confirmedFlushLsn).toBe(created.consistentPoint)
    expect(fresh.systemId).toMatch(/^\d+$/)
    expect(fresh.timeline).toBe(1)
    expect(Math.abs(fresh.sourceClockMs - Date.now())).toBeLessThan(60_000)

    await client.query('CREATE PUBLICATION life FOR TABLE kept')
    let isClosed = false
    walsender.start({
      slotName: name,
      startLsn: ZERO_LSN,
      publicationNames: ['life'],
      sink: { onMessage: () => {}, onKeepalive: () => {}, onDrained: () => {}, onClose: () => (isClosed = true) },
    })
    await until('the slot is in use', async () => (await readSlotHealth(client, name)).active)
    await client.query(`INSERT INTO kept SELECT i, repeat('x', 1000) FROM generate_series(1, 1000) AS i`)
    const behind = await readSlotHealth(client, name)
    expect(behind.retainedBytes).toBeGreaterThan(1_000_000)
    expect(behind.currentLsn).toBeGreaterThan(lsnFromBigint(created.consistentPoint))

    // Our own walsender may be ended to drop its slot.
    expect(await dropSlot(client, name, { waitMs: 5000 })).toBe('dropped')
    await until('the stream has noticed', () => isClosed)
    expect((await readSlotHealth(client, name)).health).toBe('missing')
    await client.query('DROP PUBLICATION life')
    await client.end()
  })

  test("somebody else's stream is never ended to drop its slot", async () => {
    const name = `foreign_${process.pid}_${major}`
    const client = await connectSource(database.address, { purpose: 'test' })
    const foreign = await connectSource(database.address, { purpose: 'test', replication: true })
    await foreign.query(`SET application_name = 'their subscriber'`)
    await foreign.query(`CREATE_REPLICATION_SLOT ${name} TEMPORARY LOGICAL pgoutput`)
    await expect(dropSlot(client, name, { waitMs: 100 })).rejects.toMatchObject({ code: 'SLOT_IN_USE' })
    expect((await readSlotHealth(client, name)).active).toBe(true)
    await foreign.end()
    await until('it is free', async () => (await dropSlot(client, name, { waitMs: 1000 })) === 'missing')
    await client.end()
  })

  test('a role that may not read the control file still sees the health of its slot', async () => {
    const role = `blind_${process.pid}_${major}`
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`)
    await database.query('REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() FROM PUBLIC')
    const client = await connectSource({ ...database.address, user: role, password: 'x' }, { purpose: 'test' })
    expect(await readSlotHealth(client, 'none')).toMatchObject({ health: 'missing', systemId: null, timeline: null })
    expect((await preflight(client, { planColumn })).server!.systemId).toBe('')
    await client.end()
    await database.query(`DROP ROLE ${role}`)
  })
})

describe('a server that is not set up for it', () => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await startPostgres({ major: 18, config: { wal_level: 'replica', max_replication_slots: '0', max_slot_wal_keep_size: '64MB' } })
  })
  afterAll(() => server.stop())

  test('says which settings to change, and what the limit of its log is', async () => {
    const client = await connectSource(server.address, { purpose: 'test' })
    const { findings, ready } = await preflight(client, { planColumn })
    await client.end()
    expect(ready).toBe(false)
    const blockers = findings.filter((finding) => finding.severity === 'blocker').map((finding) => finding.check)
    expect(blockers).toEqual(['wal-level', 'free-slots', 'tables'])
    expect(findings.find((finding) => finding.check === 'wal-budget')).toMatchObject({ severity: 'ok' })
  })

  test('a slot whose log was removed is lost, not merely behind', async () => {
    await server.restart('fast', { wal_level: 'logical', max_replication_slots: '2', max_wal_size: '32MB', min_wal_size: '32MB' })
    const client = await connectSource(server.address, { purpose: 'test' })
    await client.query(`SELECT pg_create_logical_replication_slot('doomed', 'pgoutput')`)
    expect(await readSlotHealth(client, 'doomed')).toMatchObject({ health: 'ok', budgetBytes: 64 * 1024 * 1024 })
    await client.query('CREATE TABLE filler (v text)')
    await until(
      'the server has given the slot up',
      async () => {
        await client.query(`INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 20000)`)
        await client.query('SELECT pg_switch_wal()')
        await client.query('CHECKPOINT')
        return (await readSlotHealth(client, 'doomed')).health === 'lost'
      },
      { timeoutMs: 30_000 },
    )
    expect(await dropSlot(client, 'doomed', { waitMs: 1000 })).toBe('dropped')
    await client.end()
  })
})
