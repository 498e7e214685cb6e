import { existsSync } from 'node:fs'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEngine } from '../../src/main/engine/engine.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import type { Host } from '../../src/main/engine/ports.ts'
import { createClient } from '../../src/main/rpc/client.ts'
import type { MillraceClient } from '../../src/main/rpc/client.ts'
import { messagePortLink } from '../../src/main/rpc/messagePortLink.ts'
import { serveLink } from '../../src/main/rpc/server.ts'
import { testHost } from '../support/host.ts'
import { recordingLogger } from '../support/logger.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe('the engine behind a window', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let host: Host
  let source: TestDatabase
  let engine: Engine
  let window: MillraceClient
  let channel: MessageChannel

  async function start(): Promise<void> {
    engine = await openEngine(host)
    channel = new MessageChannel()
    serveLink(messagePortLink(channel.port1 as unknown as MessagePort), engine.router, { logger: host.logger })
    window = createClient(messagePortLink(channel.port2 as unknown as MessagePort))
  }
  async function stop(): Promise<number> {
    const startMs = performance.now()
    await engine.close()
    channel.port1.close()
    return performance.now() - startMs
  }
  const slots = async () =>
    (await source.query('SELECT 1 FROM pg_replication_slots WHERE database = current_database()')).rows.length
  const following = () =>
    until('the replica follows', async () => {
      for await (const snapshot of await window.live.watch()) return snapshot.state === 'following'
      return false
    })

  beforeEach(async () => {
    folder = await temporaryFolder()
    host = testHost(folder.path, { logger: recordingLogger() })
    source = await sharedPostgres(18).createDatabase()
    await source.query(`CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2));
      INSERT INTO orders SELECT i, i FROM generate_series(1, 100) AS i`)
    await start()
  })
  afterEach(async () => {
    await stop()
    await source.drop()
    await folder.remove()
  })

  const startInput = () => ({
    name: 'Shop / été',
    address: source.address,
    tables: [{ schema: 'public', name: 'orders' }],
    isProduction: false,
    keepPassword: true,
  })

  it('goes the road of a window: look, start, follow, query, compare, close, reopen, remove', async () => {
    expect(await window.workspace.current()).toBeNull()
    await expect(window.catalog.tables({ engine: 'replica' })).rejects.toMatchObject({ code: 'WORKSPACE_NONE' })
    const report = await window.source.check({ address: source.address })
    expect(report).toMatchObject({ ready: true })
    const workspace = await window.workspace.start(startInput())
    expect(JSON.stringify(workspace)).not.toContain(source.address.password!)
    await following()
    await source.query('INSERT INTO orders VALUES (101, 0.5)')
    const count = (engineName: 'source' | 'replica') =>
      window.query.start({ queryId: engineName, engine: engineName, sql: 'SELECT count(*), sum(total) FROM orders' })
    await until('the new order is here', async () => (await count('replica')).page.rows[0]![0] === '101')
    expect((await count('replica')).page.rows).toEqual([['101', '5050.50']])
    expect((await count('source')).page.rows).toEqual([['101', '5050.50']])
    let last
    for await (const comparison of await window.compare.run({ sql: 'SELECT sum(total) FROM orders', runs: 2 }))
      last = comparison
    expect(last).toMatchObject({ state: 'done', answer: { same: true }, comparable: { sameData: true } })
    const tabs = { tabs: [{ id: '1', title: 'One', sql: 'SELECT 1', engine: 'replica' as const }], activeTabId: '1' }
    await window.settings.writeTabs(tabs)

    expect(await stop()).toBeLessThan(2_000)
    await start()
    expect((await window.workspace.list()).map(({ id }) => id)).toEqual([workspace.id])
    await window.workspace.open({ id: workspace.id, password: source.address.password })
    expect(await window.settings.readTabs()).toEqual(tabs)
    await following()
    expect(await slots()).toBe(1)
    expect(await window.workspace.remove({ id: workspace.id, deleteFile: true })).toMatchObject({ droppedSlot: true })
    expect(await slots()).toBe(0)
    expect(existsSync(workspace.filePath)).toBe(false)
    expect(await window.workspace.list()).toEqual([])
  })

  it('asks for the password that it does not have, and leaves the open workspace open', async () => {
    const first = await window.workspace.start({ ...startInput(), keepPassword: false })
    const second = await window.workspace.start(startInput())
    await expect(window.workspace.open({ id: first.id })).rejects.toMatchObject({ code: 'PASSWORD_NEEDED' })
    await expect(window.workspace.open({ id: first.id, password: 'wrong' })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
    })
    expect(await window.workspace.current()).toMatchObject({ id: second.id })
    expect(JSON.stringify((host.logger as ReturnType<typeof recordingLogger>).lines)).not.toContain(
      source.address.password!,
    )
  })

  it('lets go of everything when it closes in the middle of a query and a comparison', async () => {
    const { filePath } = await window.workspace.start(startInput())
    await following()
    const long =
      'SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e WHERE a.id * b.id + c.id * d.id * e.id = 0'
    const answers = [
      window.query.start({ queryId: 'q', engine: 'replica', sql: long }),
      window.query.start({ queryId: 's', engine: 'source', sql: `SELECT pg_sleep(50), 'closing'` }),
    ].map((answer) => answer.catch((error: { code: string }) => error.code))
    const comparison = await window.compare.run({ sql: long, runs: 2 })
    await comparison.next()
    const busy = async () =>
      (
        await source.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^millrace (query|compare)'`,
        )
      ).rows
    await until('the source is asked', async () => (await busy()).length >= 2)
    expect(await stop()).toBeLessThan(2_000)
    expect(await Promise.all(answers)).toEqual(['QUERY_CANCELLED', 'QUERY_CANCELLED'])
    await until('the source is left alone', async () => (await busy()).length === 0)
    await start()
    await engine.openFile({ filePath, address: source.address })
    await following()
  })

  it('forgets a workspace whose file is gone', async () => {
    const workspace = await window.workspace.start(startInput())
    await following()
    await window.workspace.remove({ id: workspace.id, deleteFile: true })
    const again = await window.workspace.start(startInput())
    await following()
    await window.workspace.close()
    await (await import('node:fs/promises')).rm(again.filePath)
    expect(await window.workspace.remove({ id: again.id, deleteFile: true })).toEqual({
      droppedSlot: false,
      droppedPublications: [],
    })
    expect(await window.workspace.list()).toEqual([])
  })
})
