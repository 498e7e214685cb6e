import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'

/** When the change comes: between rows, alone, in one transaction with rows, while Millrace is away. */
const present = ['between rows', 'alone', 'among rows'] as const
const absent = ['away', 'away among rows'] as const
const moments = [...present, ...absent]
type Moment = (typeof moments)[number]

/** A change of the table `t`, which has rows 1 to 50 unless `before` says otherwise. */
interface Case {
  name: string
  before?: string
  change: string
  rowsBefore?: string
  rowsAfter?: string
  outcome: 'applied' | 'copied again' | 'none'
  /** What the first change is called. */
  words?: string
  /** The replica's columns afterwards. */
  columns: string
}

const table = `CREATE TABLE t (id int PRIMARY KEY, a text, b numeric(10,2), c varchar(20));
  INSERT INTO t SELECT n, 'a' || n, n / 4.0, 'c' || n FROM generate_series(1, 50) n`
const rowsBefore = `INSERT INTO t (id, a) VALUES (60, 'before'); UPDATE t SET a = 'updated before' WHERE id < 10; DELETE FROM t WHERE id = 11`
const rowsAfter = `INSERT INTO t (id) VALUES (70); UPDATE t SET id = id WHERE id BETWEEN 5 AND 15; DELETE FROM t WHERE id = 12; DELETE FROM t WHERE id = 60`

