import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChartSettings } from '../../../../src/main/contract/chart.ts'
import type { ColumnStatistics, StatisticsEvent } from '../../../../src/main/contract/statistics.ts'
import { QueryService } from '../../../../src/main/engine/query/queryService.ts'
import { storedValueSql } from '../../../../src/main/engine/query/relation.ts'
import { RelationService } from '../../../../src/main/engine/query/relationService.ts'
import { testHost } from '../../../support/host.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let instance: DuckDBInstance
let queries: QueryService
let relations: RelationService

const connectReplica = async () => {
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'; SET search_path = 'public,main'`)
  return connection
}

beforeAll(async () => {
  folder = await temporaryFolder()
  instance = await DuckDBInstance.create(folder.join('replica.duckdb'), { threads: '2', memory_limit: '512MB' })
  const connection = await instance.connect()
  await connection.run(`CREATE SCHEMA public; CREATE TABLE public."odd ""orders" AS SELECT
    i::BIGINT AS id,
    CASE WHEN i % 10 = 0 THEN NULL ELSE ['new', 'paid', 'sent'][1 + i % 3] END AS "the status",
    (i / 100.0)::DECIMAL(12,2) AS total,
    TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_hours(i::INT) AS placed_at,
    CASE i % 3 WHEN 0 THEN 'nan' WHEN 1 THEN 'infinity' ELSE '1.5' END::DOUBLE AS odd,
    {'a': i % 2}::JSON AS doc, [i % 4, NULL] AS list, NULL::INTEGER AS nothing, i % 2 = 0 AS even
    FROM range(1000) t(i)`)
  connection.closeSync()
  queries = new QueryService({
    host: testHost(folder.path),
    connectReplica,
    sourceAddress: () => {
      throw new Error('no source here')
    },
  })
  relations = new RelationService({ connectReplica, queries })
})
afterAll(async () => {
  await relations.close()
  await queries.close()
  instance.closeSync()
  await folder.remove()
})

async function statistics(events: AsyncIterable<StatisticsEvent>): Promise<Record<string, ColumnStatistics>> {
  let names: string[] = []
  const byName: Record<string, ColumnStatistics> = {}
  for await (const event of events) {
    if (event.kind === 'begun') names = event.columns.map(({ name }) => name)
    else if (event.kind === 'column') byName[names[event.index]!] = event.statistics
    else throw new Error(`${names[event.index]}: ${event.fault.message} ${event.fault.detail}`)
  }
  return byName
}

describe('statistics of a table', () => {
  let of: Record<string, ColumnStatistics>
  beforeAll(async () => {
    of = await statistics(relations.statisticsOfTable({ schema: 'public', name: 'odd "orders' }))
  })

  it('count rows, nulls and distinct values exactly', () => {
    expect(of.id).toMatchObject({ rows: 1000, nulls: 0, distinct: 1000, isExact: true, topValues: [] })
    expect(of['the status']).toMatchObject({ nulls: 100, distinct: 3, minimum: 'new', maximum: 'sent', quartiles: null })
    expect(of.nothing).toMatchObject({ nulls: 1000, distinct: 0, minimum: null, histogram: null, quartiles: null })
  })

  it('keep exact values exact', () => {
    expect(of.total).toMatchObject({ minimum: '0.00', maximum: '9.99', quartiles: ['2.49', '4.99', '7.49'], mean: expect.closeTo(4.995, 9) })
  })

  it('tell the most frequent values, and nothing where none repeats', () => {
    expect(of['the status']!.topValues).toEqual([
      { value: 'new', count: 300 },
      { value: 'paid', count: 300 },
      { value: 'sent', count: 300 },
    ])
    expect(of.even!.topValues.map(({ value }) => value)).toEqual(['false', 'true'])
    expect(of.list!.topValues[0]!.value).toBe('[0, NULL]')
    expect(of.doc).toMatchObject({ distinct: 2, minimum: null })
  })

  it('have bars for numbers and instants that together hold every finite value', () => {
    for (const name of ['id', 'total', 'placed_at']) {
      const bars = of[name]!.histogram!
      expect(bars.reduce((sum, { count }) => sum + count, 0), name).toBe(1000)
      expect(bars.length, name).toBeLessThanOrEqual(40)
    }
    expect(of.placed_at!.histogram![0]!.from).toBe('2026-01-01 00:00:00+00')
    expect(of.odd!.histogram).toEqual([{ from: '1.5', to: '3', count: 333 }])
  })

  it('are refused for a table that is not there', async () => {
    const events = relations.statisticsOfTable({ schema: 'public', name: 'gone' })
    await expect(events.next()).rejects.toMatchObject({ code: 'TABLE_MISSING' })
  })

  it('end in the middle when they are cancelled', async () => {
    const connection = await instance.connect()
    await connection.run(`CREATE OR REPLACE VIEW public.endless AS SELECT a.range AS n FROM range(10000000) a, range(100000) b`)
    connection.closeSync()
    const abort = new AbortController()
    const events = relations.statisticsOfTable({ schema: 'public', name: 'endless' }, abort.signal)
    expect((await events.next()).value).toMatchObject({ kind: 'begun' })
    const next = events.next()
    abort.abort()
    await expect(next).rejects.toMatchObject({ code: 'QUERY_CANCELLED' })
  })
})

