import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceColumn } from '../../src/main/engine/model/relation.ts'
import { readSourceTables } from '../../src/main/engine/source/catalog.ts'
import { connectSource } from '../../src/main/engine/source/connection.ts'
import { CopyConnection } from '../../src/main/engine/source/tableCopy.ts'
import { planAsText, planColumn } from '../../src/main/engine/typemap/index.ts'
import { builtInTypes } from '../../src/main/engine/typemap/table.ts'
import { sharedPostgres, type PostgresMajor, type TestDatabase } from '../support/postgres.ts'
import { comparableText, postgresTexts } from '../support/replicaText.ts'
import { typeCases } from '../unit/engine/typemap/cases.ts'
import { openStaging, type Staging } from '../unit/engine/typemap/staging.ts'
import type { TypeCase } from '../unit/engine/typemap/typeCase.ts'

/** Values by the thousand that no one would think of, made by Postgres itself. */
const bulk: Record<string, string> = {
  real: `(random() * 10 ^ (random() * 76 - 38))::real * CASE WHEN random() < 0.5 THEN -1 ELSE 1 END`,
  'double precision': `random() * 10 ^ (random() * 600 - 300) * CASE WHEN random() < 0.5 THEN -1 ELSE 1 END`,
  date: `'4713-01-01 BC'::date + (random() * 8000000)::integer`,
  'timestamp without time zone': 
    `timestamp '4713-01-01 BC' + random() * 2500000 * interval '1 day' + random() * interval '1 second'`,
  'timestamp with time zone': 
    `timestamptz '4713-01-01 00:00+00 BC' + random() * 2500000 * interval '24 hours' + random() * interval '1 second'`,
  interval: `make_interval(
    months => (random() * 4000 - 2000)::integer,
    days => (random() * 4000 - 2000)::integer,
    secs => random() * 2000000 - 1000000)`,
  'time without time zone': `time '00:00' + random() * interval '24 hours'`,
  uuid: `gen_random_uuid()`,
  bytea: `decode(repeat(md5(random()::text), (random() * 20)::integer), 'hex')`,
  'numeric(20,2)': `((random() - 0.5) * 10 ^ (random() * 18))::numeric(20,2)`,
  'numeric(38,10)': `((random() - 0.5) * 10 ^ (random() * 28))::numeric(38,10)`,
  'text[]': `ARRAY(
    SELECT CASE WHEN random() < 0.2 THEN NULL ELSE
      translate(substr(md5(random()::text), 1, (random() * 8)::integer), '0123456789', E'"\\\\{}, \\n\\r''[') END
    FROM generate_series(1, (random() * 5 + n * 0)::integer))`,
  'text': `translate(substr(md5(random()::text), 1, (random() * 12)::integer), '012345678', E'"\\\\{},\\n\\r '';')`,
}
const BULK_ROWS = 3000

