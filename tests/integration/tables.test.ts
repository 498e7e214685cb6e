import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { bankTables, createBank, startBankLoad, type BankLoad } from '../support/bank.ts'
import { runMillrace } from '../support/millrace.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { newFilePath, openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { openTcpProxy } from '../support/tcpProxy.ts'
import { startTypescript } from '../support/typescriptProcess.ts'
import { until } from '../support/until.ts'

const accounts = 60_000

let folder: TemporaryFolder
let source: TestDatabase
let session: ReplicaSession | null = null
let load: BankLoad | null = null

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())
afterEach(async () => {
  const [following, writing] = [session, load]
  session = load = null
  await following?.close()
  await writing?.stop()
  await source.drop()
})

const tableOf = (name: string) => session!.live().tables.find((table) => table.name === name)!

async function expectEqualAfterLoad(): Promise<void> {
  await load!.stop()
  await session!.whenCaughtUp()
  await expectSameRows(source, session!, bankTables)
}

/** Closes the session while the transaction is committed that makes a table's state `state`. */
async function closeAtCommitOf(state: string): Promise<void> {
  const { run } = DuckDBConnection.prototype
  const writing = new Set<DuckDBConnection>()
  let closing: Promise<void> | null = null
  const watched = vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(function (this: DuckDBConnection, ...statement) {
    const [sql, values] = statement
    if (sql.startsWith('INSERT INTO millrace.tables') && Object.values(values ?? []).includes(state)) writing.add(this)
    const result = run.apply(this, statement)
    if (sql === 'COMMIT' && writing.has(this)) closing ??= session!.close()
    return result
  })
  await until(`a table is ${state}`, () => closing !== null, { everyMs: 1 })
  watched.mockRestore()
  await closing
}