describe('a glance at a column', () => {
  const table = { schema: 'public', name: 'odd "orders' }

  it('tells rows, nulls, distinct values, the least and the greatest, exactly', async () => {
    expect(await relations.summaryOfColumn(table, 'the status')).toEqual({
      column: { name: 'the status', type: 'VARCHAR', kind: 'text' },
      rows: 1000, nulls: 100, distinct: 3, isExact: true, minimum: 'new', maximum: 'sent',
    })
    expect(await relations.summaryOfColumn(table, 'TOTAL')).toMatchObject({ minimum: '0.00', maximum: '9.99' })
    expect(await relations.summaryOfColumn(table, 'doc')).toMatchObject({ distinct: 2, minimum: null, maximum: null })
    expect(await relations.summaryOfColumn(table, 'gone')).toBeNull()
    await expect(relations.summaryOfColumn({ ...table, name: 'gone' }, 'id')).rejects.toMatchObject({ code: 'TABLE_MISSING' })
  })

  it('ends when it is cancelled', async () => {
    const abort = new AbortController()
    const glance = relations.summaryOfColumn({ schema: 'public', name: 'endless' }, 'n', abort.signal)
    setImmediate(() => abort.abort())
    await expect(glance).rejects.toMatchObject({ code: 'QUERY_CANCELLED' })
  })
})

describe('a result', () => {
  const sql = `SELECT * FROM "odd ""orders"`
  async function open(statement = sql): Promise<string> {
    const queryId = crypto.randomUUID()
    await queries.start({ queryId, engine: 'replica', sql: statement, pageRows: 10 })
    while (!queries.progress(queryId).complete) await queries.page(queryId, 0, 10)
    return queryId
  }
  const chart = async (settings: Partial<ChartSettings> & Pick<ChartSettings, 'kind' | 'x'>, statement?: string) =>
    relations.chartOfResult(await open(statement), {
      y: [], series: null, aggregate: 'none', bucket: 'auto', ...settings,
    })

  it('has the same statistics as its table', async () => {
    const ofResult = await statistics(relations.statisticsOfResult(await open()))
    expect(ofResult).toEqual(await statistics(relations.statisticsOfTable({ schema: 'public', name: 'odd "orders' })))
  })

  it('is grouped for a chart, the categories by their size', async () => {
    const data = await chart({ kind: 'bar', x: 'the status', y: ['total', 'id'], aggregate: 'sum' })
    expect(data.measures).toEqual(['sum(total)', 'sum(id)'])
    expect(data.rows).toHaveLength(4)
    expect(data.rows.find(([status]) => status === null)).toEqual([null, null, '495.00', '49500'])
    expect(await chart({ kind: 'bar', x: 'even' })).toMatchObject({
      measures: ['rows'], rows: [['false', null, '500'], ['true', null, '500']],
    })
  })

  it('has many instants put together, and says by what', async () => {
    const data = await chart({ kind: 'line', x: 'placed_at', y: ['total'], aggregate: 'avg' })
    expect(data).toMatchObject({ bucket: 'day', note: null })
    expect(data.rows).toHaveLength(42)
    expect(data.rows[0]![0]).toBe('2026-01-01')
    const months = await chart({ kind: 'line', x: 'placed_at', aggregate: 'count', bucket: 'month', series: 'even' })
    expect(months.rows).toEqual([
      ['2026-01-01', 'false', '372'], ['2026-01-01', 'true', '372'],
      ['2026-02-01', 'false', '128'], ['2026-02-01', 'true', '128'],
    ])
  })

  it('draws its rows as they are, and says where it cannot draw them all', async () => {
    const raw = await chart({ kind: 'line', x: 'n', y: ['m'] }, 'SELECT n, -n AS m FROM range(9000) t(n)')
    expect(raw.rows).toHaveLength(5000)
    expect(raw.rows[1]).toEqual(['1', null, '-1'])
    expect(raw.note).toContain('5000 of 9000')
    const many = await chart({ kind: 'bar', x: 'n', aggregate: 'count' }, 'SELECT n::VARCHAR AS n FROM range(90) t(n)')
    expect(many).toMatchObject({ note: 'The first 60 of 90 values of n.' })
    const points = await chart({ kind: 'scatter', x: 'n', y: ['m'] }, 'SELECT n, n AS m FROM range(9000) t(n)')
    expect([points.rows.length, points.note]).toEqual([5000, 'A random 5000 of 9000 rows.'])
  })

  it('gives heat map, pivot and histogram their cells', async () => {
    const pivot = await chart({ kind: 'pivot', x: 'the status', series: 'even', y: ['total'] })
    expect(pivot.measures).toEqual(['sum(total)'])
    expect(pivot.rows.find(([status, even]) => status === 'new' && even === 'true')).toEqual(['new', 'true', '663.36'])
    const bars = await chart({ kind: 'histogram', x: 'total' })
    expect(bars.rows[0]).toEqual(['0', '0.5', '50'])
  })

  it('tells that a chart draws columns that it has not', async () => {
    await expect(chart({ kind: 'line', x: 'gone', y: ['total'] })).rejects.toMatchObject({ code: 'CHART_COLUMN_MISSING' })
  })

  it('of the source is read by its own types', () => {
    const column = (type: string) => ({ name: 'x', type, kind: 'number' as const })
    expect(storedValueSql(column('numeric(12,2)'), 3, 'VARCHAR', 'source')).toBe('TRY_CAST(c3 AS DECIMAL(12,2))')
    expect(storedValueSql(column('numeric(60,2)'), 3, 'VARCHAR', 'source')).toBe('TRY_CAST(c3 AS DOUBLE)')
    expect(storedValueSql(column('bigint'), 0, 'VARCHAR', 'source')).toBe('TRY_CAST(c0 AS BIGINT)')
    expect(storedValueSql({ ...column('text'), kind: 'text' }, 0, 'VARCHAR', 'source')).toBe('c0')
  })
})
