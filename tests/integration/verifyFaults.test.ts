import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Verification } from '../../src/main/contract/verify.ts'
import { VerifyService } from '../../src/main/engine/reconcile/verifyService.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { newFilePath, openReplica, testHost } from '../support/replica.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcpProxy.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript } from '../support/typescriptProcess.ts'
import { findingsOf, plant, verifySession } from '../support/verify.ts'

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

describe.each([15, 18] as const)('verifying while something goes wrong, Postgres %i', (major) => {
  let source: TestDatabase
  let proxy: TcpProxy
  let session: ReplicaSession | null = null

  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await source.query(`
      CREATE TABLE numbers (id int PRIMARY KEY, note text);
      INSERT INTO numbers SELECT n, repeat('x', 200) FROM generate_series(1, 60000) n;
      CREATE TABLE words (word text);
      INSERT INTO words SELECT 'word ' || n % 100 FROM generate_series(1, 20000) n`)
    proxy = await openTcpProxy(source.address)
    session = await openReplica(folder.path, { address: { ...source.address, host: proxy.host, port: proxy.port } })
    await session.whenCaughtUp()
  })
  afterEach(async () => {
    await session?.close()
    session = null
    await proxy.close()
    await source.drop()
  })

  it('a connection that is lost again and again in the middle is made again: what differs is told, and nothing else', async () => {
    await plant(session!, 'DELETE FROM numbers WHERE id = 4711')
    let cuts = 0
    const verification = await verifySession(session!, { share: 0.1 }, {
      onProgress: ({ state, rows }) => {
        if (state !== 'running' || cuts === 3 || rows === 0) return
        proxy.cut()
        cuts++
      },
    })
    expect(cuts).toBe(3)
    expect(verification).toMatchObject({ state: 'done', fault: null })
    const found = new Map(verification.tables.map((table) => [table.name, table]))
    expect(findingsOf(found.get('numbers')!)).toEqual(['missing 4711'])
    expect(found.get('numbers')!.rowsCompared).toBe(60_000)
    expect(found.get('words')).toMatchObject({ outcome: 'same', rowsCompared: 20_000 })
  })

  it('a source that does not come back ends it with a fault by name, and not with a difference', async () => {
    let isGone = false
    const verification = await verifySession(session!, { share: 0.1 }, {
      onProgress: ({ rows }) => {
        if (isGone || rows === 0) return
        isGone = true
        proxy.refuse()
        proxy.cut()
      },
    })
    expect(isGone).toBe(true)
    expect(verification.state).toBe('failed')
    expect(verification.fault?.code).toMatch(/^(CONNECTION_LOST|CONNECT_REFUSED|NOT_FOLLOWING)$/)
    for (const table of verification.tables) expect(table).toMatchObject({ rowsMissing: 0, rowsExtra: 0, rowsAltered: 0, differences: [] })
  })

  it('a second verification is refused while one runs, and let in once that is cancelled', async () => {
    const service = new VerifyService({ host: testHost(folder.path), session: session! })
    const first = service.run({ mode: 'full', repair: false, share: 0.05 })
    expect((await first.next()).value).toMatchObject({ state: 'running' })
    const second = service.run({ mode: 'cheap', repair: false })
    await expect(second.next()).rejects.toMatchObject({ code: 'VERIFY_RUNNING' })
    await first.return()
    let last: Verification | null = null
    for await (const verification of service.run({ mode: 'full', repair: false, share: 1 })) last = verification
    expect(last!.tables.map(({ outcome }) => outcome)).toEqual(['same', 'same'])
  })

  it('what differs in a table without a key is not told as proven while that table never rests, and is once it does', async () => {
    await source.query('ALTER TABLE words REPLICA IDENTITY FULL')
    await session!.whenCaughtUp()
    await plant(session!, `DELETE FROM words WHERE rowid IN (SELECT rowid FROM words WHERE word = 'word 7' LIMIT 2)`)
    const tables = [{ schema: 'public', name: 'words' }]
    let isRunning = true
    const writing = (async () => {
      for (let n = 0; isRunning; n++) await source.query('INSERT INTO words VALUES ($1)', [`new ${n}`])
    })()
    const busy = await verifySession(session!, { tables }).finally(() => {
      isRunning = false
    })
    await writing
    expect(busy.tables).toMatchObject([
      { outcome: 'not-verified', rowsUnsettled: 2, differences: [], reason: expect.stringMatching(/^2 rows differed/) },
    ])
    await session!.whenCaughtUp()
    const resting = await verifySession(session!, { tables })
    expect(resting.tables[0]!.outcome).toBe('differs')
    expect(findingsOf(resting.tables[0]!)).toEqual(['missing 2 rows'])
  })
})

describe('what a verification takes', () => {
  let source: TestDatabase
  beforeEach(async () => {
    source = await sharedPostgres(18).createDatabase()
  })
  afterEach(() => source.drop())

  /** Verifies so many rows in a process of its own, with a key and without. */
  async function verifyRows(rows: number): Promise<{ addedBytes: number }> {
    await source.query(`
      DROP TABLE IF EXISTS keyed, bag;
      CREATE TABLE keyed (id bigint PRIMARY KEY, word text, total numeric(12,2), at timestamptz);
      INSERT INTO keyed SELECT n, md5(n::text), n / 7.0, now() FROM generate_series(1, ${rows}) n;
      CREATE TABLE bag (n bigint, word text);
      INSERT INTO bag SELECT n, md5(n::text) FROM generate_series(1, ${rows}) n`)
    const options = { filePath: newFilePath(folder.path), address: source.address }
    const session = await openReplica(folder.path, source, options)
    await session.whenCaughtUp()
    await session.close()
    const file = join(import.meta.dirname, '../support/verifyProcess.ts')
    const verifying = startTypescript(file, { arguments: [JSON.stringify(options), folder.path] })
    try {
      const printed = await verifying.waitForLine('what it found', (line) => /^verified (.*)$/.exec(line)?.[1], 240_000)
      const { addedBytes, ...found } = JSON.parse(printed) as { addedBytes: number }
      expect(found).toEqual({
        state: 'done',
        fault: null,
        outcomes: ['bag', 'keyed'].map((name) => ({ name, outcome: 'same', rowsCompared: rows })),
      })
      return { addedBytes }
    } finally {
      await verifying.kill()
    }
  }

  it('a million rows are verified in little more memory than a tenth of them', { timeout: 400_000 }, async () => {
    const small = await verifyRows(100_000)
    const large = await verifyRows(1_000_000)
    // The prints of keys and of a bag's rows grow with the rows; the rows themselves must not.
    expect(large.addedBytes - small.addedBytes).toBeLessThan(256 * 1024 * 1024)
  })
})
