import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectSource } from '../../src/main/engine/source/connection.ts'
import type { Verification } from '../../src/main/contract/verify.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, type PostgresMajor, type TestDatabase } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { comparableText, postgresTexts } from '../support/replicaText.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'
import { findingsOf, plant, verifySession } from '../support/verify.ts'
import { typeCases } from '../unit/engine/typemap/cases.ts'

/** What fits an index of Postgres. */
const LONGEST_KEY = 1000

describe.each<PostgresMajor>([15, 18])('every type, followed from Postgres %i', (major) => {
  const cases = typeCases
    .filter(({ values }) => values.length > 0)
    .map((typeCase, place) => {
      const { setup = [], sourceType, refused, refusedFrom17 = [] } = typeCase
      const isOwn = setup.some((sql) => !sql.startsWith('CREATE EXTENSION'))
      return {
        ...typeCase,
        schema: `case_${place}`,
        column: `v${place}`,
        type: isOwn ? `case_${place}.${sourceType}` : sourceType,
        refused: major < 17 ? refused : [...refused, ...refusedFrom17],
        keys: typeCase.values.filter((value) => value.length <= LONGEST_KEY),
      }
    })
  type Case = (typeof cases)[number]
  const refusing = cases.filter(({ refused }) => refused.length > 0)
  const rowCount = Math.max(...cases.map(({ values }) => values.length)) + 1
  let folder: TemporaryFolder
  let source: TestDatabase
  let client: pg.Client
  let session: ReplicaSession
  /** Those that can be a key, each in a table `keys` of its own. */
  let keyed: Case[] = []

  beforeAll(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(major).createDatabase()
    client = await connectSource(source.address, { purpose: 'test' })
    const columnsOf = (chosen: readonly Case[]): string => chosen.map(({ column, type }) => `${column} ${type}`).join(', ')
    await client.query(
      [
        ...cases.flatMap(createKeys),
        `CREATE TABLE public.rows (id int PRIMARY KEY, ${columnsOf(cases)})`,
        ...insertRows('rows', 0, rowCount, valueAt),
        `CREATE TABLE public.bag (${columnsOf(cases)})`,
        'ALTER TABLE public.bag REPLICA IDENTITY FULL',
        `INSERT INTO public.bag SELECT ${cases.map(({ column }) => column).join(', ')} FROM public.rows, generate_series(1, 3)`,
        `CREATE TABLE public.unfit (id int PRIMARY KEY, ${columnsOf(refusing)})`,
        ...insertRows('unfit', 0, 6, refusedAt, refusing),
      ].join(';\n'),
    )
    const { rows } = await client.query<{ schema: string }>(`SELECT schemaname AS schema FROM pg_tables WHERE tablename = 'keys'`)
    keyed = cases.filter(({ schema }) => rows.some((row) => row.schema === schema))
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
  })
  afterAll(async () => {
    await session?.close()
    await client?.end()
    await source.drop()
    await folder.remove()
  })

  /** The value of row `n`: each of the type's in turn, and NULL. */
  function valueAt({ values }: Case, n: number): string | null {
    return values[n % (values.length + 1)] ?? null
  }

  function refusedAt({ values, refused }: Case, n: number): string | null {
    return [...refused, values[0]!, null][n % (refused.length + 2)]!
  }

  function literalOf({ type }: Case, value: string | null): string {
    return value === null ? `NULL::${type}` : `${pg.escapeLiteral(value)}::text::${type}`
  }

  function insertRows(table: string, from: number, count: number, at: typeof valueAt, chosen: readonly Case[] = cases): string[] {
    return Array.from({ length: count }, (_, n) => {
      const values = chosen.map((typeCase) => literalOf(typeCase, at(typeCase, n)))
      return `INSERT INTO public.${table} (id, ${chosen.map(({ column }) => column).join(', ')}) VALUES (${[from + n, ...values].join(', ')})`
    })
  }

  /** A table whose key the value is; none where Postgres cannot put the values in an order. What it holds equal comes once. */
  function createKeys(typeCase: Case): string[] {
    const { schema, type, setup = [], keys } = typeCase
    const statements = [
      `CREATE SCHEMA ${schema}`,
      `SET search_path = ${schema}, public`,
      ...setup.map((sql) => sql.replace(/^CREATE EXTENSION (\w+)$/, 'CREATE EXTENSION IF NOT EXISTS $1 SCHEMA public')),
    ]
    // Of the arrays that are all alike, one has to do.
    if (typeCase.isLikeElement && typeCase.sourceType !== 'money[]') return [...statements, 'SET search_path = public']
    return [
      ...statements,
      'SET search_path = public',
      `DO $do$ BEGIN
         CREATE TABLE ${schema}.keys (v ${type} PRIMARY KEY, n int);
         PERFORM v::${type} < v::${type} FROM ${given(keys)};
         INSERT INTO ${schema}.keys SELECT v::${type}, id FROM ${given(keys)} WHERE id % 2 = 0 ORDER BY id ON CONFLICT DO NOTHING;
       EXCEPTION WHEN undefined_object OR undefined_function THEN NULL; END $do$`,
    ]
  }

  function given(values: readonly string[]): string {
    return `(VALUES ${values.map((value, id) => `(${id}, ${pg.escapeLiteral(value)}::text)`).join(', ')}) AS given (id, v)`
  }

  async function changeKeys(statementOf: (typeCase: Case) => string): Promise<void> {
    await client.query(`BEGIN; ${keyed.map(statementOf).join(';\n')}; COMMIT`)
    await session.whenCaughtUp()
  }

  /** Every value of every row, as Postgres's text of it, read without regard to how it came. */
  async function expectSame(tables: readonly string[]): Promise<void> {
    const connection = await session.connectReplica()
    try {
      for (const table of tables) {
        const { columns } = session.followedTables().find(({ plan: { schema, name } }) => `${schema}.${name}` === table)!.plan
        const texts = columns.map(({ sourceName }) => `CASE WHEN num_nulls(${sourceName}) = 0 THEN concat(${sourceName}) END`)
        const { rows } = await client.query({ text: `SELECT ${texts.join(', ')} FROM ${table}`, rowMode: 'array' })
        const there = (rows as (string | null)[][]).map((row) => row.map((value, place) => comparableText(columns[place]!.plan.replicaType, value)))
        const here: (string | null)[][] = there.map(() => [])
        for (const { replicaName, plan } of columns) {
          const values = await postgresTexts(connection, `${table} ORDER BY rowid`, replicaName, plan.replicaType)
          for (const [place, value] of values.entries()) (here[place] ??= []).push(value)
        }
        expectSameRows(table, columns.map(({ sourceType }) => sourceType), here, there)
      }
    } finally {
      connection.closeSync()
    }
  }

  /** In any order; a failure names the types of the first row that nobody has. */
  function expectSameRows(table: string, types: readonly string[], here: (string | null)[][], there: (string | null)[][]): void {
    const sorted = (rows: (string | null)[][]): string[] => rows.map((row) => JSON.stringify(row)).sort()
    const [mine, theirs] = [sorted(here), sorted(there)]
    const place = theirs.findIndex((row, index) => row !== mine[index])
    if (place === -1 && mine.length === theirs.length) return
    const [found, wanted] = [mine[place], theirs[place]].map((row) => JSON.parse(row ?? '[]') as (string | null)[])
    const differing = types.flatMap((type, index) => (found![index] === wanted![index] ? [] : [[type, found![index], wanted![index]]]))
    expect({ table, rows: mine.length, differing: differing.slice(0, 5) }).toEqual({ table, rows: theirs.length, differing: [] })
  }

  const keyTables = (): string[] => keyed.map(({ schema }) => `${schema}.keys`)

  it('is copied as it is, also as a key and in a row without one', async () => {
    expect(keyed.length).toBeGreaterThan(60)
    await expectSame(['public.rows', 'public.bag', ...keyTables()])
  })

  it('is streamed as it is: inserted, changed from every value to the next, of equal rows one removed', async () => {
    const turned = (n: number): string => cases.map((typeCase) => `${typeCase.column} = ${literalOf(typeCase, valueAt(typeCase, n + 1))}`).join(', ')
    await client.query(
      [
        'BEGIN',
        ...Array.from({ length: rowCount }, (_, n) => `UPDATE public.rows SET ${turned(n)} WHERE id = ${n}`),
        ...insertRows('rows', 1000, rowCount, valueAt),
        `DELETE FROM public.bag WHERE ctid IN (SELECT min(ctid) FROM public.bag GROUP BY bag::text)`,
        'COMMIT',
      ].join(';\n'),
    )
    await session.whenCaughtUp()
    await expectSame(['public.rows', 'public.bag'])
  })

  it('names its row as a key, also where Postgres holds another text of it equal', async () => {
    await changeKeys(
      ({ schema, type, keys }) => `
        INSERT INTO ${schema}.keys SELECT v::${type}, id FROM ${given(keys)} WHERE id % 2 = 1 ORDER BY id ON CONFLICT DO NOTHING;
        UPDATE ${schema}.keys SET n = n + 100`,
    )
    await expectSame(keyTables())
    await changeKeys(
      ({ schema, type, keys }) => `
        UPDATE ${schema}.keys SET v = given.v::${type} FROM ${given(keys)} WHERE keys.v = given.v::${type} AND concat(keys.v) <> given.v AND id % 2 = 1;
        DELETE FROM ${schema}.keys WHERE n % 5 = 0`,
    )
    await expectSame(keyTables())
  })

  it('turns its column to text where it does not fit, by copy and by stream', async () => {
    const textColumns = (table: string): string[] =>
      session.followedTables().find(({ plan }) => plan.name === table)!.plan.columns.filter(({ plan }) => plan.replicaType === 'VARCHAR').map(({ sourceName }) => sourceName)
    const columns = refusing.map(({ column }) => column)
    expect(textColumns('unfit')).toEqual(columns)
    await expectSame(['public.unfit'])
    await client.query(`BEGIN; ${insertRows('rows', 2000, 6, refusedAt, refusing).join(';\n')}; COMMIT`)
    await until('the table is parked', () => session.live().tables.find(({ name }) => name === 'rows')?.state === 'errored')
    await session.resyncTable({ schema: 'public', name: 'rows' })
    await until('the table is copied again', () => session.live().tables.find(({ name }) => name === 'rows')?.state === 'ready')
    expect(textColumns('rows')).toEqual(expect.arrayContaining(columns))
    await session.whenCaughtUp()
    await expectSame(['public.rows'])
  })

  it('is found by verify where it is the key of a row that is missing, altered or extra, and mended', { timeout: 180_000 }, async () => {
    const input = { tables: { include: ['case_*.keys'], exclude: [] } }
    expect(wrongOf(await verifySession(session, input))).toEqual([])
    const numbers = await client.query<{ schema: string; numbers: number[] }>(
      keyed.map(({ schema }) => `SELECT '${schema}' AS schema, ARRAY(SELECT n FROM ${schema}.keys ORDER BY n) AS numbers`).join(' UNION ALL '),
    )
    const chosen = numbers.rows.filter((row) => row.numbers.length >= 3).map((row) => ({ schema: row.schema, lost: row.numbers[0], altered: row.numbers[1], kept: row.numbers[2] }))
    const expected = new Map(chosen.map(({ schema }) => [schema, ['altered', 'extra', 'missing']]))
    const plantEach = (statements: (row: (typeof chosen)[0]) => string[]): Promise<void> => plant(session, ...chosen.flatMap(statements))
    await plantEach(({ schema, kept }) => [`CREATE TABLE main.kept_${schema} AS SELECT * FROM ${schema}.keys WHERE n = ${kept}`])
    await client.query(chosen.map(({ schema, kept }) => `DELETE FROM ${schema}.keys WHERE n = ${kept}`).join('; '))
    await session.whenCaughtUp()
    await plantEach(({ schema, lost, altered }) => [
      `DELETE FROM ${schema}.keys WHERE n = ${lost}`,
      `UPDATE ${schema}.keys SET n = -1 WHERE n = ${altered}`,
      `INSERT INTO ${schema}.keys SELECT * FROM main.kept_${schema}`,
    ])
    expect(expected.size).toBeGreaterThan(25)
    const found = await verifySession(session, { ...input, repair: true })
    const kinds = found.tables.filter(({ differences }) => differences.length > 0).map((table) => [table.schema, findingsOf(table).map((text) => text.split(' ')[0])])
    expect(kinds.sort()).toEqual([...expected].sort())
    expect(found.tables.filter(({ outcome }) => outcome === 'repaired')).toHaveLength(expected.size)
    expect(wrongOf(await verifySession(session, input))).toEqual([])
    await expectSame(keyTables())
  })

  /** Type, outcome and findings of each table that is not the same. */
  function wrongOf({ tables }: Verification): string[][] {
    return tables
      .filter(({ outcome }) => outcome !== 'same')
      .map((table) => [cases.find(({ schema }) => schema === table.schema)!.sourceType, table.outcome, ...findingsOf(table), table.reason ?? ''])
  }
})