describe.each([15, 18] as const)('a table copied beside the stream, Postgres %i', (major) => {
  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await createBank(source, accounts)
  })

  it('copied again under load, it ends equal, and the others show their changes meanwhile', async () => {
    load = startBankLoad(source.address, accounts)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    const history = async () => Number((await replicaRows(session!, 'SELECT count(*) FROM pgbench_history'))[0])
    await source.query(`INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(1000000, 1400000) n`)
    await session.resyncTable({ schema: 'public', name: 'pgbench_accounts' })
    await until('it is being copied', () => (tableOf('pgbench_accounts').copy?.rows ?? 0) > 0, { everyMs: 1 })
    const before = await history()
    await until('others go on', async () => (await history()) > before, { everyMs: 5 })
    // Copied, or still to take over what came meanwhile: not joined in any case.
    expect(tableOf('pgbench_accounts').state).toMatch(/^(copying|catching-up)$/)
    expect(session.live().state).toMatch(/following|catching-up/)
    await until('it is joined', () => tableOf('pgbench_accounts').state === 'ready')
    await expectEqualAfterLoad()
  })

  it('closed in the moment in which a table joins the stream, it has every row the next time', async () => {
    load = startBankLoad(source.address, accounts)
    session = await openReplica(folder.path, source)
    const { filePath } = session
    await session.whenCaughtUp()
    for (let round = 0; round < 3; round++) {
      await session.resyncTable({ schema: 'public', name: 'pgbench_history' })
      await closeAtCommitOf('ready')
      session = await openReplica(folder.path, source, { filePath })
      await session.whenCaughtUp()
    }
    await expectEqualAfterLoad()
  })

  it('every table copied again and again under load ends equal', async () => {
    load = startBankLoad(source.address, accounts)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    for (let round = 0; round < 4; round++) {
      for (const name of bankTables) await session.resyncTable({ schema: 'public', name })
      await delay(round * 60)
    }
    await expectEqualAfterLoad()
    expect(session.live().tables.map(({ state, rows }) => [state, rows > 0])).toEqual(bankTables.map(() => ['ready', true]))
  })

  it('every kind of change that comes while its table is copied is there in the end', async () => {
    await source.query(`
      CREATE TABLE docs (k int PRIMARY KEY, body text, n int, price numeric(12,2));
      ALTER TABLE docs ALTER body SET STORAGE EXTERNAL;
      INSERT INTO docs SELECT n, repeat(md5(n::text), 100), n, n FROM generate_series(1, 4000) n;
      CREATE TABLE bag (a int, b text);
      ALTER TABLE bag REPLICA IDENTITY FULL;
      INSERT INTO bag SELECT n % 50, repeat('b', 100) FROM generate_series(1, 100000) n;
      CREATE TABLE emptied (k int PRIMARY KEY, t text);
      INSERT INTO emptied SELECT n, repeat('e', 100) FROM generate_series(1, 60000) n;
      CREATE TABLE lines (line text);
      INSERT INTO lines SELECT repeat('l', 100) || n FROM generate_series(1, 60000) n`)
    const names = ['docs', 'bag', 'emptied', 'lines']
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    // Received while the copies are asked for, and so from before their snapshot.
    await source.query(`UPDATE docs SET n = n + 1; INSERT INTO lines SELECT 'before ' || n FROM generate_series(1, 50000) n; TRUNCATE emptied;
      INSERT INTO emptied SELECT n, 'again' FROM generate_series(1, 50000) n`)
    for (const name of names) await session.resyncTable({ schema: 'public', name })
    await until('they are being copied', () => names.some((name) => (tableOf(name).copy?.rows ?? 0) > 0), { everyMs: 1 })
    await source.query(`
      UPDATE docs SET n = 7, price = NULL WHERE k <= 100;
      UPDATE docs SET k = k + 10000 WHERE k BETWEEN 50 AND 200;
      UPDATE docs SET body = 'short' WHERE k = 300;
      UPDATE docs SET n = 8 WHERE k IN (300, 10060);
      DELETE FROM docs WHERE k BETWEEN 400 AND 450;
      INSERT INTO docs VALUES (401, repeat('new', 2000), 1, 1.5);
      UPDATE docs SET n = 2 WHERE k = 401`)
    await source.query(`DELETE FROM bag WHERE ctid IN (SELECT ctid FROM bag WHERE a = 3 LIMIT 7); UPDATE bag SET a = 99 WHERE a = 4; INSERT INTO bag VALUES (5, NULL), (5, NULL)`)
    await source.query(`INSERT INTO emptied VALUES (100000, 'gone'); TRUNCATE emptied; INSERT INTO emptied VALUES (1, 'left')`)
    await source.query(`INSERT INTO lines SELECT 'while ' || n FROM generate_series(1, 5000) n`)
    await source.query(`INSERT INTO docs SELECT n, repeat('giant', 50), n, n FROM generate_series(100000, 140000) n`)
    await session.whenCaughtUp()
    await expectSameRows(source, session, names)
    await source.query(`UPDATE docs SET k = k + 500000 WHERE k > 100000; INSERT INTO bag VALUES (1, 'after'); DELETE FROM emptied`)
    await session.whenCaughtUp()
    await expectSameRows(source, session, names)
    const { rows } = await source.query<{ n: number }>('SELECT count(*)::int AS n FROM docs')
    expect(tableOf('docs')).toMatchObject({ state: 'ready', rows: rows[0]!.n })
  })

  it('the connections cut while it is copied, the copy is begun again and ends equal', async () => {
    load = startBankLoad(source.address, accounts)
    const proxy = await openTcpProxy(source.address)
    try {
      session = await openReplica(folder.path, { address: { ...source.address, host: proxy.host, port: proxy.port } })
      await session.whenCaughtUp()
      await source.query(`INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(1000000, 1200000) n`)
      await session.resyncTable({ schema: 'public', name: 'pgbench_accounts' })
      await until('it is being copied', () => (tableOf('pgbench_accounts').copy?.rows ?? 0) > 0, { everyMs: 1 })
      proxy.cut()
      await expectEqualAfterLoad()
      expect(tableOf('pgbench_accounts').state).toMatch(/ready|catching-up/)
      await session.close()
    } finally {
      await proxy.close()
    }
  })

  it('killed while tables are copied beside the stream and while they join it, every row is equal in the end', async () => {
    load = startBankLoad(source.address, accounts)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    const { filePath } = session
    await session.close()
    await source.query(`INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(1000000, 1100000) n`)
    const tables = { include: [], exclude: [], copyAgain: ['*.*'] }
    const options = JSON.stringify({ filePath, address: source.address, tables })
    for (let kill = 0; kill < 3; kill++) {
      const process = startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path] })
      try {
        await process.waitForLine('a copy beside the stream', (line) => /^state (catching-up|following) .* copied [1-9]/.exec(line))
        await delay(kill * randomInt(1, 500))
      } finally {
        await process.kill()
      }
    }
    session = await openReplica(folder.path, source, { filePath })
    await expectEqualAfterLoad()
  })

  it('a value that its column cannot hold, found while it is copied again, keeps the column as text', async () => {
    await source.query('CREATE TABLE sums (k int PRIMARY KEY, amount numeric(10,2))')
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    await session.pause()
    await source.query(`INSERT INTO sums SELECT n, n FROM generate_series(1, 50000) n; INSERT INTO sums VALUES (0, 'NaN')`)
    await session.resyncTable({ schema: 'public', name: 'sums' })
    await session.resume()
    await source.query(`UPDATE sums SET amount = 'NaN' WHERE k < 10; UPDATE sums SET amount = 2.5 WHERE k > 49990`)
    await session.whenCaughtUp()
    expect(tableOf('sums')).toMatchObject({ state: 'ready', textColumns: [{ name: 'amount' }] })
    await expectSameRows(source, session, ['sums'])
  })
})

