import { createReadStream } from 'node:fs'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { DuckDBInstance } from '@duckdb/node-api'
import { readXlsx } from 'hucre/xlsx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExportProgress } from '../../src/main/contract/export.ts'
import { wholeResult } from '../../src/main/contract/resultView.ts'
import type { EngineName } from '../../src/main/contract/values.ts'
import { exportResult, rangeAsText } from '../../src/main/engine/export/exportResult.ts'
import type { ExportRequest } from '../../src/main/engine/export/exportResult.ts'
import { QueryService } from '../../src/main/engine/query/queryService.ts'
import { totalsOf } from '../../src/main/engine/query/totals.ts'
import { testHost } from '../support/host.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let source: TestDatabase
let instance: DuckDBInstance
let queries: QueryService
const never = new AbortController().signal
const host = () => testHost(folder.path)

beforeAll(async () => {
  folder = await temporaryFolder()
  source = await sharedPostgres(18).createDatabase()
  instance = await DuckDBInstance.create(folder.join('replica.duckdb'), { threads: '2', memory_limit: '512MB' })
  queries = new QueryService({
    host: host(),
    connectReplica: async () => {
      const own = await instance.connect()
      await own.run(`SET TimeZone = 'UTC'`)
      return own
    },
    sourceAddress: () => source.address,
  })
})
afterAll(async () => {
  await queries?.close()
  instance?.closeSync()
  await source?.drop()
  await folder?.remove()
})

let last = 0
async function started(engine: EngineName, sql: string) {
  const queryId = `q${(last += 1)}`
  const { columns } = await queries.start({ queryId, engine, sql, view: wholeResult, pageRows: 10 })
  return { queryId, columns: columns.map((_, at) => at) }
}

async function exported(
  { queryId, columns }: { queryId: string; columns: number[] },
  format: ExportRequest['format'],
  more: Partial<ExportRequest> = {},
): Promise<{ path: string; told: ExportProgress[] }> {
  const path = more.path ?? folder.join(`${(last += 1)}.${format}`)
  const { result, release } = queries.whole(queryId)
  const told: ExportProgress[] = []
  const request = { format, path, overwrite: false, columns, headers: true, tableName: 't', ...more }
  try {
    for await (const progress of exportResult(result, request, { clock: host().clock, signal: never })) told.push(progress)
  } finally {
    await release()
  }
  return { path, told }
}

async function asked(sql: string): Promise<unknown[][]> {
  const connection = await instance.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    return (await connection.runAndReadAll(sql)).getRows()
  } finally {
    connection.closeSync()
  }
}

const odd: Record<EngineName, string> = {
  replica: `SELECT 9007199254740993::BIGINT AS big, 0.10::DECIMAL(9,2) AS price, 'say "hi", ok' AS "a ""name""", NULL::VARCHAR AS nothing,
    '' AS empty, true AS yes, TIMESTAMPTZ '2024-02-29 12:00:00.123456+00' AS at, '{"a": null}'::JSON AS doc, 1 AS twice, 2 AS twice`,
  source: `SELECT 9007199254740993::bigint AS big, 0.10::numeric(9,2) AS price, 'say "hi", ok' AS "a ""name""", NULL::text AS nothing,
    '' AS empty, true AS yes, timestamptz '2024-02-29 12:00:00.123456+00' AS at, '{"a": null}'::jsonb AS doc, 1 AS twice, 2 AS twice`,
}

