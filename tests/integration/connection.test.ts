import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SourceAddress } from '../../src/main/contract/source.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { bankTables, createBank, startBankLoad, type BankLoad } from '../support/bank.ts'
import { sharedPostgres, startPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcpProxy.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

let folder: TemporaryFolder
let session: ReplicaSession | null = null
let load: BankLoad | null = null

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())
afterEach(async () => {
  const [writing, following] = [load, session]
  load = session = null
  await following?.close()
  await writing?.stop()
})

async function closeWithin(limitMs: number): Promise<void> {
  const startMs = performance.now()
  await session!.close()
  expect(performance.now() - startMs).toBeLessThan(limitMs)
}

describe('a network that fails', () => {
  const accounts = 2000
  let source: TestDatabase
  let proxy: TcpProxy
  let address: SourceAddress

  beforeEach(async () => {
    source = await sharedPostgres(18).createDatabase()
    await createBank(source, accounts)
    proxy = await openTcpProxy(source.address)
    address = { ...source.address, port: proxy.port }
  })
  afterEach(async () => {
    await session?.close()
    session = null
    await proxy.close()
    await source.drop()
  })

  async function follow(): Promise<ReplicaSession> {
    session = await openReplica(folder.path, { address })
    await session.whenCaughtUp()
    return session
  }

  async function expectEqual(): Promise<void> {
    await load?.stop()
    await until('it follows again', () => session!.live().state === 'following', { timeoutMs: 20_000 })
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, bankTables)
  }

  it('cut in the middle of messages again and again, it goes on by itself with every row equal', async () => {
    await follow()
    load = startBankLoad(source.address, accounts)
    for (let cut = 0; cut < 4; cut++) {
      const target = proxy.bytesDown + 20_000
      await until('some of the stream has come', () => proxy.bytesDown > target, { everyMs: 1, timeoutMs: 20_000 })
      proxy.cut()
    }
    await expectEqual()
    const texts = session!.live().events.map(({ text }) => text)
    expect(texts.filter((text) => text.includes('Nothing is lost; trying again'))).not.toHaveLength(0)
    expect(texts[0]).toBe('The source is back, and nothing was lost.')
  })

  it('cut in the middle of a message of megabytes, it takes the message whole from the start', async () => {
    await source.query('CREATE TABLE wide (id int PRIMARY KEY, body text)')
    await follow()
    proxy.delay(1)
    const before = proxy.bytesDown
    const writing = source.query(`INSERT INTO wide SELECT n, repeat(md5(n::text), 500000) FROM generate_series(1, 3) n`)
    await until('a part of it has come', () => proxy.bytesDown - before > 5_000_000, { everyMs: 1 })
    proxy.cut()
    proxy.delay(0)
    await writing
    await until('it is back', () => session!.live().state === 'following', { timeoutMs: 20_000 })
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['wide'])
  })

  it('cut during the first copy again and again, it copies under a new snapshot and ends with every row equal', async () => {
    await source.query(`INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(100001, 200000) n`)
    load = startBankLoad(source.address, accounts)
    session = await openReplica(folder.path, { address })
    for (let cut = 0; cut < 3; cut++) {
      await until('rows are being copied', () => session!.live().tables.some((table) => (table.copy?.rows ?? 0) > 0), { everyMs: 1 })
      proxy.cut()
      await until('it has noticed', () => session!.live().state === 'retrying', { everyMs: 1 })
    }
    await expectEqual()
  })

  it('refused for a while, it says so, tries again with growing pauses, and resumes', async () => {
    const { filePath } = await follow()
    proxy.refuse()
    proxy.cut()
    await until('it retries', () => session!.live().attempt >= 2)
    const live = session!.live()
    expect(live.state).toMatch(/retrying|connecting/)
    expect(live.fault).toMatchObject({ code: expect.stringMatching(/CONNECT/) })
    const { nextAttemptAt } = await until('it waits', () => (session!.live().nextAttemptAt ? session!.live() : null))
    expect(Date.parse(nextAttemptAt!)).toBeGreaterThan(Date.now() - 100)
    await until('the lag is not claimed', () => session!.live().lag.situation === 'unknown')
    await source.query('UPDATE pgbench_accounts SET abalance = 7 WHERE aid <= 10')
    proxy.accept()
    await expectEqual()
    expect(session!.live()).toMatchObject({ fault: null, attempt: 0, nextAttemptAt: null })
    expect(session!.filePath).toBe(filePath)
  })

  it('a network that swallows everything does not hold a close up, whatever it is in the middle of', async () => {
    await follow()
    proxy.pause()
    await closeWithin(2500)
    for (const after of [1, 2, 3]) {
      proxy.resume()
      const seen = proxy.accepted
      session = await openReplica(folder.path, { address }, { filePath: session!.filePath })
      await until('it has begun to connect', () => proxy.accepted >= seen + after, { everyMs: 1 })
      proxy.pause()
      await closeWithin(2500)
    }
    proxy.cut()
    proxy.resume()
    session = await openReplica(folder.path, { address }, { filePath: session!.filePath })
    await expectEqual()
  })

  it('a network that swallows everything and then comes back has lost nothing', async () => {
    await follow()
    load = startBankLoad(source.address, accounts)
    const target = proxy.bytesDown + 10_000
    await until('some of the stream has come', () => proxy.bytesDown > target)
    proxy.pause()
    await until('the source is no longer seen', () => session!.live().lag.situation === 'unknown', { timeoutMs: 15_000 })
    proxy.resume()
    await expectEqual()
  })

  it('a slow one: a table that is added and dropped is told as dropped, and as nothing else', async () => {
    await follow()
    proxy.delay(50)
    await source.query('CREATE TABLE brief (id int PRIMARY KEY)')
    await session!.addTables([{ schema: 'public', name: 'brief' }])
    const table = () => session!.live().tables.find(({ name }) => name === 'brief')
    await until('it follows', () => table()?.state === 'ready', { timeoutMs: 30_000 })
    await source.query('DROP TABLE brief')
    await until('it is told', () => table()?.state === 'errored', { timeoutMs: 30_000 })
    expect(table()?.reason).toMatch(/dropped/)
    proxy.delay(0)
    await expectEqual()
  })

  it('closed while it waits for its next attempt, it is closed at once', async () => {
    await follow()
    proxy.refuse()
    proxy.cut()
    await until('it retries', () => session!.live().state === 'retrying')
    await closeWithin(1000)
    expect(await session!.ended).toBeNull()
  })

  it('paused, it takes nothing; resumed, it catches up', async () => {
    await follow()
    await session!.pause()
    expect(session!.live().state).toBe('paused')
    await source.query('UPDATE pgbench_tellers SET tbalance = 5')
    const walsenders = await source.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'walsender'`,
    )
    expect(walsenders.rows).toHaveLength(0)
    await session!.resume()
    await expectEqual()
  })

  it('waiting to be caught up ends with a close, and never claims to be', async () => {
    await follow()
    await session!.pause()
    await source.query('UPDATE pgbench_tellers SET tbalance = 6')
    const waiting = session!.whenCaughtUp()
    const told = expect(waiting).rejects.toMatchObject({ code: 'STOPPED' })
    await until('it waits', () => true)
    await session!.close()
    await told
  })

  it('waiting to be caught up ends when it is called off, with what it was called off for, whatever it is in the middle of', async () => {
    await follow()
    await session!.pause()
    await source.query('UPDATE pgbench_tellers SET tbalance = 6')
    const expectCalledOff = async (when: (accepted: number, bytesDown: number) => unknown): Promise<void> => {
      const calling = new AbortController()
      const [accepted, bytesDown] = [proxy.accepted, proxy.bytesDown]
      const waiting = session!.whenCaughtUp(calling.signal)
      const told = expect(waiting).rejects.toBe(calling.signal)
      await when(accepted, bytesDown)
      calling.abort(calling.signal)
      await told
    }
    await expectCalledOff(() => {})
    // The source is asked on connections of their own: called off while one is made, and while it is asked.
    proxy.delay(20)
    for (const bytes of [0, 100, 200, 300, 400, 500, 600, 700]) {
      await expectCalledOff((accepted, bytesDown) =>
        until('it asks', () => proxy.accepted > accepted && proxy.bytesDown - bytesDown >= bytes, { everyMs: 1 }),
      )
    }
    proxy.delay(0)
    await expectCalledOff((accepted) => until('it waits', () => proxy.accepted > accepted && proxy.open === 1))
  })
})

describe.each([15, 18] as const)('a source that goes away, Postgres %i', (major) => {
  const accounts = 2000
  let server: TestPostgres
  let source: TestDatabase

  beforeAll(async () => {
    server = await startPostgres({ major })
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    source = await server.createDatabase()
    await createBank(source, accounts)
  })

  it.each(['fast', 'immediate', 'kill'] as const)('restarted (%s) under load, it goes on with every row equal', async (mode) => {
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    load = startBankLoad(source.address, accounts)
    await until('there is traffic', () => session!.live().lag.changesPerSecond > 0)
    await server.restart(mode)
    await until('it follows again', () => session!.live().state === 'following', { timeoutMs: 30_000 })
    await load.stop()
    await session.whenCaughtUp()
    await expectSameRows(source, session, bankTables)
  })

  it('gone for good before the first copy is told at once, and not tried for ever', async () => {
    await server.kill()
    try {
      session = await openReplica(folder.path, source)
      expect(await session.ended).toMatchObject({ code: 'CONNECT_REFUSED' })
      expect(session.live().state).toBe('failed')
    } finally {
      await server.restart()
    }
  })
})

describe.each([15, 18] as const)('large transactions and short timeouts, Postgres %i', (major) => {
  let server: TestPostgres
  let source: TestDatabase

  beforeAll(async () => {
    server = await startPostgres({ major, config: { wal_sender_timeout: '1s', logical_decoding_work_mem: '1MB' } })
    source = await server.createDatabase()
  })
  afterAll(() => server.stop())

  const rows = major === 18 ? 300_000 : 100_000

  it(`a transaction of ${rows} rows keeps the connection and stays within its memory`, async () => {
    await source.query('CREATE TABLE large (id int PRIMARY KEY, body text)')
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers + process.memoryUsage().external)
    }, 20)
    await source.query(`INSERT INTO large SELECT n, repeat(md5(n::text), 10) FROM generate_series(1, ${rows}) n`)
    await session.whenCaughtUp()
    await source.query(`BEGIN; UPDATE large SET body = body || 'x'; DELETE FROM large WHERE id % 3 = 0; COMMIT`)
    await session.whenCaughtUp()
    clearInterval(watch)
    await expectSameRows(source, session, ['large'])
    // The larger is about 100 MB of log.
    expect(peak - before).toBeLessThan(96 << 20)
    expect(session.live().events.map(({ text }) => text).join()).not.toMatch(/trying again/)
  })

  it('a close in the middle of a long apply takes less than two seconds and loses nothing', async () => {
    await source.query('CREATE TABLE slow (id int PRIMARY KEY, a text, b text, c text)')
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    const fill = `SELECT n, md5(n::text), repeat(md5(n::text), 3), 'c' FROM generate_series(1, 100000) n`
    await source.query(`BEGIN; INSERT INTO slow ${fill}; UPDATE slow SET a = a || 'x'; COMMIT`)
    await until('all of it has come', () => (session!.live().lag.receivedLagBytes ?? 1) < 1000, { everyMs: 2, timeoutMs: 30_000 })
    await closeWithin(2000)
    session = await openReplica(folder.path, source, { filePath: session.filePath })
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['slow'])
  })

  it('an aborted one leaves nothing, and savepoints leave what they kept', async () => {
    await source.query('CREATE TABLE tries (id int PRIMARY KEY, note text)')
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    await source.query(`BEGIN; INSERT INTO tries SELECT n, repeat('x', 100) FROM generate_series(1, 50000) n; ROLLBACK`)
    await source.query(`BEGIN;
      INSERT INTO tries VALUES (1, 'kept');
      SAVEPOINT one; INSERT INTO tries SELECT n, 'gone' FROM generate_series(2, 20000) n; ROLLBACK TO one;
      SAVEPOINT two; INSERT INTO tries VALUES (2, 'kept too'); RELEASE two;
      SAVEPOINT three; UPDATE tries SET note = 'never'; ROLLBACK TO three;
      COMMIT`)
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['tries'])
    expect(session.live().tables.find(({ name }) => name === 'tries')?.rows).toBe(2)
  })

  it('transactions that run at the same time arrive whole, each at its commit', async () => {
    await source.query('CREATE TABLE woven (id int PRIMARY KEY, writer int)')
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    const writer = (number: number) =>
      source.query(`BEGIN; INSERT INTO woven SELECT n * 10 + ${number}, ${number} FROM generate_series(1, 3000) n;
        SELECT pg_sleep(0.05); UPDATE woven SET writer = -${number} WHERE writer = ${number}; COMMIT`)
    await Promise.all([writer(1), writer(2), writer(3)])
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['woven'])
  })
})
