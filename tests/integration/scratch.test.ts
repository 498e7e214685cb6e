import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe("tables of the user's own", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let host: Host
  let source: TestDatabase
  let engine: Engine
  let window: MillraceClient
  let channel: MessageChannel
  let workspace: Awaited<ReturnType<MillraceClient['workspace']['start']>>

  async function start(): Promise<void> {
    engine = await openEngine(host)
    channel = new MessageChannel()
    serveLink(messagePortLink(channel.port1 as unknown as MessagePort), engine.router, { logger: host.logger })
    window = createClient(messagePortLink(channel.port2 as unknown as MessagePort))
  }
  async function stop(): Promise<void> {
    await engine.close()
    channel.port1.close()
  }
  const ready = () =>
    until('the table is copied', async () => {
      for await (const { tables } of await window.live.watch()) return tables.every(({ state }) => state === 'ready') && tables.length > 0
      return false
    })
  let lastId = 0
  const run = async (sql: string) => {
    const queryId = `q${(lastId += 1)}`
    const { page } = await window.query.start({ queryId, engine: 'replica', sql })
    return (page.progress.complete ? page : await window.query.page({ queryId, offset: 0, limit: 200 })).rows
  }
  const names = async () =>
    (await window.catalog.tables({ engine: 'replica' })).filter(({ schema }) => schema === 'scratch').map(({ name }) => name)

  beforeAll(async () => {
    folder = await temporaryFolder()
    host = testHost(folder.path, { logger: recordingLogger() })
    source = await sharedPostgres(18).createDatabase()
    await source.query(`CREATE TABLE orders (id bigint PRIMARY KEY, country text, total numeric(12,2));
      INSERT INTO orders SELECT i, (ARRAY['DE', 'FR'])[1 + i % 2], i FROM generate_series(1, 100) AS i`)
    await start()
    workspace = await window.workspace.start({
      name: 'Shop', address: source.address, tables: [{ schema: 'public', name: 'orders' }], isProduction: false,
      keepPassword: true,
    })
    await ready()
  })
  afterAll(async () => {
    await stop()
    await source.drop()
    await folder.remove()
  })

  it('makes a table and a view, which join with the replica and stand in the catalog', async () => {
    expect(await run('CREATE TABLE scratch.goals AS SELECT country, 1000::DECIMAL(12,2) AS goal FROM orders GROUP BY 1')).toEqual([['2']])
    await run('CREATE VIEW scratch.reached AS SELECT o.country, sum(o.total) / max(g.goal) AS share FROM orders o JOIN scratch.goals g USING (country) GROUP BY 1')
    expect(await run(`WITH more AS (SELECT 'IT' AS country) INSERT INTO scratch.goals SELECT country, 5 FROM more`)).toEqual([['1']])
    expect(await run(`UPDATE scratch.goals SET goal = 10 WHERE country = 'IT'`)).toEqual([['1']])
    expect(await run('SELECT count(*), sum(goal) FROM scratch.goals')).toEqual([['3', '2010.00']])
    expect(await run('SELECT country, share FROM scratch.reached ORDER BY 1')).toEqual([['DE', '2.55'], ['FR', '2.5']])
    expect(await names()).toEqual(['goals', 'reached'])
    expect(await window.catalog.table({ schema: 'scratch', name: 'goals' })).toMatchObject({
      source: null, sourceFault: null, replica: { rows: 3 },
      columns: [{ name: 'country', replicaType: 'VARCHAR' }, { name: 'goal', replicaType: 'DECIMAL(12,2)' }],
    })
    const events = []
    for await (const event of await window.statistics.ofTable({ schema: 'scratch', name: 'goals' })) events.push(event.kind)
    expect(events).toEqual(['begun', 'column', 'column'])
  })

  it.each([
    'DELETE FROM orders',
    'DELETE FROM orders WHERE false',
    'INSERT INTO public.orders VALUES (1000, NULL, NULL)',
    'WITH more AS (SELECT 1000) INSERT INTO public.orders SELECT 1000, NULL, NULL FROM more',
    'UPDATE orders SET total = 0 FROM scratch.goals g WHERE g.country = orders.country',
    'CREATE TABLE mine AS SELECT 1',
    'CREATE TABLE replica.public.mine AS SELECT 1',
    'CREATE TABLE memory.mine AS SELECT 1',
    'CREATE OR REPLACE VIEW public.orders AS SELECT 1',
    'DROP TABLE orders',
    'DROP TABLE millrace.checkpoint',
    'ALTER TABLE orders ADD COLUMN mine INTEGER',
    'ALTER TABLE orders RENAME TO others',
    'TRUNCATE orders',
    'MERGE INTO orders USING scratch.goals g ON (orders.country = g.country) WHEN MATCHED THEN DELETE',
    'INSERT INTO millrace.dead_letters SELECT * FROM millrace.dead_letters',
  ])('the replica refuses %s', async (sql) => {
    const before = await run(`SELECT count(*), sum(total), (SELECT count(*) FROM duckdb_tables()) FROM orders`)
    await expect(run(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^QUERY_(WRITES|FAILED)$/) })
    expect(await run(`SELECT count(*), sum(total), (SELECT count(*) FROM duckdb_tables()) FROM orders`)).toEqual(before)
  })

  it.each([
    'CREATE TEMP TABLE mine (a INTEGER)',
    'CREATE SCHEMA scratch.more',
    'CREATE PERSISTENT SECRET mine (TYPE S3)',
    'CREATE INDEX mine ON scratch.goals (country)',
    'DROP SCHEMA scratch.millrace',
    `COPY scratch.goals TO '/tmp/millrace-must-not-be.csv'`,
    'ALTER DATABASE scratch SET ALIAS TO other',
    `ATTACH 'other.duckdb'`,
    'DETACH scratch',
    'USE scratch',
  ])('and refuses %s', async (sql) => {
    await expect(run(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^QUERY_(WRITES|FAILED)$/) })
    expect(existsSync('/tmp/millrace-must-not-be.csv')).toBe(false)
  })

  it('reads files of every kind, by path and piece by piece', async () => {
    const csv = join(folder.path, "it's.csv")
    await writeFile(csv, 'country;manager\nDE;Ann\nFR;"Bo ""B"""\n')
    expect(await window.scratch.importPath({ path: csv, table: 'Managers' })).toEqual({ name: 'Managers', rows: 2 })
    expect(await run(`SELECT manager, count(*) FROM scratch."Managers" JOIN orders USING (country) GROUP BY 1 ORDER BY 1`)).toEqual([
      ['Ann', '50'], ['Bo "B"', '50'],
    ])
    const json = Buffer.from(Array.from({ length: 5000 }, (_, at) => JSON.stringify({ at, deep: { x: [at] } })).join('\n'))
    await window.scratch.beginUpload({ uploadId: 'u', fileName: 'lines.ndjson' })
    for (let offset = 0; offset < json.length; offset += 50_000) {
      const bytes = json.subarray(offset, offset + 50_000).toString('base64')
      await window.scratch.uploadPiece({ uploadId: 'u', offset, bytes })
    }
    expect(await window.scratch.finishUpload({ uploadId: 'u', table: 'lines' })).toEqual({ name: 'lines', rows: 5000 })
    expect(await run('SELECT max(deep.x[1]) FROM scratch.lines')).toEqual([['4999']])
    expect((await readdir(host.paths.temporaryFolder)).filter((name) => name.startsWith('upload-'))).toEqual([])
  })

  it('says what is wrong with a file, and keeps nothing of it', async () => {
    const broken = join(folder.path, 'broken.parquet')
    await writeFile(broken, 'secret words that are no parquet')
    const fault = await window.scratch.importPath({ path: broken, table: 'broken' }).catch((error: unknown) => error)
    expect(fault).toMatchObject({ code: 'SCRATCH_IMPORT_FAILED' })
    expect(JSON.stringify(fault)).not.toContain('secret')
    await expect(window.scratch.importPath({ path: join(folder.path, 'a.docx'), table: 'a' })).rejects.toMatchObject({ code: 'SCRATCH_IMPORT_FAILED' })
    await expect(window.scratch.importPath({ path: join(folder.path, "it's.csv"), table: 'Managers' })).rejects.toMatchObject({ code: 'SCRATCH_NAME_TAKEN' })
    await window.scratch.beginUpload({ uploadId: 'v', fileName: 'x.csv' })
    await expect(window.scratch.uploadPiece({ uploadId: 'v', offset: 7, bytes: 'YQ==' })).rejects.toMatchObject({ code: 'SCRATCH_UPLOAD_LOST' })
    expect(await window.scratch.abortUpload({ uploadId: 'v' })).toEqual({ aborted: true })
    expect(await names()).not.toContain('broken')
  })

  it('is renamed and dropped, a view as well as a table', async () => {
    await window.scratch.rename({ name: 'lines', to: 'more lines' })
    await run('CREATE VIEW scratch.short AS SELECT 1 AS one')
    await window.scratch.drop({ name: 'short' })
    await window.scratch.drop({ name: 'more lines' })
    expect(await names()).toEqual(['Managers', 'goals', 'reached'])
    await expect(window.scratch.drop({ name: 'gone' })).rejects.toMatchObject({ code: 'QUERY_FAILED' })
  })

  it('survives a table that is copied again, a new start, and the loss of its own mark', async () => {
    await window.workspace.resyncTable({ schema: 'public', name: 'orders' })
    await ready()
    await until('the view reads the new copy', async () => (await run('SELECT count(*) FROM scratch.reached'))[0]![0] === '2')
    await run('DROP TABLE scratch.millrace.mark')
    await stop()
    await start()
    await window.workspace.open({ id: workspace.id, password: source.address.password })
    expect(await names()).toEqual(['Managers', 'goals', 'reached'])
    expect(await run('SELECT count(*) FROM scratch.goals')).toEqual([['3']])
    expect(await run('CREATE TABLE scratch.again AS SELECT 1 AS one')).toEqual([['1']])
  })

  it('goes with its workspace when its file is deleted', async () => {
    const path = workspace.filePath.replace(/\.duckdb$/, '.scratch.duckdb')
    expect(existsSync(path)).toBe(true)
    await window.workspace.remove({ id: workspace.id, deleteFile: true })
    expect(existsSync(path)).toBe(false)
  })
})