describe.each(['replica', 'source'] as const)('an export of a result of the %s', (engine) => {
  it('is exact in every format', async () => {
    const result = await started(engine, odd[engine])
    const { path } = await exported(result, 'csv')
    const yes = engine === 'replica' ? 'true' : 't'
    expect(await readFile(path, 'utf8')).toBe(
      'big,price,"a ""name""",nothing,empty,yes,at,doc,twice,twice\r\n' +
        `9007199254740993,0.10,"say ""hi"", ok",,"",${yes},2024-02-29 12:00:00.123456+00,"{""a"": null}",1,2\r\n`,
    )
    const json = JSON.parse(await readFile((await exported(result, 'json')).path, 'utf8'))
    expect(json).toEqual([
      {
        big: '9007199254740993', price: 0.1, 'a "name"': 'say "hi", ok', nothing: null, empty: '', yes: true,
        at: '2024-02-29 12:00:00.123456+00', doc: '{"a": null}', twice: 1, twice_2: 2,
      },
    ])
    const parquet = await exported(result, 'parquet')
    const [row] = await asked(`SELECT typeof(big), typeof(price), typeof(yes), typeof("at"), big::VARCHAR, price::VARCHAR,
      "a ""name""", nothing, empty, "at"::VARCHAR, twice_2 FROM '${parquet.path}'`)
    expect(row).toEqual([
      'BIGINT', 'DECIMAL(9,2)', 'BOOLEAN', 'TIMESTAMP WITH TIME ZONE', '9007199254740993', '0.10',
      'say "hi", ok', null, '', '2024-02-29 12:00:00.123456+00', 2,
    ])
    const sheet = (await readXlsx(await readFile((await exported(result, 'xlsx')).path))).sheets[0]!
    expect(sheet.rows[0]!.slice(0, 3)).toEqual(['big', 'price', 'a "name"'])
    expect(sheet.rows[1]!.slice(0, 4)).toEqual(['9007199254740993', 0.1, 'say "hi", ok', null])
    expect(sheet.rows[1]![5]).toBe(true)
  })

  it('holds the columns that are asked for, in their order', async () => {
    const { queryId } = await started(engine, odd[engine])
    const { path } = await exported({ queryId, columns: [9, 0] }, 'tsv')
    expect(await readFile(path, 'utf8')).toBe('twice\tbig\r\n2\t9007199254740993\r\n')
  })
})

