import type { DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectSource } from '../../src/main/engine/source/connection.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { identifier } from '../../src/main/engine/store/sql.ts'
import type { PlannedColumn, TablePlan } from '../../src/main/engine/typemap/tablePlan.ts'
import { sharedPostgres, type PostgresMajor, type TestDatabase } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { comparableText, postgresTexts } from '../support/replicaText.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { findingsOf, verifySession } from '../support/verify.ts'
import { typeCases } from '../unit/engine/typemap/cases.ts'

/** So many of a table's columns, and so few tables, that every type stands in one. */
const COLUMNS_EACH = 14

/** By kind of key: its columns, and the value number `n`, which is another for each `n`. */
const keyKinds = {
  int: { columns: 'k int PRIMARY KEY', value: (n) => String(n * 7 - 50) },
  text: { columns: 'k text PRIMARY KEY', value: (n) => `'${['', 'A', 'a', ' a ', 'é', '\uFEFF', '"', "''", '\n'][n % 9]}${n < 9 ? '' : n}'` },
  uuid: { columns: 'k uuid PRIMARY KEY', value: (n) => `'${n.toString(16).padStart(8, 'f0')}-0000-4000-8000-000000000000'` },
  numeric: { columns: 'k numeric PRIMARY KEY', value: (n) => `${n - 9}.${'0'.repeat(n % 4)}5` },
  timestamptz: { columns: 'k timestamptz PRIMARY KEY', value: (n) => `timestamptz '2024-01-01 00:00Z' + ${n} * interval '1 hour 1 microsecond'` },
  bytea: { columns: 'k bytea PRIMARY KEY', value: (n) => `'\\x${n.toString(16).padStart(4, '0').repeat((n % 3) + 1)}'` },
  composite: { columns: 'k int, "K 2" text, PRIMARY KEY ("K 2", k)', value: (n) => `${n % 4}, 'part ${n}'` },
  'full without key': { columns: 'k int', value: (n) => String(n % 3) },
  none: { columns: 'k int', value: (n) => String(n % 3) },
} as const satisfies Record<string, { columns: string; value: (n: number) => string }>
type KeyKind = keyof typeof keyKinds

const isBag = (kind: KeyKind): boolean => kind === 'none' || kind === 'full without key'

/** What is done to a row of the replica behind the stream's back. */
const damage = fc.record({
  do: fc.constantFrom('lose', 'double', 'alter', 'alter', 'alter', 'add'),
  row: fc.nat(1000),
  column: fc.nat(1000),
  value: fc.option(fc.nat(1000), { freq: 5 }),
})
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never

const table = fc.record({
  key: fc.constantFrom(...(Object.keys(keyKinds) as KeyKind[])),
  /** A row's value of each column: a place among those of the type, or NULL. */
  rows: fc.array(fc.array(fc.option(fc.nat(1000), { freq: 5 }), { minLength: COLUMNS_EACH, maxLength: COLUMNS_EACH }), { minLength: 4, maxLength: 25 }),
  damages: fc.array(damage, { minLength: 3, maxLength: 9 }),
})

/** The same tables each time, and others on each major; MILLRACE_SEED draws new ones. */
const seedOf = (major: number): number => Number(process.env.MILLRACE_SEED ?? 0) * 100 + major

type Row = (string | null)[]

