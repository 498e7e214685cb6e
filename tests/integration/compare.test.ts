import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/main/contract/compare.ts'
import { CompareService } from '../../src/main/engine/compare/compareService.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { testHost } from '../support/host.ts'
import { startPostgres } from '../support/postgres.ts'
import type { TestDatabase, TestPostgres } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe.each([15, 18] as const)('a comparison with Postgres %i', (major) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  // Of its own: what others write to their databases of one server also moves its snapshots on.
  let server: TestPostgres
  let source: TestDatabase
  let session: ReplicaSession
  let comparisons: CompareService

  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await startPostgres({ major })
    source = await server.createDatabase()
    await source.query(`
      CREATE TABLE orders (id bigint PRIMARY KEY, customer text, total numeric(12,2), weight double precision,
        placed_at timestamptz, day date, is_gift boolean, details jsonb, tags text[], code bytea, rest real);
      INSERT INTO orders SELECT i, CASE WHEN i % 5 = 0 THEN NULL ELSE 'customer ' || i % 7 END, (i % 1000) / 100.0, i * 0.1,
        timestamptz '2024-02-29 23:00:00+01' + i * interval '1.5 seconds', date '2024-01-01' + i % 300, i % 3 = 0,
        jsonb_build_object('n', i % 4, 'a', null), ARRAY['a', NULL, 'b,"c'], decode('00ff' || lpad(to_hex(i % 16), 2, '0'), 'hex'),
        i * 0.1
      FROM generate_series(1, 5000) AS i;
      CREATE TABLE only_here (id int PRIMARY KEY); ANALYZE orders`)
    session = await openReplica(folder.path, source, { tables: { include: ['public.orders'], exclude: [] } })
    await until('the replica follows', () => session.live().state === 'following', { timeoutMs: 30_000 })
    comparisons = new CompareService({
      host: testHost(folder.path),
      connectReplica: () => session.connectReplica(),
      sourceAddress: () => session.address,
      waitForLsn: (lsn, options) => session.waitForLsn(lsn, options),
      visibleLsn: () => session.visibleLsn,
      replicaArrivesWithinMs: 1_000,
    })
  })
  afterAll(async () => {
    await comparisons?.close()
    await session?.close()
    await server?.stop()
    await folder?.remove()
  })

  async function compare(sql: string, runs = 2): Promise<Comparison> {
    let last: Comparison | undefined
    for await (const comparison of comparisons.run({ sql, runs })) last = comparison
    return last!
  }

  it('tells equal answers, the times of alternating runs, and the work behind them', async () => {
    const steps: Comparison[] = []
    const sql =
      'SELECT customer, count(*), sum(total), avg(total), avg(weight) FROM orders WHERE total > 1 GROUP BY customer ORDER BY 1 DESC'
    for await (const comparison of comparisons.run({ sql, runs: 3 })) steps.push(comparison)
    const last = steps.at(-1)!
    expect(last.fault).toBeNull()
    expect(last).toMatchObject({
      state: 'done',
      runsWanted: 3,
      answer: { same: true, sourceRows: 8, replicaRows: 8, comparedAs: 'ordered', difference: null },
      comparable: { sameData: true, behindBytes: 0 },
    })
    expect(last.runs.map(({ engine, run }) => `${engine} ${run}`)).toEqual([
      'source 0',
      'replica 0',
      'source 1',
      'replica 1',
      'source 2',
      'replica 2',
      'source 3',
      'replica 3',
    ])
    for (const run of last.runs) {
      expect(run.rows).toBe(8)
      expect(run.serverMs + run.transferMs).toBeCloseTo(run.totalMs, 5)
    }
    expect(last.ratio).toBeGreaterThan(0)
    expect(last.summaries.map(({ engine }) => engine)).toEqual(['source', 'replica'])
    const [sourceWork, replicaWork] = last.workDone
    expect(sourceWork).toMatchObject({
      engine: 'source',
      rowsScanned: 5000,
      bytesAreEstimate: false,
      columnsRead: null,
    })
    expect(sourceWork!.bytesTouched! % 8192).toBe(0)
    expect(replicaWork).toMatchObject({ engine: 'replica', rowsScanned: 5000, bytesAreEstimate: true, columnsRead: 3 })
    expect(last.conditions.join('\n')).toMatch(/PostgreSQL \d+.*shared_buffers.*\n.*DuckDB v1.*\n.*this machine/)
    expect(last.conditions.join('\n')).toMatch(/orders has 1 index and was last analyzed/)
    expect(steps.some(({ state, runs }) => state === 'running' && runs.length === 1)).toBe(true)
  })

  it('holds every value to be equal that is, however the engines print it', async () => {
    const all = await compare('SELECT * FROM orders', 1)
    expect(all.fault).toBeNull()
    expect(all.answer).toEqual({
      same: true,
      sourceRows: 5000,
      replicaRows: 5000,
      comparedAs: 'unordered',
      difference: null,
    })
    const mixed = await compare(
      `SELECT is_gift, day, date_trunc('month', placed_at), placed_at - timestamptz '2024-01-01', 7 / 2, -7 / 2, 7 / 2.0,
         max(weight), sum(id), count(code), NULL::text, '' FROM orders GROUP BY 1, 2, 3, 4 ORDER BY day DESC, 4`,
      1,
    )
    expect(mixed.fault).toBeNull()
    expect(mixed.answer).toMatchObject({ same: true, difference: null })
  })

  it('sets NULLs where Postgres sets them, both ways', async () => {
    for (const direction of ['ASC', 'DESC']) {
      const { answer } = await compare(`SELECT DISTINCT customer FROM orders ORDER BY customer ${direction} LIMIT 3`, 1)
      expect(answer).toMatchObject({ same: true, comparedAs: 'ordered' })
    }
  })

  it('tells rows that are the same in another order from rows that are not the same', async () => {
    const ties = await compare('SELECT id, day FROM orders ORDER BY day LIMIT 5000', 1)
    expect(ties.answer).toMatchObject({ same: true, comparedAs: 'unordered' })
    const random = await compare('SELECT id, random() AS luck FROM orders WHERE id < 10', 1)
    expect(random.answer).toMatchObject({ same: false, difference: '9 of 9 rows differ, in luck.' })
  })

  it('finds a moment in which both hold the same while the source is written to', async () => {
    let isOver = false
    const writing = (async () => {
      for (let id = 1_000_000; !isOver; id += 1) {
        await source.query('INSERT INTO orders (id, total) VALUES ($1, 1)', [id])
        // Longer than a change takes to the replica on a busy machine: else there is no such moment.
        await new Promise((resolve) => setTimeout(resolve, 120))
      }
    })()
    try {
      const { answer, comparable } = await compare('SELECT count(*), sum(total), max(id) FROM orders', 2)
      expect(answer).toMatchObject({ same: true })
      expect(comparable).toMatchObject({ sameData: true })
    } finally {
      isOver = true
      await writing
      await source.query('DELETE FROM orders WHERE id >= 1000000')
    }
  })

  it('says how far behind the replica is where it does not arrive', async () => {
    await session.pause()
    try {
      await source.query('UPDATE orders SET total = 0 WHERE id <= 100')
      const { comparable, answer } = await compare('SELECT sum(total) FROM orders', 1)
      expect(comparable!.sameData).toBe(false)
      expect(comparable!.behindBytes).toBeGreaterThan(0)
      expect(answer!.same).toBe(false)
    } finally {
      await session.resume()
    }
    await until('it follows again', () => session.live().state === 'following', { timeoutMs: 30_000 })
  })

  it('refuses what writes before anything runs, and names the engine that fails', async () => {
    for (const sql of ['DELETE FROM orders', 'INSERT INTO orders (id) VALUES (0)', 'VACUUM', 'COMMIT']) {
      expect(await compare(sql), sql).toMatchObject({ state: 'failed', fault: { code: 'QUERY_WRITES' }, runs: [] })
    }
    const hidden = await compare('WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone')
    expect(hidden).toMatchObject({ state: 'failed', runs: [] })
    expect((await source.query('SELECT count(*)::int AS n FROM orders')).rows[0]).toEqual({ n: 5000 })
    expect(await compare('SELECT * FROM only_here')).toMatchObject({
      state: 'failed',
      faultEngine: 'replica',
      fault: { code: 'QUERY_FAILED', place: { offset: 14, length: 9 } },
    })
    expect(await compare('SELECT  epoch_ms(placed_at) FROM orders')).toMatchObject({
      state: 'failed',
      faultEngine: 'source',
      fault: { code: 'QUERY_FAILED', place: { offset: 8, length: 8 } },
    })
    expect(await compare('SELECT 1 / (id - id) FROM orders')).toMatchObject({ state: 'failed', faultEngine: 'source' })
  })

  it('is cancelled on both engines when nobody reads on', async () => {
    const sql = 'SELECT count(*) FROM orders a, orders b, orders c WHERE a.id + b.id + c.id = 7'
    const stop = new AbortController()
    const run = comparisons.run({ sql, runs: 1 }, stop.signal)
    const last = (async () => {
      let seen: Comparison | undefined
      for await (const comparison of run) seen = comparison
      return seen
    })()
    const busy = () =>
      source.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'millrace compare%' AND backend_type = 'client backend' AND state = 'active' AND query LIKE 'SELECT count%'",
      )
    await until('the source is at it', async () => (await busy()).rows[0]!.n === 1)
    stop.abort()
    expect(await last).toMatchObject({ state: 'cancelled' })
    await until('the source has stopped', async () => (await busy()).rows[0]!.n === 0)
  })
})
