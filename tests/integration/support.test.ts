import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedPostgres, startPostgres, type PostgresMajor, type TestPostgres } from '../support/postgres.ts'
import { openTcpProxy } from '../support/tcpProxy.ts'
import { until } from '../support/until.ts'
import pg from 'pg'

describe.each<PostgresMajor>([15, 18])('the shared Postgres %i', (major) => {
  it('is of its major and ready for logical replication', async () => {
    const { rows } = await sharedPostgres(major).query<{ version: number; level: string }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('wal_level') AS level`,
    )
    expect(rows).toEqual([{ version: major, level: 'logical' }])
  })

  it('gives databases that go with their slots, even one that is being read', async () => {
    const server = sharedPostgres(major)
    const database = await server.createDatabase()
    await database.query(`SELECT pg_create_logical_replication_slot('support_${major}', 'pgoutput')`)
    await database.drop()
    const { rows } = await server.query('SELECT 1 FROM pg_replication_slots WHERE slot_name = $1', [`support_${major}`])
    expect(rows).toEqual([])
  })
})

describe('a Postgres of a test\'s own', () => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await startPostgres({ major: 18, config: { wal_sender_timeout: '5s' } })
  })
  afterAll(() => server.stop())

  it('has the settings it was given, and keeps its port over a kill and a restart', async () => {
    await server.query('CREATE TABLE kept AS SELECT 1 AS n')
    const { port, pid } = server
    await server.kill()
    await expect(server.query('SELECT 1')).rejects.toThrow()
    await server.restart('fast', { work_mem: '7MB' })
    expect(server.port).toBe(port)
    expect(server.pid).not.toBe(pid)
    const { rows } = await server.query(
      `SELECT n, current_setting('wal_sender_timeout') AS timeout, current_setting('work_mem') AS work FROM kept`,
    )
    expect(rows).toEqual([{ n: 1, timeout: '5s', work: '7MB' }])
  })

  it('can be restarted in the hardest ways', async () => {
    for (const mode of ['fast', 'immediate', 'kill'] as const) {
      await server.restart(mode)
      expect((await server.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    }
  })

  it('can be reached through a proxy that cuts, swallows and delays', async () => {
    const proxy = await openTcpProxy(server.address)
    const { user, password, database } = server.address
    const client = new pg.Client({ host: proxy.host, port: proxy.port, user, password, database })
    let lost = false
    client.on('error', () => (lost = true))
    await client.connect()
    proxy.delay(60)
    const startMs = performance.now()
    await client.query('SELECT 1')
    expect(performance.now() - startMs).toBeGreaterThan(110)
    proxy.delay(0)
    proxy.pause()
    let answered = false
    const answer = client.query('SELECT 2').then(() => (answered = true))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(answered).toBe(false)
    proxy.resume()
    await answer
    proxy.cut()
    await until('the client has noticed', () => lost)
    await proxy.close()
  })
})
