import type pg from 'pg'
import { isTransientSourceError } from '../../src/main/engine/source/faults.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourceRelation } from '../../src/main/engine/model/relation.ts'
import { followsOf, obstacleOf, readSourceTables } from '../../src/main/engine/source/catalog.ts'
import { connectSource } from '../../src/main/engine/source/connection.ts'
import {
  alterPublications,
  createPublications,
  dropPublications,
  missingPublications,
  readPublicationTables,
} from '../../src/main/engine/source/publication.ts'
import { sharedPostgres, type PostgresMajor, type TestDatabase } from '../support/postgres.ts'

const majors: PostgresMajor[] = [15, 18]

const schema = `
CREATE DOMAIN short_text AS varchar(10);
CREATE DOMAIN code AS short_text CHECK (value <> '');
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE DOMAIN whole_numbers AS int[];
CREATE TABLE typed (
  id bigint PRIMARY KEY, price numeric(12,2) NOT NULL, code code, mood mood, moods mood[], numbers whole_numbers,
  dropped int, twice numeric GENERATED ALWAYS AS (price * 2) STORED);
ALTER TABLE typed DROP COLUMN dropped;
CREATE TABLE keyless (x int);
CREATE TABLE deferred_key (id int PRIMARY KEY DEFERRABLE);
CREATE TABLE silent (id int PRIMARY KEY); ALTER TABLE silent REPLICA IDENTITY NOTHING;
CREATE TABLE whole (x int, y text); ALTER TABLE whole REPLICA IDENTITY FULL;
CREATE TABLE whole_generated (x int, y int GENERATED ALWAYS AS (x) STORED); ALTER TABLE whole_generated REPLICA IDENTITY FULL;
CREATE TABLE by_index (a int NOT NULL, b int NOT NULL, c int, UNIQUE (b, a));
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_b_a_key;
CREATE TABLE lost_index (a int NOT NULL UNIQUE); ALTER TABLE lost_index REPLICA IDENTITY USING INDEX lost_index_a_key;
ALTER TABLE lost_index DROP CONSTRAINT lost_index_a_key;
CREATE TABLE days (id int, day date, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE days_2020 PARTITION OF days FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE days_later PARTITION OF days FOR VALUES FROM ('2021-01-01') TO (MAXVALUE) PARTITION BY RANGE (day);
CREATE TABLE days_2021 PARTITION OF days_later FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE whole_days (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE whole_days_2020 PARTITION OF whole_days FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
ALTER TABLE whole_days REPLICA IDENTITY FULL; ALTER TABLE whole_days_2020 REPLICA IDENTITY FULL;
CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY);
CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child () INHERITS (parent);
CREATE SCHEMA "Odd.Schema"; CREATE TABLE "Odd.Schema"."Weird ""name" ("Col umn" int PRIMARY KEY);
CREATE TABLE guarded (id int PRIMARY KEY); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE VIEW not_a_table AS SELECT 1 AS one;
INSERT INTO days SELECT i, date '2020-01-01' + i FROM generate_series(1, 500) AS i;
ANALYZE;`

const tables = [
  'Odd.Schema.Weird "name', 'public.by_index', 'public.child', 'public.days', 'public.deferred_key', 'public.guarded',
  'public.keyless', 'public.lost_index', 'public.parent', 'public.scratch', 'public.silent', 'public.typed',
  'public.whole', 'public.whole_days', 'public.whole_generated',
]

