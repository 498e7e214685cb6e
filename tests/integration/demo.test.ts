import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openDemo, type Demo } from '../../src/main/engine/demo/demo.ts'
import { readPostmasterFile } from '../../src/main/engine/demo/postmaster.ts'
import { ensureShop } from '../../src/main/engine/demo/shop/shop.ts'
import { startTraffic } from '../../src/main/engine/demo/traffic.ts'
import { testHost } from '../support/host.ts'
import { recordingLogger, silentLogger } from '../support/logger.ts'
import { sharedPostgres, startPostgres } from '../support/postgres.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript } from '../support/typescriptProcess.ts'
import { until } from '../support/until.ts'

const clock = testHost('').clock
const demoProcess = join(import.meta.dirname, '../support/demoProcess.ts')

async function ask<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

describe('the demo', () => {
  let folder: TemporaryFolder
  let demo: Demo | null = null
  beforeAll(async () => {
    folder = await temporaryFolder('millrace-demo')
  })
  afterEach(async () => {
    await demo?.close()
    demo = null
  })
  afterAll(() => folder.remove())

  const open = async (options: Parameters<typeof openDemo>[1], logger = silentLogger) => {
    demo = await openDemo(testHost(folder.path, { logger }), options)
    return demo
  }
  const postmaster = async () => (await readPostmasterFile(folder.join('demo', 'cluster')))?.pid ?? 0

  it('opens with a whole shop, ready for logical replication, and never as root', async () => {
    const { url } = await open({ rows: 20_000, transactionsPerSecond: 0 })
    const [shop] = await ask<Record<string, unknown>>(url, `
      SELECT current_setting('wal_level') AS level, current_setting('listen_addresses') AS listens,
        current_setting('max_slot_wal_keep_size') AS keeps,
        (SELECT count(*)::int FROM orders) AS orders,
        (SELECT sum(n_live_tup)::int FROM pg_stat_user_tables) AS rows,
        (SELECT count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
          AND obj_description(oid) IS NOT NULL) AS described,
        (SELECT max(placed_at) > now() - interval '1 day' FROM orders) AS fresh,
        (SELECT min(placed_at) < now() - interval '700 days' FROM orders) AS old`)
    expect(shop).toMatchObject({
      level: 'logical', listens: '127.0.0.1', keeps: '4GB', orders: 3440, described: 10, fresh: true, old: true,
    })
    expect(shop?.['rows']).toBeGreaterThan(15_000)
    expect(shop?.['rows']).toBeLessThan(25_000)
    if (process.platform === 'linux') {
      const status = await readFile(`/proc/${await postmaster()}/status`, 'utf8')
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0')
    }
  })

  it('finds its data again at the second start, at the same address', async () => {
    const first = await open({ transactionsPerSecond: 0 })
    await ask(first.url, `UPDATE products SET name = 'Renamed' WHERE id = 1`)
    await first.close()
    expect(first.running).toBe(false)
    const second = await open({ transactionsPerSecond: 0 })
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, 'SELECT name FROM products WHERE id = 1')).toEqual([{ name: 'Renamed' }])
    expect(await ask(second.url, 'SELECT count(*)::int AS orders FROM orders')).toEqual([{ orders: 3440 }])
  })

  it('makes the shop anew where it is half-made, or wanted in another size', async () => {
    const first = await open({ transactionsPerSecond: 0 })
    await ask(first.url, 'COMMENT ON DATABASE shop IS NULL')
    await ask(first.url, 'DROP TABLE order_items')
    await first.close()
    const second = await open({ rows: 2_000, transactionsPerSecond: 0 })
    expect(await ask(second.url, 'SELECT count(DISTINCT order_id)::int AS orders FROM order_items')).toEqual([{ orders: 344 }])
  })

  it('stops the server that a killed run has left behind, and loses nothing of it', async () => {
    const other = startTypescript(demoProcess, { arguments: [folder.path] })
    await other.waitForLine('its port', (line) => /"port":(\d+)/.exec(line)?.[1])
    const left = await postmaster()
    await other.kill()
    expect(() => process.kill(left, 0)).not.toThrow()
    const logger = recordingLogger()
    const { url } = await open({ transactionsPerSecond: 0 }, logger)
    expect(await postmaster()).not.toBe(left)
    expect(logger.lines.map(({ message }) => message)).toContain(
      'stopped the embedded postgres that an earlier run had left behind',
    )
    expect(await ask(url, 'SELECT count(*) > 343 AS whole FROM orders')).toEqual([{ whole: true }])
  })

  it('leaves alone the demo that another Millrace has open, and says so', async () => {
    const { url } = await open({ transactionsPerSecond: 0 })
    const other = startTypescript(demoProcess, { arguments: [folder.path] })
    const fault = await other.waitForLine('a fault', (line) => /"code":"(\w+)","message":"([^"]+)"/.exec(line))
    expect(fault.slice(1)).toEqual([
      'DEMO_FAILED',
      `The demo's Postgres is in use by another Millrace (process ${process.pid}).`,
    ])
    await other.kill()
    expect(await ask(url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }])
  })

  it('keeps the rate that is asked for, up and down to silence', async () => {
    const { setRate, transactions, rate } = await open({ transactionsPerSecond: 50 })
    const measured = async (ms: number) => {
      const startMs = performance.now()
      const before = transactions()
      await new Promise((resolve) => setTimeout(resolve, ms))
      return ((transactions() - before) / (performance.now() - startMs)) * 1000
    }
    // A busy machine may miss a second; it makes up for none, so that a later second is the rate again.
    const isKept = (perSecond: number) => async () => Math.abs((await measured(1_000)) / perSecond - 1) < 0.08
    await until('a second holds 50', isKept(50), { timeoutMs: 20_000 })
    setRate(300)
    expect(rate()).toBe(300)
    await until('a second holds 300', isKept(300), { timeoutMs: 20_000 })
    setRate(0)
    await until('silence', async () => (await measured(500)) === 0)
  })

  it('is down within two seconds of being closed in full traffic', async () => {
    const busy = await open({ transactionsPerSecond: 500 })
    await until('traffic flows', () => busy.transactions() > 100)
    const startMs = performance.now()
    await busy.close()
    expect(performance.now() - startMs).toBeLessThan(2_000)
    expect(busy.running).toBe(false)
  })
})

