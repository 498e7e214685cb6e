import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyOutStatement } from '../../src/main/engine/apply/statements.ts'
import { readSourceTables } from '../../src/main/engine/source/catalog.ts'
import { connectSource } from '../../src/main/engine/source/connection.ts'
import { CopyConnection } from '../../src/main/engine/source/tableCopy.ts'
import { isCopyOfPlanned } from '../../src/main/engine/sync/copiedNames.ts'
import { planTable, type TablePlan } from '../../src/main/engine/typemap/tablePlan.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe.each([15, 18] as const)('a copy under a snapshot while names change, Postgres %i', (major) => {
  let source: TestDatabase

  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await source.query(`CREATE TABLE "Größe ""1""" (k int PRIMARY KEY, "a, b" text, "c\\d" text, e text);
      CREATE TABLE other (k int PRIMARY KEY, "a, b" text, "c\\d" text, e text); CREATE TABLE bare ();
      INSERT INTO "Größe ""1""" VALUES (1, 'a', 'c', 'e'); INSERT INTO other VALUES (2, 'other', '', '')`)
  })
  afterEach(() => source.drop())

  /** Whether the copy that begins after `change`, under a snapshot from before it, passes for the one that was planned. */
  async function passesAfter(change: string, name = 'Größe "1"'): Promise<boolean> {
    const client = await connectSource(source.address, { purpose: 'copy' })
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const relations = await readSourceTables(client)
    const plan: TablePlan = planTable(relations.find((relation) => relation.name === name)!)
    await source.query(change)
    const copy = new CopyConnection(client)
    try {
      await copy.copyOut(copyOutStatement(plan), { onRow: () => {}, onDrained: () => {} })
      return await isCopyOfPlanned(copy, plan)
    } finally {
      copy.close()
    }
  }

  it('is taken where nothing changed, and where a column was added', async () => {
    expect(await passesAfter('SELECT 1')).toBe(true)
    expect(await passesAfter('ALTER TABLE "Größe ""1""" ADD f int')).toBe(true)
    expect(await passesAfter('SELECT 1', 'bare')).toBe(true)
  })

  it('is not taken where another table has the name now', async () => {
    expect(await passesAfter('ALTER TABLE "Größe ""1""" RENAME TO x; ALTER TABLE other RENAME TO "Größe ""1"""')).toBe(false)
  })

  it('is not taken where columns exchanged their names', async () => {
    const swap = 'ALTER TABLE "Größe ""1""" RENAME "a, b" TO x; ALTER TABLE "Größe ""1""" RENAME "c\\d" TO "a, b"; ALTER TABLE "Größe ""1""" RENAME x TO "c\\d"'
    expect(await passesAfter(swap)).toBe(false)
  })

  it('fails by name where the name leads nowhere', async () => {
    await expect(passesAfter('ALTER TABLE "Größe ""1""" RENAME TO x')).rejects.toMatchObject({ code: '42P01' })
    await expect(passesAfter('ALTER TABLE other RENAME e TO x', 'other')).rejects.toMatchObject({ code: '42703' })
  })

  it('renamed while the first publication is made, it is followed under its new name', async () => {
    const folder = await temporaryFolder()
    const renaming = new pg.Client({ connectionString: source.url })
    await renaming.connect()
    await renaming.query('BEGIN; ALTER TABLE other RENAME TO renamed')
    // Its name leads to the table until the rename is committed, and the publication waits for that.
    const session = await openReplica(folder.path, source, { tables: { include: ['public.*'], exclude: ['public.bare'] } })
    try {
      await until('the publication waits for the table', async () => {
        const waiting = await source.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'CREATE PUBLICATION%'`,
        )
        return waiting.rows.length > 0
      })
      await renaming.query('COMMIT')
      await session.whenCaughtUp()
      expect(session.live().tables.map(({ name, state }) => `${name} ${state}`)).toContain('renamed ready')
      await expectSameRows(source, session, ['renamed'])
    } finally {
      await session.close()
      await renaming.end()
      await folder.remove()
    }
  })
})