describe('an export', () => {
  it('of a cut result of the source asks for all of it', async () => {
    const result = await started('source', `SELECT i, 'row ' || i AS t FROM generate_series(1, 150000) AS i`)
    await until('it is cut', () => queries.progress(result.queryId).cutAtRows)
    const { path, told } = await exported(result, 'ndjson')
    expect(told.at(-1)).toMatchObject({ state: 'done', rows: 150_000, totalRows: 150_000 })
    expect(await asked(`SELECT count(*)::INT, sum(i)::BIGINT FROM read_json('${path}', format = 'newline_delimited')`)).toEqual([
      [150_000, 11_250_075_000n],
    ])
  })

  it('of a million rows comes as it goes, with flat memory, and goes on when the window has closed the result', async () => {
    const result = await started('replica', `SELECT i, 'a text of some length, number ' || i AS t FROM range(1000000) AS r(i)`)
    const held = queries.whole(result.queryId)
    await queries.closeResult(result.queryId)
    const path = folder.join('million.csv')
    const request = { format: 'csv' as const, path, overwrite: false, columns: [0, 1], headers: true, tableName: 't' }
    const before = process.memoryUsage().rss
    let peak = 0
    let between = 0
    for await (const progress of exportResult(held.result, request, { clock: host().clock, signal: never })) {
      peak = Math.max(peak, process.memoryUsage().rss)
      if (progress.state === 'writing' && progress.rows < 1_000_000) between += 1
    }
    await held.release()
    expect(between).toBeGreaterThan(0)
    expect((peak - before) / 2 ** 20).toBeLessThan(400)
    let lines = 0
    for await (const _line of createInterface({ input: createReadStream(path) })) lines += 1
    expect(lines).toBe(1_000_001)
  })

  it.each(['csv', 'parquet', 'xlsx'] as const)('to %s leaves no file where it is cancelled or fails', async (format) => {
    const many = await started('replica', `SELECT i, md5(i::VARCHAR) AS t FROM range(3000000) AS r(i)`)
    const { result, release } = queries.whole(many.queryId)
    const path = folder.join(`cancelled.${format}`)
    const request = { format, path, overwrite: true, columns: [0, 1], headers: true, tableName: 't' }
    for await (const progress of exportResult(result, request, { clock: host().clock, signal: never })) {
      if (progress.bytes > 0 || progress.state === 'writing') break
    }
    await release()
    await queries.closeResult(many.queryId)
    const failing = await started('replica', `SELECT CASE WHEN i = 200000 THEN error('no') ELSE i END AS i FROM range(300000) AS r(i)`)
    await expect(exported(failing, format, { path: folder.join(`failed.${format}`) })).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    expect((await readdir(folder.path)).filter((name) => /cancelled|failed|partial/.test(name))).toEqual([])
  })

  it('replaces a file only where it is told to, and says what it cannot write', async () => {
    const result = await started('replica', 'SELECT 1 AS a')
    const path = folder.join('old.csv')
    await writeFile(path, 'old')
    await expect(exported(result, 'csv', { path })).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    expect(await readFile(path, 'utf8')).toBe('old')
    await exported(result, 'csv', { path, overwrite: true })
    expect(await readFile(path, 'utf8')).toBe('a\r\n1\r\n')
    await expect(exported(result, 'csv', { path: folder.join('none/x.csv') })).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    await expect(exported(result, 'csv', { path: 'x.csv' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  it('keeps a column as text in Parquet where a value does not fit its type, and says so', async () => {
    const result = await started('source', `SELECT a, b::numeric(5,2) AS b FROM (VALUES (1, 'NaN'::numeric), (2, 1.5)) AS t(a, b)`)
    const { path, told } = await exported(result, 'parquet')
    expect(told.at(-1)!.notes).toEqual(['Kept as text, because a value does not fit the type: "b".'])
    expect(await asked(`SELECT typeof(a), b FROM '${path}' ORDER BY a`)).toEqual([['INTEGER', 'NaN'], ['INTEGER', '1.50']])
  })
})

describe('a range', () => {
  it('is text, whole where the page had cut its cells, and bounded', async () => {
    const { queryId } = await started('replica', `SELECT i, repeat('x', 5000) AS long FROM range(20000) AS r(i)`)
    await until('it is complete', () => queries.progress(queryId).complete)
    const text = (rowCount: number, columns: number[]) =>
      rangeAsText(
        queries.shown(queryId),
        { format: 'tsv', range: { firstRow: 2, rowCount, columns }, headers: false, tableName: 't' },
        never,
      )
    expect(await text(3, [0])).toEqual({ text: '2\r\n3\r\n4\r\n', rows: 3, isCut: false })
    expect((await text(1, [1])).text).toHaveLength(5002)
    const large = await text(20_000, [1])
    expect(large.isCut).toBe(true)
    expect(large.rows).toBeLessThan(10_000)
    expect((await text(50_000, [0])).isCut).toBe(false)
  })

  it.each(['replica', 'source'] as const)('on the %s has exact totals', async (engine) => {
    const numeric = engine === 'replica' ? 'DECIMAL(20,2)' : 'numeric'
    const { queryId } = await started(
      engine,
      `SELECT * FROM (VALUES (9007199254740993, CAST('0.10' AS ${numeric}), 'a', 1.5::float8, DATE '2024-01-01'),
        (1, CAST('-2.25' AS ${numeric}), 'b', 0.1::float8, DATE '2023-01-01'), (NULL, NULL, 'a', NULL, NULL)) AS t(i, n, t, f, d)`,
    )
    await until('it is complete', () => queries.progress(queryId).complete)
    const totals = (columns: number[], rowCount = 3) =>
      totalsOf(queries.shown(queryId), { firstRow: 0, rowCount, columns }, never)
    expect(await totals([0])).toEqual({
      cells: 3, values: 2, distinct: 2, sum: '9007199254740994', average: '4503599627370497', least: '1',
      greatest: '9007199254740993', isExact: true,
    })
    expect(await totals([0, 1, 2])).toEqual({
      cells: 9, values: 7, distinct: 6, sum: '9007199254740991.85', average: '2251799813685247.9625', least: '-2.25',
      greatest: '9007199254740993', isExact: true,
    })
    expect(await totals([3])).toMatchObject({ sum: '1.6', isExact: false })
    expect(await totals([2], 2)).toMatchObject({ cells: 2, values: 2, distinct: 2, sum: null, least: null })
    expect(await totals([4])).toMatchObject({ sum: null, least: '2023-01-01', greatest: '2024-01-01' })
  })
})
