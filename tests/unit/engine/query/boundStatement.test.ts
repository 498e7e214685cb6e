import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ParameterValues, SessionSettings } from '../../../../src/main/contract/query.ts'
import { ordinarySession } from '../../../../src/main/contract/query.ts'
import { QueryService } from '../../../../src/main/engine/query/queryService.ts'
import { testHost } from '../../../support/host.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { until } from '../../../support/until.ts'

describe('a statement on the replica, with parameters and a session of its own', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let instance: DuckDBInstance
  let queries: QueryService

  beforeAll(async () => {
    folder = await temporaryFolder()
    instance = await DuckDBInstance.create(':memory:', { threads: '2' })
    const connection = await instance.connect()
    await connection.run(`CREATE SCHEMA public; CREATE SCHEMA "odd one"; CREATE TABLE "odd one".hidden AS SELECT 7 AS n;
      CREATE TABLE public.orders AS SELECT i::BIGINT AS id, 'customer ' || i AS customer, DATE '2024-01-01' + i::INT AS day,
        (i / 4.0)::DECIMAL(12,2) AS total, TIMESTAMPTZ '2024-07-01 12:00:00+00' AS moment FROM range(100) t(i)`)
    connection.closeSync()
    queries = new QueryService({
      host: testHost(folder.path),
      connectReplica: async () => {
        const own = await instance.connect()
        await own.run(`SET TimeZone = 'UTC'; SET search_path = 'public,main'`)
        return own
      },
      sourceAddress: () => {
        throw new Error('no source here')
      },
    })
  })
  afterAll(async () => {
    await queries.close()
    instance.closeSync()
    await folder.remove()
  })

  let lastId = 0
  async function rowsOf(sql: string, parameters: ParameterValues, session: Partial<SessionSettings> = {}) {
    const queryId = `q${(lastId += 1)}`
    const { page } = await queries.start({
      queryId, engine: 'replica', sql, pageRows: 10, parameters, session: { ...ordinarySession, ...session },
    })
    return page.rows
  }
  async function faultOf(sql: string, parameters: ParameterValues, session: Partial<SessionSettings> = {}) {
    return rowsOf(sql, parameters, session).then(
      () => null,
      (error: unknown) => error,
    )
  }

  it('reads each value as the type that its place asks for', async () => {
    expect(await rowsOf('SELECT customer FROM orders WHERE id = :id', { id: '3' })).toEqual([['customer 3']])
    expect(await rowsOf('SELECT count(*) FROM orders WHERE day > :day', { day: '2024-04-01' })).toEqual([['8']])
    expect(await rowsOf('SELECT id FROM orders WHERE total = $1', { '1': '0.25' })).toEqual([['1']])
    expect(await rowsOf('SELECT :a + 1, :b, :c IS NULL, :d * 2', { a: '41', b: 'x', c: null, d: '0.1' })).toEqual([
      ['42', 'x', 'true', '0.2'],
    ])
  })

  it('never takes a value for a piece of the statement', async () => {
    const value = "' OR 1 = 1 --"
    expect(await rowsOf('SELECT id FROM orders WHERE customer = :customer', { customer: value })).toEqual([])
    expect(await rowsOf('SELECT :value AS v', { value })).toEqual([[value]])
  })

  it('names the parameter whose value is of another type, and the place of an error behind parameters', async () => {
    expect(await faultOf('SELECT * FROM orders WHERE id = :id', { id: 'abc' })).toMatchObject({
      code: 'QUERY_PARAMETER',
      message: 'The value of :id cannot be read as BIGINT.',
    })
    expect(await faultOf('SELECT * FROM orders WHERE id = :identity AND nonsense = 1', { identity: '1' })).toMatchObject({
      code: 'QUERY_FAILED',
      place: { offset: 46 },
    })
  })

  it('a fault in the middle of the rows is told although the statement has parameters', async () => {
    const sql = `SELECT CAST(CASE WHEN i = :bad THEN 'x' ELSE '1' END AS INTEGER) FROM range(500000) t(i)`
    const queryId = `q${(lastId += 1)}`
    await queries.start({ queryId, engine: 'replica', sql, pageRows: 10, parameters: { bad: '450000' } })
    const fault = await until('the fault is told', () => queries.progress(queryId).fault)
    expect(fault).toMatchObject({ code: 'QUERY_FAILED' })
  })

  it("looks in the tab's schema first, and writes instants in the tab's zone", async () => {
    expect(await rowsOf('SELECT n FROM hidden', {}, { schema: 'odd one' })).toEqual([['7']])
    expect(await rowsOf('SELECT moment FROM orders LIMIT 1', {}, { timeZone: 'Asia/Kolkata' })).toEqual([
      ['2024-07-01 17:30:00+05:30'],
    ])
    expect(await rowsOf('SELECT moment FROM orders LIMIT 1', {})).toEqual([['2024-07-01 12:00:00+00']])
    expect(await faultOf('SELECT 1', {}, { timeZone: 'Mars/Base' })).toMatchObject({ code: 'QUERY_FAILED' })
    expect(await faultOf('SELECT 1', {}, { schema: 'nowhere' })).toMatchObject({ code: 'QUERY_FAILED' })
  })

  it("is ended by the tab's time limit, and says so", async () => {
    const sql = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3'
    expect(await faultOf(sql, {}, { timeoutSeconds: 1 })).toMatchObject({ code: 'QUERY_TIMEOUT' })
  })

  it('is explained, with and without being run, parameters bound; a writing one is not', async () => {
    const sql = 'SELECT day, sum(total) FROM orders WHERE id > :id GROUP BY day'
    const explain = (text: string, analyze: boolean) =>
      queries.explain({ queryId: 'plan', engine: 'replica', sql: text, parameters: { id: '3' }, analyze })
    expect(JSON.parse((await explain(sql, false)).plan)[0].name).toMatch(/GROUP_BY|PROJECTION/)
    const analyzed = await explain(`EXPLAIN ${sql}`, true)
    expect(JSON.parse(analyzed.plan).children).toHaveLength(1)
    expect(analyzed.analyzed).toBe(true)
    await expect(explain('DELETE FROM orders', true)).rejects.toMatchObject({ code: 'QUERY_WRITES' })
    await expect(explain('SELECT :id, nonsense FROM orders', false)).rejects.toMatchObject({ place: { offset: 12 } })
  })

  it('a plan that runs long is cancelled', async () => {
    const sql = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3'
    const explained = queries.explain({ queryId: 'long', engine: 'replica', sql, analyze: true }).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await queries.cancel('long')).toBe(true)
    expect(await explained).toMatchObject({ code: 'QUERY_CANCELLED' })
  })
})
