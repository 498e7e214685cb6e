import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { ReplicaFile } from '../../src/main/engine/store/replicaFile.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { tableCases } from '../support/schemaChangeCases.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'

describe.each([18, 15] as const)('each change of whole tables on Postgres %i', (major) => {
  const cases = tableCases.filter(({ from = 15 }) => from <= major)
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession

  /** Names of the case's own: what was there before the session, and what is changed while it is away, have others. */
  const own = (sql: string, index: number, moment: 'present' | 'away'): string => sql.replaceAll(/_N\b|_N(?=_)/g, suffix(index, moment))
  const suffix = (index: number, moment: string): string => `_${index}${moment[0]}`

  beforeAll(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(major).createDatabase()
    for (const [index, { before }] of cases.entries()) {
      for (const moment of ['present', 'away'] as const) await source.query(own(before, index, moment))
    }
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
  }, 180_000)
  afterAll(async () => {
    await session.close()
    await source.drop()
    await folder.remove()
  })

  async function change(index: number, moment: 'present' | 'away'): Promise<void> {
    for (const sql of [cases[index]!.change].flat()) await source.query(own(sql, index, moment))
  }

  async function expectOutcome(index: number, moment: 'present' | 'away'): Promise<void> {
    const { outcome, compared = ['t_N'], kept, after } = cases[index]!
    const table = own('t_N', index, moment)
    const names = compared.map((name) => own(name, index, moment))
    await expectSameRows(source, session, names)
    const recorded = await replicaRows(
      session,
      `SELECT DISTINCT outcome FROM millrace.schema_changes WHERE ends_with(table_name, '${suffix(index, moment)}')
       UNION SELECT 'parked' FROM millrace.dead_letters WHERE table_name = '${table}'`,
    )
    expect(recorded).toEqual(outcome === 'none' ? [] : [outcome])
    const { state, reason } = session.live().tables.find(({ name }) => name === table)!
    if (outcome === 'parked') expect({ state, reason }).toEqual({ state: 'errored', reason: expect.stringMatching(/\w/) })
    else expect(state).toMatch(/^ready|catching-up$/)
    if (kept !== undefined) expect(await replicaRows(session, `SELECT count(*) FROM ${table}`)).toEqual([String(kept)])
    if (!after) return
    await source.query(own(after, index, moment))
    await session.whenCaughtUp()
    await expectSameRows(source, session, names)
  }

  it.each([...cases.entries()].map(([index, { name, outcome }]) => ({ index, name, outcome })))('$name: $outcome', async ({ index }) => {
    await change(index, 'present')
    await session.whenCaughtUp()
    await expectOutcome(index, 'present')
  })

  describe('while Millrace is away', () => {
    beforeAll(async () => {
      const { filePath } = session
      await session.close()
      await Promise.all([...cases.keys()].map((index) => change(index, 'away')))
      session = await openReplica(folder.path, source, { filePath })
      await session.whenCaughtUp()
    }, 180_000)

    it.each([...cases.entries()].map(([index, { name, outcome }]) => ({ index, name, outcome })))('$name: $outcome', ({ index }) => expectOutcome(index, 'away'))
  })
})

