import { randomInt } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseLsn } from '../../src/main/engine/model/lsn.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { bankTables, createBank, startBankLoad, type BankLoad } from '../support/bank.ts'
import { runMillrace, startMillrace } from '../support/millrace.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { newFilePath, openReplica } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript, type TypescriptProcess } from '../support/typescriptProcess.ts'
import { until } from '../support/until.ts'

const accounts = 20_000

describe.each([15, 18] as const)('under load on Postgres %i', (major) => {
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession | null = null
  let load: BankLoad | null = null
  let follower: TypescriptProcess | null = null

  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await createBank(source, accounts)
    load = startBankLoad(source.address, accounts)
  })
  afterEach(async () => {
    const [process, following, writing] = [follower, session, load]
    session = follower = load = null
    await process?.kill()
    await following?.close()
    await writing?.stop()
    await source.drop()
  })

  function startFollower(filePath: string, ...mode: string[]): TypescriptProcess {
    const options = JSON.stringify({ filePath, address: source.address })
    follower = startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path, ...mode] })
    return follower
  }

  async function expectEqualAfterLoad(filePath: string): Promise<void> {
    await load!.stop()
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await expectSameRows(source, session, bankTables)
    await until('every table is ready', () => session!.live().tables.every((table) => table.state === 'ready'), {
      // On a busy server the stream must pass everybody's log first.
      timeoutMs: 60_000,
    })
  }

  it('killed during the copy, between batches and during an apply, it resumes with every row equal', async () => {
    const filePath = newFilePath(folder.path)
    const whileCopying = startFollower(filePath)
    await whileCopying.waitForLine('a copy', (line) => /^state copying .* copied [1-9]/.exec(line))
    await whileCopying.kill()
    for (let kill = 0; kill < 2; kill++) {
      const process = startFollower(filePath)
      await process.waitForLine('the stream', (line) => /^state (catching-up|following) checkpoint \w+\//.exec(line))
      await delay(randomInt(1, 300))
      await process.kill()
    }
    await expectEqualAfterLoad(filePath)
    // What the killed processes had staged was removed by those that came after them.
    startFollower(filePath)
    const staging = readdirSync(folder.join('temporary')).filter((name) => /^\d+-/.test(name))
    expect(staging.length).toBeLessThanOrEqual(1)
  })

  it('killed while it takes over a change of a table, it resumes with every row equal', async () => {
    await source.query(`CREATE TABLE wide (id int PRIMARY KEY, a text, price numeric(10,2));
      INSERT INTO wide SELECT n, repeat('a', 50) || n, n FROM generate_series(1, 40000) n`)
    const filePath = newFilePath(folder.path)
    const changes = [
      `ALTER TABLE wide ADD tags text[] DEFAULT '{"a,b",NULL}'`,
      'ALTER TABLE wide ALTER a TYPE text USING upper(a)',
      'ALTER TABLE wide RENAME a TO renamed; ALTER TABLE wide ADD a int DEFAULT 7; ALTER TABLE wide DROP tags',
    ]
    let killedBefore = 0
    for (const [index, change] of changes.entries()) {
      const process = startFollower(filePath)
      await process.waitForLine('the stream', (line) => /^state following/.exec(line))
      await source.query(`BEGIN; UPDATE wide SET price = price + 1 WHERE id <= 10000; ${change}; UPDATE wide SET price = price + 1 WHERE id > 35000; INSERT INTO wide (id) VALUES (${-index}); COMMIT`)
      const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn')
      const committed = parseLsn(rows[0]!.lsn)
      await process.waitForLine('that it has received it', (line) => {
        const received = / received (\w+\/\w+)/.exec(line)?.[1]
        return received !== undefined && parseLsn(received) >= committed ? received : null
      })
      await delay(randomInt(1, 60))
      await process.kill()
      const checkpoint = / checkpoint (\w+\/\w+)/.exec(process.lines.findLast((line) => line.startsWith('state'))!)![1]!
      if (parseLsn(checkpoint) < committed) killedBefore++
    }
    expect(killedBefore).toBeGreaterThan(0)
    await expectEqualAfterLoad(filePath)
    await expectSameRows(source, session!, ['wide'])
  }, 180_000)

  it('killed while DuckDB writes its log into the file, it resumes with every row equal', async () => {
    const filePath = newFilePath(folder.path)
    let killedWithin = 0
    for (let kill = 0; kill < 4; kill++) {
      const process = startFollower(filePath, 'checkpointing')
      await process.waitForLine('the stream', (line) => /^state following/.exec(line))
      await source.query(`UPDATE pgbench_accounts SET filler = repeat('${kill}', 80)`)
      const before = process.lines.length
      await process.waitForLine('a checkpoint', (line) => (line === 'checkpoint begins' && process.lines.length > before + kill * 5 ? line : null))
      await process.kill()
      if (process.lines.findLast((line) => line.startsWith('checkpoint')) === 'checkpoint begins') killedWithin++
    }
    expect(killedWithin).toBeGreaterThan(0)
    await expectEqualAfterLoad(filePath)
  }, 180_000)

  it.runIf(major === 18)('millrace sync, killed on its way, catches up the next time with every row equal', async () => {
    const filePath = newFilePath(folder.path)
    const sync = ['sync', '--source', source.url, '--file', filePath, '--json']
    for (let kill = 0; kill < 3; kill++) {
      const running = startMillrace(sync, { home: folder.path })
      await until('it has made the file', () => existsSync(filePath))
      await delay(randomInt(1, 700))
      await running.stop('SIGKILL')
    }
    await load!.stop()
    const { exitCode, stdout, stderr } = await runMillrace([...sync, '--until-caught-up'], { home: folder.path })
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(stdout)).toMatchObject({ file: filePath })
    await expectEqualAfterLoad(filePath)
  })

  it('SIGTERM ends it within two seconds, and it resumes with every row equal', async () => {
    const filePath = newFilePath(folder.path)
    const process = startFollower(filePath)
    await process.waitForLine('the stream', (line) => /^state following/.exec(line))
    process.child.kill('SIGTERM')
    const tookMs = await process.waitForLine('its end', (line) => /^closed in (\d+) ms, ended by null/.exec(line)?.[1])
    expect(Number(tookMs)).toBeLessThan(2000)
    await expectEqualAfterLoad(filePath)
  })

  it('closed during the copy, the file is whole and the copy goes on with the tables that are missing', async () => {
    await source.query(`INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(100001, 500000) n`)
    session = await openReplica(folder.path, source)
    await until('a table is being copied', () => session!.live().tables.some((table) => (table.copy?.rows ?? 0) > 0), { everyMs: 1 })
    const startMs = performance.now()
    await session.close()
    expect(performance.now() - startMs).toBeLessThan(2000)
    await expectEqualAfterLoad(session.filePath)
  })

  it('a copy that is still to be done is waited for, also where the source has nothing new', async () => {
    await load!.stop()
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    await session.pause()
    await session.resyncTable({ schema: 'public', name: 'pgbench_accounts' })
    const caughtUp = session.whenCaughtUp()
    await session.resume()
    await caughtUp
    const copied = session.live().tables.find(({ name }) => name === 'pgbench_accounts')
    expect(copied).toMatchObject({ state: expect.stringMatching(/ready|catching-up/), rows: accounts, copy: null })
    await expectSameRows(source, session, bankTables)
  })

  it('paused, resumed and copied again at the same moment, it ends up following with every row equal', async () => {
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    const { filePath } = session
    await Promise.all([
      session.pause(),
      session.resyncTable({ schema: 'public', name: 'pgbench_tellers' }),
      session.resume(),
      session.resyncTable({ schema: 'public', name: 'pgbench_branches' }),
      session.pause(),
      session.resume(),
      session.resyncTable({ schema: 'public', name: 'pgbench_tellers' }),
    ])
    await session.whenCaughtUp()
    await until('one walsender is left', async () => {
      const { rows } = await source.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'walsender'`)
      return rows.length === 1
    })
    await session.close()
    await expectEqualAfterLoad(filePath)
  })

  it('closed in any state and by several callers at once, it is closed once and gives the file back', async () => {
    const filePath = newFilePath(folder.path)
    for (const waitMs of [0, 5, 40, 120, 400]) {
      session = await openReplica(folder.path, source, { filePath })
      await delay(waitMs)
      const startMs = performance.now()
      await Promise.all([session.close(), session.close(), session.pause().catch(() => undefined)])
      expect(performance.now() - startMs).toBeLessThan(2000)
      expect(await session.ended).toBeNull()
    }
    await expectEqualAfterLoad(filePath)
  })
})