describe.each<PostgresMajor>([15, 18])('on Postgres %i', (major) => {
  let database: TestDatabase
  let copy: CopyConnection
  let staging: Staging
  const columns = new Map<string, SourceColumn>()
  const cases = typeCases.filter(({ values }) => values.length > 0)
  const tableOf = ({ sourceType }: TypeCase): string =>
    `case_${typeCases.findIndex((typeCase) => typeCase.sourceType === sourceType)}.t`

  beforeAll(async () => {
    staging = await openStaging()
    database = await sharedPostgres(major).createDatabase()
    const statements = cases.flatMap((typeCase) => {
      const schema = tableOf(typeCase).split('.')[0]!
      return [
        `CREATE SCHEMA ${schema}`,
        `SET search_path = ${schema}, public`,
        ...(typeCase.setup ?? []).map((sql) =>
          sql.replace(/^CREATE EXTENSION (\w+)$/, 'CREATE EXTENSION IF NOT EXISTS $1 SCHEMA public'),
        ),
        `CREATE TABLE t (id integer PRIMARY KEY, v ${typeCase.sourceType})`,
      ]
    })
    await database.query(statements.join(';\n'))
    const client = await connectSource(database.address, { purpose: 'test' })
    for (const table of await readSourceTables(client)) columns.set(`${table.schema}.${table.name}`, table.columns[1]!)
    copy = new CopyConnection(client)
  })
  afterAll(async () => {
    copy.close()
    staging.close()
    await database.drop()
  })

  async function copied(select: string): Promise<Buffer> {
    const rows: Buffer[] = []
    await copy.copyOut(`COPY (${select}) TO STDOUT (FORMAT csv)`, {
      onRow: (bytes, start, end) => rows.push(Buffer.from(bytes.subarray(start, end))),
      onDrained: () => undefined,
    })
    return Buffer.concat(rows)
  }

  async function fill(typeCase: TypeCase, values: readonly (string | null)[]): Promise<void> {
    const table = tableOf(typeCase)
    const rows = values.map((value, id) => `(${id}, ${value === null ? 'NULL' : pg.escapeLiteral(value)}::text)`)
    await database.query(
      `SET search_path = ${table.split('.')[0]}, public; TRUNCATE t;
       INSERT INTO t SELECT id, v::${typeCase.sourceType} FROM (VALUES ${rows.join(', ')}) AS given (id, v)`,
    )
  }

  it('knows every type of the catalog', async () => {
    const { rows } = await database.query<{ oid: number; array: number }>(
      `SELECT oid::integer, typarray::integer AS array FROM pg_type
       WHERE typtype = 'b' AND oid < 10000 AND typcategory <> 'A' OR typname IN ('int2vector', 'oidvector')`,
    )
    const known = Object.values(builtInTypes).map(([oid, array]) => ({ oid, array }))
    const byOid = (first: { oid: number }, second: { oid: number }): number => first.oid - second.oid
    expect(known.sort(byOid)).toEqual(rows.map(({ oid, array }) => ({ oid, array })).sort(byOid))
  })

  describe.each(cases)('$sourceType', (typeCase) => {
    it('comes out of COPY and into the replica unchanged', async () => {
      const column = columns.get(tableOf(typeCase))!
      const plan = planColumn(column)
      expect(JSON.stringify(plan)).toBe(JSON.stringify(planColumn(typeCase.column)))
      const values = [null, ...typeCase.values]
      await fill(typeCase, values)
      await staging.load(await copied(`SELECT id, v FROM ${tableOf(typeCase)} ORDER BY id`), plan)
      const back = await postgresTexts(staging.connection, 'stored ORDER BY id', 'v', plan.replicaType)
      expect(back).toEqual(values.map((value) => comparableText(plan.replicaType, value)))
    })
  })

  const refusing = cases
    .map(({ refused, refusedFrom17 = [], ...rest }) => ({
      ...rest,
      refused: major < 17 ? refused : [...refused, ...refusedFrom17],
    }))
    .filter(({ refused }) => refused.length > 0)

  describe.each(refusing)('$sourceType', (typeCase) => {
    it('turns to text where DuckDB cannot hold a value', async () => {
      const column = columns.get(tableOf(typeCase))!
      await fill(typeCase, typeCase.refused)
      for (const id of typeCase.refused.keys()) {
        const csv = await copied(`SELECT id, v FROM ${tableOf(typeCase)} WHERE id = ${id}`)
        await expect(staging.load(csv, planColumn(column)), typeCase.refused[id]).rejects.toThrow(/Error/)
      }
      const csv = await copied(`SELECT id, v FROM ${tableOf(typeCase)} ORDER BY id`)
      await staging.load(csv, planAsText(column, 'out of range'))
      const back = await postgresTexts(staging.connection, 'stored ORDER BY id', 'v', 'VARCHAR')
      expect(back).toEqual(typeCase.refused)
    })
  })

  it.each(Object.keys(bulk))('thousands of values of %s come through unchanged', async (sourceType) => {
    const typeCase = typeCases.find((candidate) => candidate.sourceType === sourceType)!
    const table = tableOf(typeCase)
    await database.query(
      `TRUNCATE ${table};
       INSERT INTO ${table} SELECT n, ${bulk[sourceType]} FROM generate_series(1, ${BULK_ROWS}) AS n`,
    )
    const plan = planColumn(typeCase.column)
    await staging.load(await copied(`SELECT id, v FROM ${table} ORDER BY id`), plan)
    const back = await postgresTexts(staging.connection, 'stored ORDER BY id', 'v', plan.replicaType)
    const asText = await copied(`SELECT id, v::text FROM ${table} ORDER BY id`)
    await staging.load(asText, planAsText(typeCase.column, 'Text.'))
    const texts = await postgresTexts(staging.connection, 'stored ORDER BY id', 'v', 'VARCHAR')
    expect(new Set(texts).size).toBeGreaterThan(BULK_ROWS / 10)
    expect(back).toEqual(texts.map((text) => comparableText(plan.replicaType, text)))
  })
})