const cases: Case[] = [
  { name: 'a nullable column is added', change: 'ALTER TABLE t ADD d int', outcome: 'applied', words: 'add column d integer', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d INTEGER' },
  { name: 'a column with a constant default is added', change: `ALTER TABLE t ADD d numeric(12,2) NOT NULL DEFAULT 7.5, ADD e timestamptz DEFAULT '2001-02-03 04:05:06+00', ADD f text DEFAULT '', ADD g text[] DEFAULT '{"a,b",NULL}', ADD h bytea DEFAULT '\\x00ff'`, outcome: 'applied', words: 'add column d numeric(12,2) default 7.50', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d DECIMAL(12,2), e TIMESTAMP WITH TIME ZONE, f VARCHAR, g VARCHAR[], h BLOB' },
  { name: 'a column is added, whose default changes afterwards', change: `ALTER TABLE t ADD d int DEFAULT 5; ALTER TABLE t ALTER d SET DEFAULT 6`, outcome: 'applied', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d INTEGER' },
  { name: 'a column gets a default after it was added', change: `ALTER TABLE t ADD d int; ALTER TABLE t ALTER d SET DEFAULT 6`, outcome: 'applied', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d INTEGER' },
  { name: 'a column with a volatile default is added', change: 'ALTER TABLE t ADD d double precision DEFAULT random()', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d DOUBLE' },
  { name: 'an identity column is added', change: 'ALTER TABLE t ADD d bigint GENERATED ALWAYS AS IDENTITY', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d BIGINT' },
  { name: 'a column is dropped', change: 'ALTER TABLE t DROP b', outcome: 'applied', words: 'drop column b', columns: 'id INTEGER, a VARCHAR, c VARCHAR' },
  { name: 'a column is renamed', change: 'ALTER TABLE t RENAME a TO renamed', rowsAfter: `INSERT INTO t (id, renamed) VALUES (70, 'r')`, outcome: 'applied', words: 'rename column a to renamed', columns: 'id INTEGER, renamed VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { name: 'two columns swap their names', change: 'ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME c TO a; ALTER TABLE t RENAME x TO c', rowsAfter: `INSERT INTO t (id, a, c) VALUES (70, 'was c', 'was a')`, outcome: 'applied', columns: 'id INTEGER, c VARCHAR, b DECIMAL(10,2), a VARCHAR' },
  { name: 'the key is renamed', change: 'ALTER TABLE t RENAME id TO key', rowsAfter: `INSERT INTO t (key) VALUES (70); DELETE FROM t WHERE key = 3`, outcome: 'applied', columns: 'key INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { name: 'a type is widened without a rewrite', change: 'ALTER TABLE t ALTER b TYPE numeric(14,2), ALTER c TYPE text', outcome: 'applied', words: 'change type of b from numeric(10,2) to numeric(14,2)', columns: 'id INTEGER, a VARCHAR, b DECIMAL(14,2), c VARCHAR' },
  { name: 'a numeric loses its precision', change: 'ALTER TABLE t ALTER b TYPE numeric', outcome: 'applied', columns: 'id INTEGER, a VARCHAR, b VARCHAR, c VARCHAR' },
  { name: 'a type is changed with a rewrite', change: 'ALTER TABLE t ALTER b TYPE text USING b::text', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b VARCHAR, c VARCHAR' },
  { name: 'an integer is widened, by whatever expression', change: 'ALTER TABLE t ALTER id TYPE bigint USING id + 1000', outcome: 'copied again', columns: 'id BIGINT, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { name: 'values are rewritten and the type is the same', change: 'ALTER TABLE t ALTER b TYPE numeric(10,2) USING b * 2', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { name: 'a column is dropped and made anew at another place', change: 'ALTER TABLE t DROP a; ALTER TABLE t ADD a text', outcome: 'applied', columns: 'id INTEGER, b DECIMAL(10,2), c VARCHAR, a VARCHAR' },
  { name: 'a column is dropped and made anew at its place', change: 'ALTER TABLE t DROP c; ALTER TABLE t ADD c varchar(20)', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { name: 'several things change at once', change: `ALTER TABLE t DROP b; ALTER TABLE t RENAME a TO z; ALTER TABLE t ADD d int DEFAULT 3; ALTER TABLE t ADD b boolean`, outcome: 'applied', columns: 'id INTEGER, z VARCHAR, c VARCHAR, d INTEGER, b BOOLEAN', rowsAfter: `INSERT INTO t (id, z) VALUES (70, 'z'); UPDATE t SET b = true WHERE id < 5` },
  { name: 'a generated column is added and dropped', change: 'ALTER TABLE t ADD d int GENERATED ALWAYS AS (id * 2) STORED; ALTER TABLE t DROP d', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { name: 'defaults, constraints, comments, indexes and statistics change', change: `ALTER TABLE t ALTER a SET DEFAULT 'x', ALTER a SET NOT NULL, ADD CHECK (id > 0), ALTER c SET STATISTICS 5; CREATE INDEX ON t (a); COMMENT ON COLUMN t.a IS 'a'; ANALYZE t`, rowsAfter: `INSERT INTO t (id) VALUES (70)`, outcome: 'none', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
]

function nameOf(index: number, moment: Moment): string {
  return `t${index}_${moment.replaceAll(' ', '_')}`
}

function sqlFor(sql: string, name: string): string {
  return sql.replaceAll(/\bt\b/g, name)
}

async function change(source: TestDatabase, { change: sql, ...given }: Case, index: number, moment: Moment): Promise<void> {
  const run = (text: string): Promise<unknown> => source.query(sqlFor(text, nameOf(index, moment)))
  const [earlier, later] = [given.rowsBefore ?? rowsBefore, given.rowsAfter ?? rowsAfter]
  if (moment === 'between rows') {
    for (const text of [earlier, sql, later]) await run(text)
  } else if (moment === 'alone' || moment === 'away') {
    await run(sql)
  } else {
    await run(`BEGIN; ${earlier}; ${sql}; ${later}; COMMIT`)
  }
}

async function columnsOf(session: ReplicaSession, name: string): Promise<string> {
  const [columns] = await replicaRows(
    session,
    `SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) FROM duckdb_columns() WHERE schema_name = 'public' AND table_name = '${name}'`,
  )
  return columns!
}

async function expectOutcome(source: TestDatabase, session: ReplicaSession, { outcome, words, columns }: Case, name: string): Promise<void> {
  await expectSameRows(source, session, [name])
  const recorded = await replicaRows(session, `SELECT change, outcome FROM millrace.schema_changes WHERE table_name = '${name}' ORDER BY rowid`)
  const outcomes = new Set(recorded.map((row) => row.split('|')[1]))
  expect([...outcomes], JSON.stringify(recorded)).toEqual(outcome === 'none' ? [] : [outcome])
  if (words) expect(recorded.map((row) => row.split('|')[0])).toContain(words)
  const shown = columns.split(', ').sort()
  expect((await columnsOf(session, name)).split(', ').sort()).toEqual(shown)
  expect(session.live().tables.find((other) => other.name === name)).toMatchObject({ state: expect.stringMatching(/^ready|catching-up$/) })
}

describe.each([18, 15] as const)('schema changes on Postgres %i', (major) => {
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession
  const filePath = (): string => folder.join('replica.duckdb')

  beforeAll(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(major).createDatabase()
    for (const [index, { before }] of cases.entries()) {
      for (const moment of moments) await source.query(sqlFor(before ?? table, nameOf(index, moment)))
    }
    session = await openReplica(folder.path, source, { filePath: filePath() })
    await session.whenCaughtUp()
  }, 60_000)
  afterAll(async () => {
    await session.close()
    await source.drop()
    await folder.remove()
  })

  describe.each([...cases.entries()])('%#', (index, given) => {
    it.each(present)(`${given.name}, %s: ${given.outcome}`, async (moment) => {
      await change(source, given, index, moment)
      await session.whenCaughtUp()
      await expectOutcome(source, session, given, nameOf(index, moment))
    })
  })

  describe('while Millrace is away', () => {
    beforeAll(async () => {
      await session.close()
      for (const [index, given] of cases.entries()) for (const moment of absent) await change(source, given, index, moment)
      session = await openReplica(folder.path, source, { filePath: filePath() })
      await session.whenCaughtUp()
    }, 60_000)

    for (const [index, given] of cases.entries()) {
      it.each(absent)(`${given.name}, %s: ${given.outcome}`, (moment) => expectOutcome(source, session, given, nameOf(index, moment)))
    }
  })
})