describe.each([15, 18] as const)('the shop\'s traffic on Postgres %i', (major) => {
  it('does every kind of thing, fails at none, and every sum and reference still holds', async () => {
    const database = await sharedPostgres(major).createDatabase()
    const client = await connected(database.url)
    await ensureShop(client, { rows: 3_000 })
    const traffic = await startTraffic({ address: database.address, clock, logger: silentLogger, transactionsPerSecond: 1_500 })
    await until('every kind has come a few times', () => Object.values(traffic.counts()).every((count) => count >= 5), {
      timeoutMs: 30_000,
    })
    await traffic.close()
    expect(traffic.failed()).toBe(0)
    const { rows } = await client.query(`
      SELECT
        (SELECT count(*)::int FROM orders WHERE total <> subtotal - discount + shipping_fee + tax) AS wrong_totals,
        (SELECT count(*)::int FROM orders AS o
          WHERE subtotal <> (SELECT sum(line_total) FROM order_items WHERE order_id = o.id)) AS wrong_subtotals,
        (SELECT count(*)::int FROM orders AS o JOIN payments AS p ON p.order_id = o.id WHERE p.amount <> o.total) AS wrong_amounts,
        (SELECT count(*)::int FROM orders WHERE NOT EXISTS (SELECT FROM payments WHERE order_id = orders.id)) AS unpaid,
        (SELECT count(*)::int FROM orders AS o WHERE status IN ('shipped', 'delivered')
          AND NOT EXISTS (SELECT FROM shipments WHERE order_id = o.id)) AS unsent,
        (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f' AND NOT convalidated) AS unchecked,
        (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f') AS references,
        (SELECT max(pg_column_size(body)) > 2000 FROM support_tickets) AS has_long_bodies`)
    expect(rows).toEqual([{
      wrong_totals: 0, wrong_subtotals: 0, wrong_amounts: 0, unpaid: 0, unsent: 0, unchecked: 0, references: 12,
      has_long_bodies: true,
    }])
    await client.end()
    await database.drop()
  })
})

describe('the shop\'s traffic', () => {
  it('goes on by itself after its server was killed and came back', async () => {
    const server = await startPostgres({ major: 18 })
    try {
      const client = await connected(server.url)
      client.on('error', () => undefined)
      await ensureShop(client, { rows: 1_000 })
      await client.end()
      const traffic = await startTraffic({
        address: server.address, clock, logger: silentLogger, transactionsPerSecond: 300,
      })
      await until('traffic flows', () => traffic.total() > 30)
      await server.restart('kill')
      const before = traffic.total()
      await until('traffic flows again', () => traffic.total() > before + 300, { timeoutMs: 20_000 })
      await traffic.close()
    } finally {
      await server.stop()
    }
  })
})
