import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/main/contract/errors.ts'
import { wholeResult } from '../../src/main/contract/resultView.ts'
import type { ResultView } from '../../src/main/contract/resultView.ts'
import { CatalogService } from '../../src/main/engine/query/catalogService.ts'
import { QueryService } from '../../src/main/engine/query/queryService.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { testHost } from '../support/host.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe.each([15, 18] as const)('a query on the source, Postgres %i', (major) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let source: TestDatabase
  let queries: QueryService

  beforeAll(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(major).createDatabase()
    await source.query(`
      CREATE TYPE mood AS ENUM ('calm', 'odd');
      CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2), note varchar(20), feeling mood, at timestamptz(3));
      INSERT INTO orders SELECT i, i / 100.0, CASE WHEN i % 2 = 0 THEN '' END, 'calm', '2024-02-29 12:00:00.123+02'
        FROM generate_series(1, 3000) AS i;
      CREATE SEQUENCE numbers; CREATE PROCEDURE touch() LANGUAGE sql AS 'DELETE FROM orders'`)
    queries = new QueryService({
      host: testHost(folder.path),
      connectReplica: () => Promise.reject(new Error('no replica here')),
      sourceAddress: () => source.address,
    })
  })
  afterAll(async () => {
    await queries?.close()
    await source?.drop()
    await folder?.remove()
  })

  let lastId = 0
  async function run(sql: string, pageRows = 200, view?: Partial<ResultView>) {
    const queryId = `q${(lastId += 1)}`
    const asked = { queryId, engine: 'source' as const, sql, pageRows, view: { ...wholeResult, ...view } }
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
  const activity = async (what: string) => {
    const { rows } = await source.query<{ state: string }>(
      `SELECT state FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
         AND application_name LIKE 'millrace query%' AND query LIKE $1`,
      [what],
    )
    return rows
  }

  it('is sorted, filtered and searched by the server, with the columns as they were', async () => {
    const sql = 'SELECT id, total, note AS total, feeling, at FROM orders -- all\n;'
    const { columns, page, isTable } = await run(sql, 50, {
      search: 'CALM',
      filters: [
        { column: 0, test: { kind: 'greater', value: '2 990' } },
        { column: 1, test: { kind: 'less', value: '29.995' } },
        { column: 2, test: { kind: 'not-equal', value: '' } },
        { column: 3, test: { kind: 'equal', value: 'calm' } },
        { column: 4, test: { kind: 'at-least', value: '2024-02-29 10:00:00+00' } },
      ],
      order: [
        { column: 2, direction: 'ascending' },
        { column: 0, direction: 'descending' },
      ],
    })
    expect(isTable).toBe(true)
    expect(columns.map(({ name }) => name)).toEqual(['id', 'total', 'total', 'feeling', 'at'])
    expect(columns[1]).toMatchObject({ type: 'numeric(12,2)' })
    expect(page.rows.map(([id]) => id)).toEqual(['2999', '2997', '2995', '2993', '2991'])
  })

  it('filters and sorts types that know neither equality nor order', async () => {
    const odd = `SELECT * FROM (VALUES ('{"a": [1,2]}'::json, point '(1,2)', ARRAY[1,2]), (NULL, NULL, NULL)) AS t(j, p, l)`
    for (const [column, value] of ['{"a": [1,2]}', '(1,2)', '{1,2}'].entries()) {
      const filters = [{ column, test: { kind: 'equal' as const, value } }]
      expect((await run(odd, 5, { filters, search: '1,2' })).page.rows, value).toHaveLength(1)
    }
    const order = [{ column: 0, direction: 'descending' as const }]
    expect((await run(odd, 5, { order })).page.rows[0]![0]).toBe('{"a": [1,2]}')
  })

  it('says what has no other view, and where a viewed statement is wrong', async () => {
    expect((await run('SHOW work_mem')).isTable).toBe(false)
    await expect(run('SHOW work_mem', 5, { search: 'x' })).rejects.toMatchObject({ code: 'QUERY_NOT_A_TABLE' })
    await expect(run(' SELECT nonsense', 5, { search: 'x' })).rejects.toMatchObject({ place: { offset: 8 } })
    const wrong = run('SELECT id FROM orders', 5, { filters: [{ column: 0, test: { kind: 'equal', value: 'abc' } }] })
    await expect(wrong).rejects.toMatchObject({ code: 'QUERY_FAILED' })
  })

  it("answers with the server's own types and exact text, and pages of it", async () => {
    const { queryId, columns, page } = await run(
      'SELECT *, 0.1::float8 AS f, NULL::int[] AS l, ARRAY[1,NULL] FROM orders ORDER BY id',
      50,
    )
    expect(columns).toEqual([
      { name: 'id', type: 'bigint', kind: 'number' },
      { name: 'total', type: 'numeric(12,2)', kind: 'number' },
      { name: 'note', type: 'character varying(20)', kind: 'text' },
      { name: 'feeling', type: 'mood', kind: 'other' },
      { name: 'at', type: 'timestamp(3) with time zone', kind: 'instant' },
      { name: 'f', type: 'double precision', kind: 'number' },
      { name: 'l', type: 'integer[]', kind: 'list' },
      { name: 'array', type: 'integer[]', kind: 'list' },
    ])
    expect(page.rows[0]).toEqual(['1', '0.01', null, 'calm', '2024-02-29 10:00:00.123+00', '0.1', null, '{1,NULL}'])
    expect(page.rows[1]![2]).toBe('')
    await until('all rows are there', () => queries.progress(queryId).complete)
    expect((await queries.page(queryId, 2999, 10)).rows).toEqual([
      ['3000', '30.00', '', 'calm', '2024-02-29 10:00:00.123+00', '0.1', null, '{1,NULL}'],
    ])
    expect(queries.progress(queryId)).toMatchObject({ rowsReady: 3000, cutAtRows: null, fault: null })
  })

  it('takes rows of no columns, no rows, EXPLAIN and SHOW', async () => {
    const bare = await run('SELECT FROM orders')
    expect(bare.columns).toEqual([])
    await until('all rows are there', () => queries.progress(bare.queryId).rowsReady === 3000)
    const none = await run('SELECT id FROM orders WHERE false')
    expect(none).toMatchObject({ columns: [{ name: 'id' }], page: { rows: [], progress: { complete: true } } })
    expect((await run('EXPLAIN ANALYZE SELECT count(*) FROM orders')).page.rows.length).toBeGreaterThan(1)
    expect((await run('SHOW transaction_read_only')).page.rows).toEqual([['on']])
  })

  it("can only read: by the server's own word, and nothing leads out of the transaction", async () => {
    for (const sql of [
      'DELETE FROM orders',
      'WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone',
      'SELECT * INTO other FROM orders',
      "SELECT nextval('numbers')",
      'EXPLAIN ANALYZE DELETE FROM orders',
      'SELECT * FROM orders FOR UPDATE',
      'CALL touch()',
      'DO $$BEGIN DELETE FROM orders; END$$',
      'COPY orders TO STDOUT',
      "COPY orders TO PROGRAM 'cat'",
      'COMMIT',
      'SET TRANSACTION READ WRITE',
      'BEGIN',
      'LISTEN x',
      'VACUUM orders',
    ]) {
      expect((await faultOf(sql)).code, sql).toBe('QUERY_WRITES')
    }
    expect((await faultOf("SELECT set_config('transaction_read_only', 'off', false)")).code).toBe('QUERY_FAILED')
    expect((await faultOf('SELECT 1; DELETE FROM orders')).code).toBe('QUERY_FAILED')
    expect((await source.query('SELECT count(*)::int AS n FROM orders')).rows[0]).toEqual({ n: 3000 })
  })

  it('underlines errors where Postgres saw them, and names no value of a row', async () => {
    expect((await faultOf("SELECT '😀é',\n  nowhere FROM orders")).place).toEqual({ offset: 16, length: 7 })
    expect((await faultOf('SELECT * FORM orders')).place).toEqual({ offset: 9, length: 4 })
    const cast = await faultOf("SELECT (note || 'secret' || id)::int FROM orders WHERE id = 2")
    expect(cast.message).not.toContain('secret2')
    expect(cast.message).toMatch(/integer/)
  })

  it('ends at 100,000 rows, says so, and holds nothing open on the source', async () => {
    const { queryId } = await run("SELECT generate_series(1, 100000000) AS i, repeat('long', 40)")
    const progress = await until('it is complete', () => {
      const seen = queries.progress(queryId)
      return seen.complete || seen.fault ? seen : null
    })
    expect(progress).toMatchObject({ complete: true, rowsReady: 100_000, cutAtRows: 100_000, fault: null })
    expect((await queries.page(queryId, 99_999, 5)).rows[0]![0]).toBe('100000')
    await until('its connection is gone', async () => (await activity('%generate_series%')).length === 0)
  })

  it('cancels on the server, before the first row and in the middle', async () => {
    const started = queries
      .start({ queryId: 'slow', engine: 'source', sql: "SELECT pg_sleep(60), 'before'", pageRows: 10 })
      .catch((error: unknown) => error)
    await until('the source is at it', async () => (await activity('%before%'))[0]?.state === 'active')
    expect(await queries.cancel('slow')).toBe(true)
    expect(await started).toMatchObject({ code: 'QUERY_CANCELLED' })
    await until('the source has stopped', async () => (await activity('%before%')).length === 0)

    const sql =
      "SELECT i, repeat('x', 100), pg_sleep(CASE WHEN i > 300 THEN 0.5 ELSE 0 END) FROM generate_series(1, 1000) AS i"
    const { queryId } = await run(sql, 100)
    expect(await queries.cancel(queryId)).toBe(true)
    const { rowsReady, fault } = queries.progress(queryId)
    expect(fault).toMatchObject({ code: 'QUERY_CANCELLED' })
    expect(rowsReady).toBeGreaterThan(0)
    expect((await queries.page(queryId, 0, 1)).rows[0]![0]).toBe('1')
    await until('the source has stopped', async () => (await activity('%generate_series(1, 1000)%')).length === 0)
  })

  it('shows the rows that it has while the statement stalls over the next', async () => {
    const sql = "SELECT i, repeat('x', 1000), pg_sleep(CASE WHEN i > 40 THEN 60 ELSE 0 END) FROM generate_series(1, 50) AS i"
    const { queryId, page } = await run(sql, 10)
    expect(page.rows).toHaveLength(10)
    expect(page.progress.complete).toBe(false)
    await queries.closeResult(queryId)
  })

  it('is ended by the source where it takes too long', async () => {
    const impatient = new QueryService({
      host: testHost(folder.path),
      connectReplica: () => Promise.reject(new Error('no replica here')),
      sourceAddress: () => source.address,
      sourceStatementTimeoutMs: 500,
    })
    try {
      const query = { queryId: 'long', engine: 'source' as const, sql: 'SELECT pg_sleep(30)', pageRows: 10 }
      await expect(impatient.start(query)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
    } finally {
      await impatient.close()
    }
  })

  it('binds parameters as the types of their places, never as text of the statement', async () => {
    const bound = (sql: string, parameters: Record<string, string | null>) =>
      queries.start({ queryId: 'bound', engine: 'source', sql, pageRows: 10, parameters }).then(({ page }) => page.rows)
    expect(await bound('SELECT id, total FROM orders WHERE id = :id AND total < :most', { id: '7', most: '0.5' })).toEqual([
      ['7', '0.07'],
    ])
    expect(await bound('SELECT count(*) FROM orders WHERE note = $1', { '1': "' OR true --" })).toEqual([['0']])
    expect(await bound('SELECT :x::int IS NULL, :y || $$ :z $$', { x: null, y: 'a' })).toEqual([['t', 'a :z ']])
    await expect(bound('SELECT :identity::int, nonsense', { identity: '1' })).rejects.toMatchObject({ place: { offset: 23 } })
    await expect(bound('SELECT * FROM orders WHERE id = :id', { id: 'abc' })).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    await expect(bound('SELECT :missing', {})).rejects.toMatchObject({ code: 'QUERY_PARAMETER' })
  })

  it("runs in the tab's session: schema, zone and time limit, and leaves no trace of it", async () => {
    await source.query('CREATE SCHEMA "Odd one"; CREATE TABLE "Odd one".hidden AS SELECT 7 AS n')
    const inSession = (sql: string, session: { schema?: string; timeZone?: string; timeoutSeconds?: number }) =>
      queries
        .start({
          queryId: 'session', engine: 'source', sql, pageRows: 10,
          session: { schema: null, timeZone: null, timeoutSeconds: null, ...session },
        })
        .then(({ page }) => page.rows)
    expect(await inSession('SELECT n FROM hidden', { schema: 'Odd one' })).toEqual([['7']])
    expect(await inSession('SELECT at FROM orders LIMIT 1', { timeZone: 'Asia/Kolkata' })).toEqual([
      ['2024-02-29 15:30:00.123+05:30'],
    ])
    await expect(inSession('SELECT 1', { timeZone: 'Mars/Base' })).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    await expect(inSession('SELECT pg_sleep(60)', { timeoutSeconds: 1 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
  })

  it('explains with the figures of a run, parameters bound, and refuses to explain what writes', async () => {
    const explain = (sql: string, analyze: boolean) =>
      queries.explain({ queryId: 'plan', engine: 'source', sql, parameters: { id: '7' }, analyze })
    const planOf = async (sql: string, analyze: boolean) => JSON.parse((await explain(sql, analyze)).plan)[0].Plan
    expect(await planOf('SELECT * FROM orders WHERE id = :id', false)).not.toHaveProperty('Actual Rows')
    expect(await planOf('SELECT * FROM orders WHERE id = :id', true)).toMatchObject({ 'Actual Rows': 1 })
    expect(await planOf('EXPLAIN (COSTS off) SELECT * FROM orders WHERE id = :id', true)).toMatchObject({ 'Actual Rows': 1 })
    await expect(explain('DELETE FROM orders', true)).rejects.toMatchObject({ code: 'QUERY_WRITES' })
    await expect(explain('EXPLAIN ANALYZE DELETE FROM orders', true)).rejects.toMatchObject({ code: 'QUERY_WRITES' })
    await expect(
      explain('WITH gone AS (DELETE FROM orders RETURNING 1) SELECT * FROM gone', true),
    ).rejects.toMatchObject({ code: 'QUERY_WRITES' })
    await expect(explain('SELECT nonsense FROM orders', false)).rejects.toMatchObject({ place: { offset: 7, length: 8 } })
    expect((await source.query('SELECT count(*)::int AS n FROM orders')).rows).toEqual([{ n: 3000 }])
  })
})

describe('the catalogs of both engines', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let source: TestDatabase
  let session: ReplicaSession

  beforeAll(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(18).createDatabase()
    await source.query(`
      CREATE SCHEMA sales;
      CREATE TABLE sales.orders (id bigint PRIMARY KEY, "Id" text, place point);
      INSERT INTO sales.orders VALUES (1, 'a', '(1,2)');
      CREATE TABLE not_followed (n int); CREATE VIEW all_orders AS SELECT * FROM sales.orders;
      CREATE FUNCTION half(n int) RETURNS int LANGUAGE sql AS 'SELECT n / 2'`)
    session = await openReplica(folder.path, source, { tables: { include: ['sales.*'], exclude: [] } })
    await until('the replica follows', () => session.live().state === 'following', { timeoutMs: 30_000 })
  })
  afterAll(async () => {
    await session?.close()
    await source?.drop()
    await folder?.remove()
  })

  it('tell schemas, tables, columns, keys, and what a column is on the source', async () => {
    const catalog = new CatalogService({
      connectReplica: () => session.connectReplica(),
      sourceAddress: () => source.address,
      followed: () => new Set(['sales.orders']),
    })
    const onSource = await catalog.tables('source')
    expect(onSource.map(({ schema, name, kind, replicated }) => `${schema}.${name} ${kind} ${replicated}`)).toEqual([
      'public.all_orders view false',
      'public.not_followed table false',
      'sales.orders table true',
    ])
    expect(onSource[2]!.columns[0]).toMatchObject({ name: 'id', type: 'bigint', key: true })
    const here = await catalog.tables('replica')
    expect(here[0]).toMatchObject({ schema: 'sales', name: 'orders', rows: 1, replicated: true })
    expect(here[0]!.columns[0]).toEqual({ name: 'id', type: 'BIGINT', sourceType: 'bigint', key: true, note: null })
    expect(here[0]!.columns[1]).toMatchObject({ sourceType: 'text', key: false })
    expect(here[0]!.columns[1]!.note).toContain('"Id"')
    expect(here[0]!.columns[2]).toMatchObject({ type: 'VARCHAR', sourceType: 'point' })
    expect(here[0]!.columns[2]!.note).not.toBeNull()
    expect(here.at(-1)!.schema).toBe('millrace')
    expect(await catalog.functions('source')).toEqual(expect.arrayContaining(['half', 'lower', 'count', 'date_trunc']))
    expect(await catalog.functions('replica')).toEqual(
      expect.arrayContaining(['lower', 'count', 'date_trunc', 'read_parquet']),
    )
  })
})
