import pg from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { sharedPostgres } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

// The servers of the tests do without it: here they are taken for older ones.
vi.mock('../../src/main/engine/source/publicationRefresh.ts', async (original) => ({
  ...(await original<object>()),
  releaseThatSeesAddedTables: () => '99.1',
}))

describe.each([15, 18] as const)('a server that may go on leaving an added table out, Postgres %i', (major) => {
  it('is told of the publication again, before the copy, when no transaction from before is open any more', async () => {
    await using folder = await temporaryFolder()
    const source = await sharedPostgres(major).createDatabase()
    await source.query('CREATE TABLE first (id int PRIMARY KEY); CREATE TABLE added (id int PRIMARY KEY)')
    const session = await openReplica(folder.path, source, { tables: [{ schema: 'public', name: 'first' }] })
    const writer = new pg.Client({ ...source.address, ssl: false })
    await writer.connect()
    try {
      await session.whenCaughtUp()
      await writer.query('BEGIN; INSERT INTO added VALUES (1)')
      const { rows } = await writer.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
      await session.addTables([{ schema: 'public', name: 'added' }])
      await until('it waits for the transaction', () => session.live().activity?.includes('waits for transactions'))
      await source.query('INSERT INTO added VALUES (2)')
      const changedBy = async () =>
        (await source.query<{ xid: string }>('SELECT max(xmin::text::int8)::text AS xid FROM pg_publication')).rows[0]!.xid
      expect(BigInt(await changedBy())).toBeLessThan(BigInt(rows[0]!.xid))
      await writer.query('INSERT INTO added VALUES (3); COMMIT')
      await source.query('INSERT INTO added VALUES (4)')
      await session.whenCaughtUp()
      expect(BigInt(await changedBy())).toBeGreaterThan(BigInt(rows[0]!.xid))
      await source.query('UPDATE added SET id = id + 10')
      await session.whenCaughtUp()
      await expectSameRows(source, session, ['first', 'added'])
    } finally {
      await writer.end()
      await session.close()
      await source.drop()
    }
  })
})
