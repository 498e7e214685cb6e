import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { columnCases as cases, columnRowsAfter, columnRowsBefore, columnTable, type ColumnCase } from '../support/schemaChangeCases.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'

/** When the change comes: between rows, alone, in one transaction with rows, while Millrace is away. */
const present = ['between rows', 'alone', 'among rows'] as const
const absent = ['away', 'away among rows'] as const
const moments = [...present, ...absent]
type Moment = (typeof moments)[number]

function nameOf(index: number, moment: Moment): string {
  return `t${index}_${moment.replaceAll(' ', '_')}`
}

function sqlFor(sql: string, name: string): string {
  return sql.replaceAll(/\bt\b/g, name)
}

async function change(source: TestDatabase, { change: sql, ...given }: ColumnCase, index: number, moment: Moment): Promise<void> {
  const run = (text: string): Promise<unknown> => source.query(sqlFor(text, nameOf(index, moment)))
  const [earlier, later] = [given.rowsBefore ?? columnRowsBefore, given.rowsAfter ?? columnRowsAfter]
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

async function expectOutcome(source: TestDatabase, session: ReplicaSession, { outcome, words, columns }: ColumnCase, name: string): Promise<void> {
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
      for (const moment of moments) await source.query(sqlFor(before ?? columnTable, nameOf(index, moment)))
    }
    session = await openReplica(folder.path, source, { filePath: filePath() })
    await session.whenCaughtUp()
  }, 180_000)
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
      await Promise.all([...cases.entries()].flatMap(([index, given]) => absent.map((moment) => change(source, given, index, moment))))
      session = await openReplica(folder.path, source, { filePath: filePath() })
      await session.whenCaughtUp()
    }, 180_000)

    for (const [index, given] of cases.entries()) {
      it.each(absent)(`${given.name}, %s: ${given.outcome}`, (moment) => expectOutcome(source, session, given, nameOf(index, moment)))
    }
  })
})