describe.each([15, 18] as const)('tables that come and go, Postgres %i', (major) => {
  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await createBank(source, accounts)
  })

  const publishedTables = async () =>
    (await source.query<{ name: string }>(`SELECT tablename::text AS name FROM pg_publication_tables ORDER BY 1`)).rows.map(({ name }) => name)

  it('tables added under load are copied beside the stream and end equal, with and without a key', async () => {
    load = startBankLoad(source.address, accounts)
    session = await openReplica(folder.path, source, { tables: [{ schema: 'public', name: 'pgbench_tellers' }] })
    await session.whenCaughtUp()
    await session.addTables([{ schema: 'public', name: 'pgbench_accounts' }, { schema: 'public', name: 'pgbench_tellers' }])
    await session.addTables([{ schema: 'public', name: 'pgbench_history' }, { schema: 'public', name: 'pgbench_branches' }])
    await session.whenCaughtUp()
    const { filePath } = session
    expect(await publishedTables()).toEqual([...bankTables].sort())
    await expectEqualAfterLoad()
    await session.close()
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await expectSameRows(source, session, bankTables)
  })

  it('a table that is not there, or not followed, is named', async () => {
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    await expect(session.addTables([{ schema: 'public', name: 'nowhere' }])).rejects.toMatchObject({ code: 'TABLE_MISSING' })
    await expect(session.removeTable({ schema: 'public', name: 'nowhere' })).rejects.toMatchObject({ code: 'TABLE_MISSING' })
  })

  it('a table removed under load leaves the publication and the file, and may come again', async () => {
    load = startBankLoad(source.address, accounts)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    const history = { schema: 'public', name: 'pgbench_history' }
    await session.removeTable(history)
    expect(session.live().tables.map(({ name }) => name)).not.toContain('pgbench_history')
    expect(await publishedTables()).not.toContain('pgbench_history')
    expect(await replicaRows(session, `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'pgbench%'`)).toHaveLength(3)
    await session.addTables([history])
    await session.removeTable({ schema: 'public', name: 'pgbench_accounts' })
    await session.addTables([{ schema: 'public', name: 'pgbench_accounts' }])
    await expectEqualAfterLoad()
  })

  it('removed during the first copy of a file, nothing of it is left', async () => {
    await source.query(`INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(1000000, 1300000) n`)
    session = await openReplica(folder.path, source)
    await until('it is being copied', () => (session!.live().tables.find(({ name }) => name === 'pgbench_accounts')?.copy?.rows ?? 0) > 0, { everyMs: 1 })
    await session.removeTable({ schema: 'public', name: 'pgbench_accounts' })
    await session.whenCaughtUp()
    expect(await replicaRows(session, `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%copy%' OR table_name = 'pgbench_accounts'`)).toEqual([])
    await expectSameRows(source, session, ['pgbench_tellers', 'pgbench_branches', 'pgbench_history'])
  })

  it('removed while it is copied, nothing of it is left; added while paused, it is copied on going on', async () => {
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    await source.query(`INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(1000000, 1300000) n`)
    const table = { schema: 'public', name: 'pgbench_accounts' }
    await session.resyncTable(table)
    await until('it is being copied', () => (tableOf('pgbench_accounts').copy?.rows ?? 0) > 0, { everyMs: 1 })
    await session.removeTable(table)
    await session.whenCaughtUp()
    expect(await replicaRows(session, `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%copy%' OR table_name = 'pgbench_accounts'`)).toEqual([])
    await session.pause()
    await session.addTables([table])
    await session.resume()
    await session.whenCaughtUp()
    await expectSameRows(source, session, bankTables)
  })

  it.runIf(major === 18)('millrace sync adds, removes and copies again what its patterns mean', async () => {
    const filePath = newFilePath(folder.path)
    const sync = async (...more: string[]) => {
      const run = ['sync', '--source', source.url, '--file', filePath, '--until-caught-up', '--json', ...more]
      const { exitCode, stdout, stderr } = await runMillrace(run, { home: folder.path })
      const { tables } = exitCode === 0 ? (JSON.parse(stdout) as { tables: { name: string }[] }) : { tables: [] }
      return { exitCode, stderr, names: tables.map(({ name }) => name).sort() }
    }
    const [tellers, branches] = ['pgbench_tellers', 'pgbench_branches']
    expect(await sync('--tables', tellers)).toMatchObject({ names: [tellers] })
    expect(await sync('--tables', 'pgbench_b*')).toMatchObject({ names: [branches, tellers] })
    expect(await sync('--exclude', tellers)).toMatchObject({ names: [branches] })
    await source.query(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()`)
    await source.query(`UPDATE pgbench_branches SET bbalance = 7`)
    expect(await sync()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/SLOT_MISSING/) })
    expect(await sync('--copy-again', '*')).toMatchObject({ names: [branches] })
    expect(await sync('--copy-again', 'nowhere')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/TABLE_MISSING/) })
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await expectSameRows(source, session, [branches])
  })
})