describe.each(majors)('on Postgres %i', (major) => {
  let database: TestDatabase
  let client: pg.Client
  let relations: SourceRelation[]
  const named = (name: string): SourceRelation => relations.find((relation) => relation.name === name)!

  beforeAll(async () => {
    database = await sharedPostgres(major).createDatabase()
    client = await connectSource(database.address, { purpose: 'test' })
    await client.query(schema)
    await client.query('CREATE TEMPORARY TABLE passing (id int)')
    relations = await readSourceTables(client)
  })
  afterAll(async () => {
    await client.end()
    await database.drop()
  })

  test('every user table is listed once: roots without their partitions, children, nothing temporary', () => {
    expect(relations.map((relation) => `${relation.schema}.${relation.name}`).sort()).toEqual([...tables].sort())
  })

  test('columns carry the type under all domains, array elements and enum labels, and keep their numbers', () => {
    const { columns } = named('typed')
    const outline = columns.map((column) => [column.attnum, column.name, column.typeName, column.generated])
    expect(outline).toEqual([
      [1, 'id', 'bigint', ''],
      [2, 'price', 'numeric(12,2)', ''],
      [3, 'code', 'code', ''],
      [4, 'mood', 'mood', ''],
      [5, 'moods', 'mood[]', ''],
      [6, 'numbers', 'whole_numbers', ''],
      [8, 'twice', 'numeric', 's'],
    ])
    expect(columns[2]).toMatchObject({ typeKind: 'd', baseTypeOid: 1043, baseTypmod: 14, baseTypeKind: 'b', nullable: true })
    expect(columns[3]).toMatchObject({ typeKind: 'e', enumLabels: ['sad', 'ok', 'glad'] })
    expect(columns[4]).toMatchObject({ elementTypeKind: 'e', enumLabels: ['sad', 'ok', 'glad'] })
    expect(columns[5]).toMatchObject({ typeKind: 'd', baseTypeOid: 1007, elementTypeOid: 23, elementTypeKind: 'b' })
    expect(columns[1]).toMatchObject({ typeOid: 1700, baseTypeOid: 1700, nullable: false, elementTypeOid: null })
  })

  test('a partitioned table is as large as its partitions, at any depth', () => {
    expect(named('days')).toMatchObject({ kind: 'partitioned', primaryKey: [2, 1], identityKey: [2, 1], estimatedRows: 500 })
    expect(named('days').totalBytes).toBeGreaterThan(8192)
  })

  test.each<[string, number[], string | null]>([
    ['typed', [1], null],
    ['whole', [1, 2], null],
    ['by_index', [2, 1], null],
    ['keyless', [], 'no-primary-key'],
    ['deferred_key', [], 'deferrable-primary-key'],
    ['silent', [], 'identity-nothing'],
    ['lost_index', [], 'identity-index-missing'],
    ['whole_days', [], 'partitions-differ'],
    ['child', [], 'no-primary-key'],
  ])('the identity of %s is known', (name, identityKey, identityGap) => {
    expect(named(name)).toMatchObject({ identityKey, identityGap })
  })

  test('a table is known by its OID, a partition too, and one that is gone is left out', async () => {
    const { rows } = await client.query(`SELECT 'days_2020'::regclass::oid AS oid`)
    const found = await readSourceTables(client, { oids: [named('typed').oid, rows[0].oid, 4_000_000_000] })
    expect(found.map((relation) => [relation.name, relation.isPartition])).toEqual([['days_2020', true], ['typed', false]])
  })

  test('a table that is locked exclusively does not hold the listing up', async () => {
    const other = await connectSource(database.address, { purpose: 'test' })
    await other.query('BEGIN; LOCK TABLE typed IN ACCESS EXCLUSIVE MODE')
    await client.query(`SET statement_timeout = '5s'`)
    expect(await readSourceTables(client)).toHaveLength(tables.length)
    await client.query('RESET statement_timeout; SET statement_timeout = 0')
    await other.query('ROLLBACK')
    await other.end()
  })

  test('what a role may not read, publish or see in full is known beforehand', async () => {
    const role = `limited_${process.pid}_${major}`
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`)
    await client.query(`GRANT SELECT ON typed, guarded TO ${role}`)
    const limited = await connectSource({ ...database.address, user: role, password: 'x' }, { purpose: 'test' })
    const seen = await readSourceTables(limited)
    const obstacles = Object.fromEntries(seen.map((relation) => [relation.name, obstacleOf(relation)]))
    expect(obstacles).toMatchObject({ typed: 'not-owner', keyless: 'no-select', 'Weird "name': 'no-select', scratch: 'unlogged' })
    expect(seen.find((relation) => relation.name === 'guarded')).toMatchObject({ rowSecurityApplies: true, canSelect: true })
    expect(named('guarded')).toMatchObject({ hasRowSecurity: true, rowSecurityApplies: false })
    await limited.end()
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  describe('publications', () => {
    const name = 'test "publication"'
    const followed = (): SourceRelation[] => relations.filter((relation) => followsOf(relation) !== 'nothing')
    const list = async (): Promise<string[]> =>
      (await readPublicationTables(client, [name, `${name}_inserts`])).map(
        (table) => `${table.name} ${table.publishesUpdates ? 'every change' : 'inserts'}`,
      )

    test('split the tables by what can be followed, and no update on the source fails', async () => {
      const { names } = await createPublications(client, { name, followed: followed() })
      expect(names).toEqual([name, `${name}_inserts`])
      const published = await list()
      const keyed = ['typed', 'whole', 'by_index', 'days', 'parent', 'Weird "name', 'guarded']
      const wholeGenerated = `whole_generated ${major >= 18 ? 'inserts' : 'every change'}`
      const keyless = ['keyless', 'deferred_key', 'silent', 'lost_index', 'whole_days', 'child']
      expect(published.sort()).toEqual(
        [...keyed.map((table) => `${table} every change`), ...keyless.map((table) => `${table} inserts`), wholeGenerated].sort(),
      )
      await client.query(`INSERT INTO keyless VALUES (1); INSERT INTO whole_generated VALUES (1);
        INSERT INTO whole_days VALUES (1, '2020-05-05'); INSERT INTO silent VALUES (1); INSERT INTO child VALUES (1);
        INSERT INTO deferred_key VALUES (1); INSERT INTO lost_index VALUES (1)`)
      for (const table of ['keyless', 'whole_generated', 'whole_days', 'silent', 'child', 'deferred_key', 'lost_index', 'days', 'typed']) {
        await client.query(`UPDATE ${table} SET ${table === 'keyless' || table === 'whole_generated' ? 'x = 2' : table === 'lost_index' ? 'a = 2' : 'id = id + 1000'}`)
        await client.query(`DELETE FROM ${table}`)
      }
    })

    test('a taken name is refused and leaves nothing half made', async () => {
      const again = createPublications(client, { name, followed: followed() })
      await expect(again).rejects.toMatchObject({ code: 'PUBLICATION_NAME_TAKEN' })
      const other = createPublications(client, { name: 'x'.repeat(60), followed: followed() })
      await expect(other).rejects.toMatchObject({ code: 'INPUT_INVALID' })
      expect(await missingPublications(client, [name, 'x'.repeat(60)])).toEqual(['x'.repeat(60)])
    })

    test('a table that was renamed since the catalog was read is told apart, to be asked for again', async () => {
      const renamed = createPublications(client, { name: 'too_late', followed: [{ ...named('typed'), name: 'typed_before' }] })
      const fault: unknown = await renamed.catch((error: unknown) => error)
      expect(fault).toMatchObject({ code: 'TABLE_CHANGED' })
      expect(isTransientSourceError(fault)).toBe(true)
      expect(await missingPublications(client, ['too_late'])).toEqual(['too_late'])
    })

    test('a table goes to the publication that fits its identity, also when that has changed', async () => {
      await client.query('ALTER TABLE keyless REPLICA IDENTITY FULL')
      const [keyless] = await readSourceTables(client, { oids: [named('keyless').oid] })
      await alterPublications(client, { name, add: [keyless!], remove: [named('typed'), named('parent')] })
      const published = await list()
      expect(published).toContain('keyless every change')
      expect(published).not.toContain('keyless inserts')
      expect(published.filter((table) => /^(typed|parent) /.test(table))).toEqual([])
      await alterPublications(client, { name, add: [named('typed')] })
      expect(await list()).toContain('typed every change')
    })

    test('a row filter or a column list that somebody has set is seen', async () => {
      await client.query(`ALTER PUBLICATION "test ""publication""" SET TABLE typed (id, price) WHERE (id > 5)`)
      const published = await readPublicationTables(client, [name])
      expect(published).toMatchObject([{ name: 'typed', hasRowFilter: true, columnList: [1, 2], viaPartitionRoot: true }])
    })

    test('dropping answers what was there, and may be repeated', async () => {
      expect(await dropPublications(client, [name, `${name}_inserts`])).toEqual([name, `${name}_inserts`])
      expect(await dropPublications(client, [name, `${name}_inserts`])).toEqual([])
      expect(await missingPublications(client, [name])).toEqual([name])
    })

    test('both are made, so that a stream knows their names before a table needs the second one', async () => {
      expect(await createPublications(client, { name: 'one', followed: [named('typed')] })).toEqual({ names: ['one', 'one_inserts'] })
      await alterPublications(client, { name: 'one', add: [named('silent')] })
      const published = await readPublicationTables(client, ['one', 'one_inserts'])
      expect(published.map((table) => [table.publication, table.name])).toEqual([['one_inserts', 'silent'], ['one', 'typed']])
      expect(await dropPublications(client, ['one', 'one_inserts'])).toHaveLength(2)
    })
  })
})

test('more tables than one transaction may lock are published, and dropped, all the same', async () => {
  const database = await sharedPostgres(18).createDatabase()
  const client = await connectSource(database.address, { purpose: 'test' })
  const statements = Array.from({ length: 1200 }, (_, index) => `CREATE TABLE many_${index} (id int${index % 5 === 0 ? '' : ' PRIMARY KEY'})`)
  await client.query(statements.join(';'))
  const { names } = await createPublications(client, { name: 'many', followed: await readSourceTables(client) })
  const published = await readPublicationTables(client, names)
  expect(published.filter((table) => table.publication === 'many')).toHaveLength(960)
  expect(published.filter((table) => table.publication === 'many_inserts')).toHaveLength(240)
  expect(await dropPublications(client, names)).toEqual(names)
  expect(await missingPublications(client, names)).toEqual(names)
  await client.end()
  await database.drop()
})