describe.each<PostgresMajor>([15, 18])('differences of any kind, in rows of any type, Postgres %i', (major) => {
  const cases = typeCases
    .map((typeCase, place) => {
      const isOwn = typeCase.setup?.some((sql) => !sql.startsWith('CREATE EXTENSION')) ?? false
      return { ...typeCase, schema: `case_${place}`, type: isOwn ? `case_${place}.${typeCase.sourceType}` : typeCase.sourceType }
    })
    .filter(({ values }) => values.length > 0)
  const seed = seedOf(major)
  const [order] = fc.sample(fc.shuffledSubarray(cases, { minLength: cases.length }), { seed, numRuns: 1 })
  // Every type stands in some table.
  const tables = fc.sample(table, { seed, numRuns: Math.ceil(cases.length / COLUMNS_EACH) }).map((drawn, place) => ({
    ...drawn,
    name: `t${place}`,
    columns: order!.slice(place * COLUMNS_EACH, (place + 1) * COLUMNS_EACH),
  }))
  type Table = (typeof tables)[number]
  let folder: TemporaryFolder
  let source: TestDatabase
  let client: pg.Client
  let session: ReplicaSession
  let connection: DuckDBConnection

  beforeAll(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(major).createDatabase()
    client = await connectSource(source.address, { purpose: 'test' })
    const setUps = cases.flatMap(({ schema, setup = [] }) => [
      `CREATE SCHEMA ${schema}`,
      `SET search_path = ${schema}, public`,
      ...setup.map((sql) => sql.replace(/^CREATE EXTENSION (\w+)$/, 'CREATE EXTENSION IF NOT EXISTS $1 SCHEMA public')),
    ])
    await client.query([...setUps, 'SET search_path = public', ...tables.flatMap(createStatements)].join(';\n'))
    session = await openReplica(folder.path, source, { tables: { include: ['public.*'], exclude: [] } })
    await session.whenCaughtUp()
    connection = await session.connectReplica()
  })
  afterAll(async () => {
    connection?.closeSync()
    await session?.close()
    await client?.end()
    await source.drop()
    await folder.remove()
  })

  function createStatements({ name, key, columns, rows }: Table): string[] {
    const own = columns.map(({ type }, place) => `c${place} ${type}`)
    const inserted = rows.map((values, n) => {
      const texts = columns.map(({ type, values: known }, place) => {
        const value = values[place]
        return value === null || value === undefined ? 'NULL' : `${pg.escapeLiteral(known[value % known.length]!)}::text::${type}`
      })
      return `INSERT INTO ${name} VALUES (${[keyKinds[key].value(n), ...texts].join(', ')})`
    })
    const [first, ...others] = keyKinds[key].columns.split(', PRIMARY')
    return [
      `CREATE TABLE ${name} (${[first, ...own].join(', ')}${others.length > 0 ? `, PRIMARY${others[0]}` : ''})`,
      ...(key === 'full without key' ? [`ALTER TABLE ${name} REPLICA IDENTITY FULL`] : []),
      ...inserted,
    ]
  }

  const planOf = ({ name }: Table): TablePlan => session.followedTables().find(({ plan }) => plan.name === name)!.plan
  const namesOf = (plan: TablePlan): string[] => plan.columns.map(({ sourceName }) => sourceName)

  async function sourceRows(drawn: Table): Promise<Row[]> {
    const plan = planOf(drawn)
    const values = plan.columns.map(({ sourceName }) => identifier(sourceName)).map((name) => `CASE WHEN num_nulls(${name}) = 0 THEN concat(${name}) END`)
    const { rows } = await client.query({ text: `SELECT ${values.join(', ')} FROM ${drawn.name}`, rowMode: 'array' })
    return (rows as Row[]).map((row) => row.map((value, place) => comparableText(plan.columns[place]!.plan.replicaType, value)))
  }

  async function replicaRows(drawn: Table): Promise<Row[]> {
    const columns: Row[] = []
    for (const { replicaName, plan } of planOf(drawn).columns) {
      columns.push(await postgresTexts(connection, `${drawn.name} ORDER BY rowid`, identifier(replicaName), plan.replicaType))
    }
    return columns[0]!.map((_, row) => columns.map((values) => values[row]!))
  }

  /** SQL for a value of the column, as the engine makes it from Postgres's text. */
  function valueSql({ plan }: PlannedColumn, text: string | null): string {
    if (text === null) return `CAST(NULL AS ${plan.replicaType})`
    const bytes = Buffer.from(text).toString('hex')
    return plan.convert(`CAST(decode(unhex('${bytes}')) AS ${plan.stageType})`)
  }

  async function plantIn(drawn: Table, { do: what, row, column, value }: Damage, n: number): Promise<void> {
    const { name, columns, key } = drawn
    const plan = planOf(drawn)
    const rowids = (await connection.runAndReadAll(`SELECT rowid FROM ${name} ORDER BY rowid`)).getRows().map(([rowid]) => String(rowid))
    if (rowids.length === 0) return
    const rowid = rowids[row % rowids.length]!
    const keyCount = plan.columns.length - columns.length
    const changed = async (place: number, sql: string, keeps: boolean): Promise<void> => {
      const target = identifier(plan.columns[place]!.replicaName)
      await connection.run(`CREATE TABLE main.changed AS SELECT * REPLACE (${sql} AS ${target}) FROM ${name} WHERE rowid = ${rowid}`)
      if (!keeps) await connection.run(`DELETE FROM ${name} WHERE rowid = ${rowid}`)
      await connection.run(`INSERT INTO ${name} SELECT * FROM main.changed`)
      await connection.run('DROP TABLE main.changed')
    }
    if (what === 'lose') await connection.run(`DELETE FROM ${name} WHERE rowid = ${rowid}`)
    else if (what === 'double') await connection.run(`INSERT INTO ${name} SELECT * FROM ${name} WHERE rowid = ${rowid}`)
    else if (what === 'alter') {
      const place = column % columns.length
      const { values } = columns[place]!
      await changed(keyCount + place, valueSql(plan.columns[keyCount + place]!, value === null ? null : values[value % values.length]!), false)
    } else {
      const { rows } = await client.query<{ text: string }>(`SELECT concat(${keyKinds[key].value(1000 + n).split(',')[0]}) AS text`)
      await changed(0, valueSql(plan.columns[0]!, rows[0]!.text), true)
    }
  }

  /** What differs, by another way than verify's: the rows of both sides as texts, put side by side here. */
  function differencesOf({ key, name }: Table, plan: TablePlan, there: readonly Row[], here: readonly Row[]): string[] {
    const names = namesOf(plan)
    if (isBag(key)) {
      const surplus = new Map<string, number>()
      for (const row of here) surplus.set(JSON.stringify(row), (surplus.get(JSON.stringify(row)) ?? 0) + 1)
      for (const row of there) surplus.set(JSON.stringify(row), (surplus.get(JSON.stringify(row)) ?? 0) - 1)
      const sum = (sign: number): number => [...surplus.values()].reduce((total, count) => total + Math.max(0, count * sign), 0)
      return [[sum(1), 'extra'], [sum(-1), 'missing']].filter(([rows]) => rows !== 0).map(([rows, kind]) => `${name}: ${kind} ${rows} rows`)
    }
    const keyNames = key === 'composite' ? ['K 2', 'k'] : ['k']
    const keyOf = (row: Row): string => keyNames.map((keyName) => row[names.indexOf(keyName)]).join('/')
    const differences: string[] = []
    for (const each of new Set([...there, ...here].map(keyOf))) {
      const wanted = there.find((row) => keyOf(row) === each)
      const found = here.filter((row) => keyOf(row) === each)
      if (!wanted || found.length > 1) differences.push(`${name}: extra ${each}`)
      else if (found.length === 0) differences.push(`${name}: missing ${each}`)
      else {
        const differing = names.filter((_, place) => found[0]![place] !== wanted[place])
        if (differing.length > 0) differences.push(`${name}: altered ${each}: ${differing.join(', ')}`)
      }
    }
    return differences.sort()
  }

  async function allDifferences(): Promise<string[]> {
    const all: string[] = []
    for (const drawn of tables) all.push(...differencesOf(drawn, planOf(drawn), await sourceRows(drawn), await replicaRows(drawn)))
    return all.sort()
  }

  async function verified(input: Parameters<typeof verifySession>[1]): Promise<{ found: string[]; outcomes: Set<string>; repaired: number }> {
    const verification = await verifySession(session, input)
    expect(verification).toMatchObject({ state: 'done', fault: null })
    expect(verification.tables.filter(({ outcome }) => outcome === 'not-verified').map(({ name, reason }) => [name, reason])).toEqual([])
    return {
      found: verification.tables.flatMap((each) => findingsOf(each).map((finding) => `${each.name}: ${finding}`)).sort(),
      outcomes: new Set(verification.tables.map(({ outcome }) => outcome)),
      repaired: verification.tables.reduce((sum, { rowsRepaired }) => sum + rowsRepaired, 0),
    }
  }

  it('each planted one is named, nothing else is, and mending mends them all', { timeout: 180_000 }, async () => {
    expect(await allDifferences()).toEqual([])
    expect(await verified({})).toMatchObject({ found: [], outcomes: new Set(['same']) })

    for (const drawn of tables) for (const [n, planted] of drawn.damages.entries()) await plantIn(drawn, planted, n)
    const planted = await allDifferences()
    expect(planted.length).toBeGreaterThan(30)
    const cheap = await verified({ mode: 'cheap' })
    expect(planted).toEqual(expect.arrayContaining(cheap.found))
    const full = await verified({})
    expect(full.found).toEqual(planted)

    const mended = await verified({ repair: true })
    expect(mended.found).toEqual(planted)
    expect([...mended.outcomes].filter((outcome) => outcome !== 'same')).toEqual(['repaired'])
    expect(await allDifferences()).toEqual([])
    expect(await verified({})).toMatchObject({ found: [], outcomes: new Set(['same']) })

    // What was mended takes the changes that come afterwards.
    for (const { name, key } of tables) {
      if (key === 'none') continue
      await client.query(`DELETE FROM ${name} WHERE ctid IN (SELECT ctid FROM ${name} ORDER BY ctid LIMIT 3); UPDATE ${name} SET k = k`)
    }
    await session.whenCaughtUp()
    expect(await allDifferences()).toEqual([])
  })

  it('a row whose key is NULL, which no source has, is extra', async () => {
    const keyed = tables.filter(({ key }) => !isBag(key))
    for (const { name } of keyed) await connection.run(`INSERT INTO ${name} (k) VALUES (NULL), (NULL)`)
    const expected = keyed.map(({ name }) => `${name}: extra 2 rows`).sort()
    expect((await verified({ mode: 'cheap', repair: true })).found).toEqual(expected)
    expect(await allDifferences()).toEqual([])
  })
})
