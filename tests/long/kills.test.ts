import { spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dropFromSource } from '../../src/main/engine/fileStatus.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { bankTables, createBank, startBankLoad, type BankLoad } from '../support/bank.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { newFilePath, openReplica, testHost } from '../support/replica.ts'
import { expectSameRows, leftOnSource } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript } from '../support/typescriptProcess.ts'
import { until } from '../support/until.ts'

const accounts = 300_000
/** Beyond what the test's own process had before; DuckDB may take half of it. */
const MEMORY_BOUND_BYTES = 1 << 30
const hasPgbench = spawnSync('pgbench', ['--version']).status === 0

/** The load of pgbench itself, which also vacuums and empties its history first. */
function startPgbench(source: TestDatabase): BankLoad {
  const { host, port, user, password, database } = source.address
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database }
  const child = spawn('pgbench', ['-c', '4', '-T', '600', '--max-tries=10'], { env, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    transactions: 0,
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}

const loads = [
  ['the load of the tests', (source: TestDatabase) => startBankLoad(source.address, accounts, 4)],
  ...(hasPgbench ? [['pgbench', startPgbench] as const] : []),
] as const

describe.each([15, 18] as const)('killed ten times under load, Postgres %i', (major) => {
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession | null = null
  let load: BankLoad | null = null

  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await createBank(source, accounts)
  })
  afterEach(async () => {
    const [following, writing] = [session, load]
    session = load = null
    await following?.close()
    await writing?.stop()
    await source.drop()
  })

  it.each(loads)('every row of all four tables is equal in the end (%s)', async (_, start) => {
    load = start(source)
    const filePath = newFilePath(folder.path)
    const options = JSON.stringify({ filePath, address: source.address })
    const seen = new Set<string>()
    for (let kill = 0; kill < 10; kill++) {
      const follower = startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path] })
      await follower.waitForLine('that it is open', (line) => line === 'open' || null)
      await delay(randomInt(1, kill < 5 ? 600 : 3000))
      await follower.kill()
      seen.add(/^state (\S+)/.exec(follower.lines.at(-1) ?? '')?.[1] ?? 'open')
    }
    await load.stop()
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await expectSameRows(source, session, bankTables)
    await until('every table is ready', () => session!.live().tables.every((table) => table.state === 'ready'))
    expect([...seen]).not.toHaveLength(0)
    await session.close()
    await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    expect(await leftOnSource(source)).toEqual([])
  })

  it('tables that are copied again and again while they follow, every row is equal in the end', async () => {
    load = startBankLoad(source.address, accounts, 4)
    const filePath = newFilePath(folder.path)
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await session.close()
    const tables = { include: [], exclude: [], copyAgain: ['*.*'] }
    const options = JSON.stringify({ filePath, address: source.address, tables })
    for (let kill = 0; kill < 8; kill++) {
      const follower = startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path] })
      await follower.waitForLine('a copy beside the stream', (line) => /^state (catching-up|following) .* copied [1-9]/.exec(line))
      await delay(randomInt(1, 400 * (kill + 1)))
      await follower.kill()
    }
    await load.stop()
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await expectSameRows(source, session, bankTables)
  })

  it('an aborted transaction of two million rows leaves nothing, and what comes after it does', async () => {
    const filePath = newFilePath(folder.path)
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await source.query('ALTER TABLE pgbench_accounts SET (autovacuum_enabled = off)')
    const before = process.memoryUsage.rss()
    let peak = before
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50)
    try {
      await source.query(`BEGIN; INSERT INTO pgbench_accounts SELECT n, 2, n, repeat('x', 80) FROM generate_series(1000001, 3000000) n; ROLLBACK`)
      await source.query(`UPDATE pgbench_accounts SET abalance = 7 WHERE aid < 100; INSERT INTO pgbench_tellers VALUES (100, 1, 0, 'after')`)
      await session.whenCaughtUp()
    } finally {
      clearInterval(watch)
    }
    expect(peak - before).toBeLessThan(MEMORY_BOUND_BYTES)
    await expectSameRows(source, session, bankTables)
  })

  it('a transaction of two million rows stays within its memory, and a kill in the middle of it leaves no half', async () => {
    const filePath = newFilePath(folder.path)
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    await session.close()
    await source.query('ALTER TABLE pgbench_accounts SET (autovacuum_enabled = off)')
    await source.query(`INSERT INTO pgbench_accounts SELECT n, 2, n, repeat('x', 80) FROM generate_series(1000001, 3000000) n`)
    const options = JSON.stringify({ filePath, address: source.address })
    const follower = startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path] })
    await follower.waitForLine('that it streams', (line) => /^state catching-up/.exec(line))
    await delay(randomInt(200, 3000))
    await follower.kill()
    session = await openReplica(folder.path, source, { filePath })
    const connection = await session.connectReplica()
    const counted = async () => (await connection.runAndReadAll('SELECT count(*) FROM pgbench_accounts WHERE bid = 2')).getRows()[0]![0]
    const before = process.memoryUsage.rss()
    let peak = before
    const halves: unknown[] = []
    let isDone = false
    const caughtUp = session.whenCaughtUp().then(() => {
      isDone = true
    })
    while (!isDone) {
      const count = await counted()
      if (count !== 0n && count !== 2_000_000n) halves.push(count)
      peak = Math.max(peak, process.memoryUsage.rss())
      await delay(50)
    }
    await caughtUp
    connection.closeSync()
    expect(halves).toEqual([])
    expect(peak - before).toBeLessThan(MEMORY_BOUND_BYTES)
    await expectSameRows(source, session, ['pgbench_accounts'])
  })
})
