import { spawnSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MillraceError } from '../../../../src/main/contract/errors.ts'
import type { ResultPage } from '../../../../src/main/contract/query.ts'
import { wholeResult } from '../../../../src/main/contract/resultView.ts'
import type { ResultView } from '../../../../src/main/contract/resultView.ts'
import { QueryService } from '../../../../src/main/engine/query/queryService.ts'
import { testHost } from '../../../support/host.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { until } from '../../../support/until.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let instance: DuckDBInstance
let queries: QueryService
let file: string

beforeEach(async () => {
  folder = await temporaryFolder()
  file = folder.join('replica.duckdb')
  instance = await DuckDBInstance.create(file, { threads: '2', memory_limit: '512MB' })
  const connection = await instance.connect()
  await connection.run(`CREATE SCHEMA public; CREATE TABLE public.orders AS
    SELECT i AS id, 'customer ' || (i % 7) AS customer, (i / 100.0)::DECIMAL(12,2) AS total FROM range(5000) t(i);
    CREATE SEQUENCE public.numbers; CREATE TYPE mood AS ENUM ('calm', 'it''s odd')`)
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
afterEach(async () => {
  await queries.close()
  instance.closeSync()
  await folder.remove()
})

let lastId = 0
async function run(sql: string, pageRows = 200, view?: Partial<ResultView>) {
  const queryId = `q${(lastId += 1)}`
  const asked = { queryId, engine: 'replica' as const, sql, pageRows, view: { ...wholeResult, ...view } }
  return { queryId, ...(await queries.start(asked)) }
}

async function faultOf(sql: string): Promise<MillraceError> {
  const thrown = await run(sql).then(
    () => null,
    (error: unknown) => error,
  )
  expect(thrown, sql).toBeInstanceOf(MillraceError)
  return thrown as MillraceError
}

async function wholeOf(queryId: string): Promise<ResultPage['progress']> {
  return until('the result is complete', () => {
    const progress = queries.progress(queryId)
    if (progress.fault) throw new Error(progress.fault.message)
    return progress.complete ? progress : null
  })
}

describe('a query on the replica', () => {
  it('answers with columns, exact values and the first page, and any page after', async () => {
    const { queryId, columns, page } = await run('SELECT id, customer, total FROM orders ORDER BY id', 100)
    expect(columns).toEqual([
      { name: 'id', type: 'BIGINT', kind: 'number' },
      { name: 'customer', type: 'VARCHAR', kind: 'text' },
      { name: 'total', type: 'DECIMAL(12,2)', kind: 'number' },
    ])
    expect(page.rows).toHaveLength(100)
    expect(page.rows[99]).toEqual(['99', 'customer 1', '0.99'])
    expect((await wholeOf(queryId)).rowsReady).toBe(5000)
    const last = await queries.page(queryId, 4990, 200)
    expect(last.rows).toHaveLength(10)
    expect(last.rows[9]).toEqual(['4999', 'customer 1', '49.99'])
    expect((await queries.page(queryId, 1234, 1)).rows).toEqual([['1234', 'customer 2', '12.34']])
  })

  it('keeps every type exact, NULL apart from the empty text, and instants in UTC', async () => {
    const { columns, page } =
      await run(`SELECT 9223372036854775807::BIGINT, 170141183460469231731687303715884105727::HUGEINT,
      1234567890123456789012345678.9012345678::DECIMAL(38,10), 0.1::DOUBLE, true, '', NULL::VARCHAR,
      TIMESTAMPTZ '2024-02-29 23:59:59.123456+02', TIMESTAMP '2024-02-29 23:59:59', DATE '2024-02-29',
      '{"a": null}'::JSON, '\\xAB\\x00'::BLOB, ['a', NULL, 'b,c'], {'k': 1}, 'calm'::mood, INTERVAL '1 month 2 days',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID`)
    expect(page.rows[0]).toEqual([
      '9223372036854775807',
      '170141183460469231731687303715884105727',
      '1234567890123456789012345678.9012345678',
      '0.1',
      'true',
      '',
      null,
      '2024-02-29 21:59:59.123456+00',
      '2024-02-29 23:59:59',
      '2024-02-29',
      '{"a": null}',
      '\\xAB\\x00',
      "[a, NULL, 'b,c']",
      "{'k': 1}",
      'calm',
      '1 month 2 days',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    ])
    expect(columns[10]).toMatchObject({ type: 'JSON', kind: 'json' })
    expect(columns[12]).toMatchObject({ type: 'VARCHAR[]', kind: 'list' })
  })

  it('takes columns of one name, rows without field names, no rows, and quoted enum values', async () => {
    expect((await run('SELECT 1 AS a, 2 AS a')).page.rows).toEqual([['1', '2']])
    expect((await run('SELECT row(1, \'x\') AS pair, 2 AS "a b" FROM range(3000)')).page.rows[0]).toEqual([
      '(1, x)',
      '2',
    ])
    const empty = await run("SELECT 'it''s odd'::mood AS m WHERE false")
    expect(empty.page.rows).toEqual([])
    expect(empty.columns).toHaveLength(1)
    expect((await wholeOf(empty.queryId)).rowsReady).toBe(0)
  })

  it('runs whatever only reads: EXPLAIN, DESCRIBE, SHOW, SUMMARIZE, PIVOT, VALUES, a comment before and after', async () => {
    for (const sql of [
      'EXPLAIN SELECT * FROM orders',
      'EXPLAIN ANALYZE SELECT count(*) FROM orders',
      'EXPLAIN (FORMAT json) SELECT 1',
      'DESCRIBE orders',
      'SHOW ALL TABLES',
      'SUMMARIZE orders',
      'PIVOT orders ON customer USING sum(total)',
      'VALUES (1), (2)',
      'FROM orders LIMIT 1',
      '-- first\nSELECT 1; -- last',
      'PRAGMA table_info(orders)',
    ]) {
      expect((await run(sql)).page.rows.length, sql).toBeGreaterThan(0)
    }
  })

  it("refuses whatever writes, by DuckDB's own word, and changes nothing", async () => {
    for (const sql of [
      'DELETE FROM orders',
      'EXPLAIN ANALYZE DELETE FROM orders',
      "WITH d AS (SELECT 1) INSERT INTO orders SELECT 1, 'x', 1",
      'CREATE TABLE t AS SELECT 1',
      'CREATE TEMP TABLE t AS SELECT 1',
      'DROP TABLE orders',
      `COPY orders TO '${folder.path}/out.csv'`,
      `EXPLAIN ANALYZE COPY (SELECT 1) TO '${folder.path}/out.csv'`,
      `EXPORT DATABASE '${folder.path}/out'`,
      `ATTACH '${folder.path}/other.duckdb'`,
      'SET GLOBAL threads = 1',
      "PRAGMA memory_limit = '1GB'",
      'CHECKPOINT',
      'CALL checkpoint()',
      'INSTALL httpfs',
      'LOAD httpfs',
      'COMMIT',
      'ROLLBACK',
      'BEGIN',
      'PREPARE p AS DELETE FROM orders',
      'USE main',
      "SELECT nextval('numbers')",
      'VACUUM',
    ]) {
      expect((await faultOf(sql)).code, sql).toBe('QUERY_WRITES')
    }
    expect((await run('SELECT count(*) FROM orders')).page.rows).toEqual([['5000']])
    expect(await readdir(folder.path)).not.toContain('out.csv')
  })

  it('runs one statement at a time, and says where the second begins', async () => {
    const sql = "SELECT ';' AS a; DELETE FROM orders"
    expect((await faultOf(sql)).toFault()).toMatchObject({ code: 'QUERY_FAILED', place: { offset: 17, length: 6 } })
    expect((await faultOf(' ;; -- nothing')).code).toBe('QUERY_EMPTY')
  })

  it('underlines errors at their place, also behind letters of several bytes', async () => {
    expect((await faultOf("SELECT '😀é',\n  nowhere FROM orders")).place).toEqual({ offset: 16, length: 7 })
    expect((await faultOf('SELECT * FRM orders')).place).toEqual({ offset: 13, length: 6 })
    const missing = await faultOf('SELECT * FROM odrers')
    expect(missing.place).toEqual({ offset: 14, length: 6 })
    expect(missing.detail).toContain('orders')
  })

  it('names no value of a row in an error', async () => {
    const fault = await faultOf('SELECT customer::INTEGER FROM orders')
    expect(JSON.stringify(fault.toFault())).not.toMatch(/customer \d/)
    expect(fault.message).toContain('…')
  })

  it('tells an error in the middle of a result instead of ending it early', async () => {
    const sql = "SELECT CASE WHEN i = 400000 THEN error('no good') ELSE i END AS n FROM range(500000) t(i)"
    const { queryId, page } = await run(sql)
    expect(page.rows[0]).toEqual(['0'])
    const progress = await until('it has failed', () => {
      const seen = queries.progress(queryId)
      return seen.fault ? seen : null
    })
    expect(progress).toMatchObject({ complete: false, fault: { code: 'QUERY_FAILED', message: 'No good.' } })
    expect((await queries.page(queryId, 0, 1)).rows).toEqual([['0']])
  })

  it('cuts long cells in pages and gives them whole one at a time', async () => {
    const { queryId, page } = await run(
      "SELECT repeat('ä', 5000) AS a, repeat('😀', 4096) AS b, repeat('x', 4096) AS c",
    )
    expect(page.cutCells).toEqual([[0, 0]])
    expect(page.rows[0]![0]).toHaveLength(4096)
    expect(page.rows[0]![1]).toHaveLength(8192)
    expect(await queries.cell(queryId, 0, 0)).toHaveLength(5000)
    await expect(queries.cell(queryId, 5, 0)).rejects.toMatchObject({ code: 'QUERY_UNKNOWN' })
  })

  it('cancels before the first row, on DuckDB itself', async () => {
    const sql = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3'
    const started = queries
      .start({ queryId: 'slow', engine: 'replica', sql, pageRows: 10 })
      .catch((error: unknown) => error)
    expect(await queries.cancel('slow').then(() => started)).toMatchObject({ code: 'QUERY_CANCELLED' })
    const again = queries
      .start({ queryId: 'slow', engine: 'replica', sql, pageRows: 10 })
      .catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await queries.cancel('slow')).toBe(true)
    expect(await again).toMatchObject({ code: 'QUERY_CANCELLED' })
  })

  it('cancels in the middle, and the rows so far stay readable', async () => {
    const { queryId } = await run('SELECT i AS n FROM range(100000000000) t(i)')
    await until('a million rows are there', () => queries.progress(queryId).rowsReady > 1_000_000)
    expect(await queries.cancel(queryId)).toBe(true)
    const { rowsReady, complete, fault } = queries.progress(queryId)
    expect({ complete, code: fault?.code }).toEqual({ complete: false, code: 'QUERY_CANCELLED' })
    expect((await queries.page(queryId, rowsReady - 1, 10)).rows).toEqual([[String(rowsReady - 1)]])
  })

  it('closes the result that was longest not looked at beyond 32 open ones', async () => {
    const first = await run('SELECT 1')
    const second = await run('SELECT 2')
    for (let more = 0; more < 30; more += 1) await run('SELECT 3')
    await queries.page(first.queryId, 0, 1)
    await run('SELECT 4')
    expect((await queries.page(first.queryId, 0, 1)).rows).toEqual([['1']])
    await expect(queries.page(second.queryId, 0, 1)).rejects.toMatchObject({ code: 'QUERY_UNKNOWN' })
  })

  it('lets go of the replica file and leaves nothing in the temporary folder, also in the middle of a result', async () => {
    await run('SELECT i AS n FROM range(100000000000) t(i)')
    await queries.close()
    instance.closeSync()
    const script = `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then((i) => i.closeSync())`
    const other = spawnSync(process.execPath, ['-e', script, file], { encoding: 'utf8' })
    expect(other.stderr).toBe('')
    expect((await readdir(folder.path)).filter((name) => name.startsWith('results-'))).toEqual([])
  })
})

describe('a view of a query on the replica', () => {
  it('is sorted, filtered and searched by the engine, with the columns as they were', async () => {
    const sql = 'SELECT id, customer AS "the ""name""", total, total AS total FROM orders'
    const { columns, page } = await run(sql, 200, {
      search: 'TOMER 3',
      filters: [
        { column: 0, test: { kind: 'at-least', value: '4 900' } },
        { column: 2, test: { kind: 'less', value: '49.905' } },
      ],
      order: [{ column: 0, direction: 'descending' }],
    })
    expect(columns.map(({ name }) => name)).toEqual(['id', 'the "name"', 'total', 'total'])
    const wanted = Array.from({ length: 5000 }, (_, id) => id).filter((id) => id % 7 === 3 && id >= 4900 && id <= 4990)
    expect(page.rows.map(([id]) => Number(id))).toEqual(wanted.reverse())
  })

  it('puts NULL last in either direction', async () => {
    for (const direction of ['ascending', 'descending'] as const) {
      const order = [{ column: 0, direction }]
      const { page } = await run('SELECT * FROM (VALUES (2), (NULL), (1)) AS t(a)', 10, { order })
      expect(page.rows.flat()).toEqual(direction === 'ascending' ? ['1', '2', null] : ['2', '1', null])
    }
  })

  it('takes what stands in brackets (PIVOT, DESCRIBE, rows without names), and says what does not', async () => {
    const search = { search: '1' }
    const pivoted = 'PIVOT (SELECT id % 2 AS odd, id % 3 AS third FROM orders) ON odd USING count(*)'
    const order = [{ column: 0, direction: 'descending' as const }]
    expect((await run(pivoted, 10, { order })).page.rows[0]![0]).toBe('2')
    expect((await run('DESCRIBE orders', 10, { search: 'total' })).page.rows).toHaveLength(1)
    expect((await run("SELECT row(1, 'x') AS pair", 10, search)).page.rows).toEqual([['(1, x)']])
    const plain = await run('EXPLAIN SELECT 1')
    expect(plain.isTable).toBe(false)
    await expect(run('EXPLAIN SELECT 1', 10, search)).rejects.toMatchObject({ code: 'QUERY_NOT_A_TABLE' })
  })

  it("fails with the statement's own place, and without one where the filter is wrong", async () => {
    await expect(run('SELECT nonsense FROM orders', 10, { search: 'x' })).rejects.toMatchObject({ place: { offset: 7 } })
    const filters = [{ column: 0, test: { kind: 'equal' as const, value: 'abc' } }]
    const wrong: MillraceError = await run('SELECT id FROM orders', 10, { filters }).then(
      () => expect.unreachable(),
      (error: MillraceError) => error,
    )
    expect(wrong.code).toBe('QUERY_FAILED')
    expect(wrong.place).toBeUndefined()
  })
})