describe.each([18, 15] as const)('several changes of whole tables, one after another, on Postgres %i', (major) => {
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession | null = null

  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
  })
  afterEach(async () => {
    await session?.close()
    session = null
    await source.drop()
  })

  async function follow(before: string): Promise<void> {
    await source.query(before)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
  }

  async function expectAfter(change: string, tables: string[], outcomes: string[]): Promise<void> {
    await source.query(change)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, tables)
    const recorded = await replicaRows(session!, 'SELECT outcome, table_name, change FROM millrace.schema_changes ORDER BY rowid')
    expect(new Set(recorded.map((row) => row.split('|')[0])), JSON.stringify(recorded)).toEqual(new Set(outcomes))
  }

  const items = `CREATE TABLE items (id int PRIMARY KEY, a text); INSERT INTO items SELECT n, 'a' || n FROM generate_series(1, 20) n`

  it.each([
    { again: ['items'], copies: 'one of them is' },
    { again: ['items', 'other'], copies: 'both are' },
  ])('tables that swap their names while $copies to be copied again keep every row', async ({ again }) => {
    await follow(`${items}; CREATE TABLE other (id int PRIMARY KEY, b int); INSERT INTO other SELECT n, n FROM generate_series(1, 30) n`)
    await session!.pause()
    for (const name of again) await session!.resyncTable({ schema: 'public', name })
    await source.query(`ALTER TABLE items RENAME TO passing; ALTER TABLE other RENAME TO items; ALTER TABLE passing RENAME TO other;
      INSERT INTO items VALUES (100, 1); INSERT INTO other VALUES (100, 'x')`)
    await session!.resume()
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'other'])
    await source.query(`DELETE FROM items WHERE id < 5; UPDATE other SET a = 'y' WHERE id > 15`)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'other'])
    expect(session!.live().tables.map(({ name }) => name).sort()).toEqual(['items', 'other'])
    expect(session!.live().tables.filter(({ state }) => state === 'errored')).toEqual([])
    expect(await replicaRows(session!, `SELECT table_name FROM duckdb_tables() WHERE schema_name = 'public'`)).toEqual(['items', 'other'])
  })

  it('a copy that went aside for another, which has gone back, has its name again, and no change is told', async () => {
    await follow(`${items}; CREATE TABLE other (id int PRIMARY KEY)`)
    const { filePath } = session!
    await session!.close()
    const file = await ReplicaFile.open(filePath, { createdBy: 'test', temporaryFolder: folder.join('duckdb') })
    await file.bookkeeping.run(`ALTER TABLE items RENAME TO items_1; UPDATE millrace.tables SET replica_table = 'items_1' WHERE table_name = 'items'`)
    await file.close()
    session = await openReplica(folder.path, source, { filePath })
    await source.query('DELETE FROM items WHERE id < 5')
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['items', 'other'])
    expect(session.live().schemaChanges).toEqual([])
    expect(await replicaRows(session, `SELECT replica_table FROM millrace.tables`)).toEqual(['items', 'other'])
  })

  it('a copy that was dropped on the source stays, where another table takes its name while that is to be copied again', async () => {
    await follow(`${items}; CREATE TABLE other (id int PRIMARY KEY, b int); INSERT INTO other VALUES (1, 2)`)
    await session!.pause()
    await session!.resyncTable({ schema: 'public', name: 'other' })
    await source.query('DROP TABLE items; ALTER TABLE other RENAME TO items')
    await session!.resume()
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items'])
    const kept = await replicaRows(session!, `SELECT replica_table FROM millrace.tables WHERE state = 'errored'`)
    expect(kept).toEqual([expect.stringMatching(/^items_\d+$/)])
    expect(await replicaRows(session!, `SELECT count(*) FROM ${kept[0]!}`)).toEqual(['20'])
  })

  it('a dropped table keeps its copy and says so; one made anew under its name is copied over it', async () => {
    await follow(items)
    await source.query('DROP TABLE items')
    await session!.whenCaughtUp()
    expect(session!.live().tables).toMatchObject([{ name: 'items', state: 'errored', reason: expect.stringContaining('dropped') }])
    expect(await replicaRows(session!, 'SELECT count(*) FROM items')).toEqual(['20'])
    await expectAfter('CREATE TABLE items (id int PRIMARY KEY, z int); INSERT INTO items VALUES (1, 2)', ['items'], ['parked', 'copied again'])
    await expectAfter('INSERT INTO items VALUES (2, 3)', ['items'], ['parked', 'copied again'])
  })

  it('a table that loses its key can be written to on the source within seconds; with a key again it is copied again', async () => {
    await follow(items)
    await expectAfter('ALTER TABLE items DROP CONSTRAINT items_pkey; INSERT INTO items VALUES (1)', ['items'], ['applied'])
    await source.query('UPDATE items SET id = id + 100')
    await expectAfter('ALTER TABLE items ADD COLUMN k serial PRIMARY KEY; DELETE FROM items WHERE id = 103', ['items'], ['applied', 'copied again'])
    await expectAfter(`UPDATE items SET a = 'x'`, ['items'], ['applied', 'copied again'])
  })

  it('labels of an enum that are added go through, and renamed ones are renamed', async () => {
    await follow(`CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE moods (id int PRIMARY KEY, m mood); INSERT INTO moods VALUES (1, 'good'), (2, 'bad')`)
    await source.query(`ALTER TYPE mood ADD VALUE 'so so'`)
    await expectAfter(`INSERT INTO moods VALUES (3, 'so so')`, ['moods'], [])
    await expectAfter(`ALTER TYPE mood RENAME VALUE 'bad' TO 'worse'`, ['moods'], ['applied'])
    await expectAfter(`ALTER TYPE mood RENAME VALUE 'good' TO 'bad'; INSERT INTO moods VALUES (4, 'bad')`, ['moods'], ['applied'])
  })
})
