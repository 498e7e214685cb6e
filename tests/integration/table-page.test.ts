import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TablePages } from '../../src/main/engine/query/tablePages.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { openReplica } from '../support/replica.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

describe.each([15, 18] as const)('the page of a table, Postgres %i', (major) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let source: TestDatabase
  let session: ReplicaSession
  let pages: TablePages

  beforeAll(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(major).createDatabase()
    await source.query(`
      CREATE TABLE customers (id int PRIMARY KEY, "E-Mail" text UNIQUE);
      CREATE TABLE orders (
        id bigint PRIMARY KEY, customer_id int REFERENCES customers (id), total numeric(12,2) DEFAULT 0 NOT NULL,
        place point, CHECK (total >= 0));
      CREATE INDEX orders_by_total ON orders (total DESC) WHERE total > 10;
      COMMENT ON TABLE orders IS 'What was bought';
      COMMENT ON COLUMN orders.total IS 'With tax';
      CREATE TABLE days (day date NOT NULL, n int, PRIMARY KEY (day, n)) PARTITION BY RANGE (day);
      CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      ALTER TABLE days ADD FOREIGN KEY (n) REFERENCES customers (id);
      INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 50) AS i;
      INSERT INTO orders SELECT i, 1 + i % 50, i, NULL FROM generate_series(1, 500) AS i;
      ANALYZE`)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    pages = new TablePages({ connectReplica: () => session.connectReplica(), sourceAddress: () => source.address })
  })
  afterAll(async () => {
    await session.close()
    await source.drop()
    await folder.remove()
  })

  it('tells columns, keys, comments, indexes and sizes of both sides', async () => {
    const page = await pages.read({ schema: 'public', name: 'orders' })
    expect(page).toMatchObject({ kind: 'table', comment: 'What was bought', sourceFault: null })
    expect(page.columns.map(({ name, sourceType, replicaType }) => [name, sourceType, replicaType])).toEqual([
      ['id', 'bigint', 'BIGINT'],
      ['customer_id', 'integer', 'INTEGER'],
      ['total', 'numeric(12,2)', 'DECIMAL(12,2)'],
      ['place', 'point', 'VARCHAR'],
    ])
    expect(page.columns[0]).toMatchObject({ isKey: true, nullable: false, isText: false })
    expect(page.columns[2]).toMatchObject({ comment: 'With tax', defaultExpression: '0', nullable: false })
    expect(page.columns[3]).toMatchObject({ isText: true, note: expect.stringMatching(/\w/) })
    expect(page.source!.estimatedRows).toBe(500)
    expect(page.source!.heapBytes).toBeGreaterThan(8192)
    expect(page.source!.indexes.map(({ name, isPrimary, isUnique }) => [name, isPrimary, isUnique])).toEqual([
      ['orders_pkey', true, true],
      ['orders_by_total', false, false],
    ])
    expect(page.source!.indexes[1]!.definition).toContain('WHERE (total > ')
    expect(page.source!.constraints.map(({ kind }) => kind)).toEqual(['primary key', 'check'])
    expect(page.source!.foreignKeys).toEqual([
      {
        name: 'orders_customer_id_fkey', schema: 'public', table: 'orders', columns: ['customer_id'],
        references: { schema: 'public', table: 'customers', columns: ['id'] },
      },
    ])
    expect(page.replica).toMatchObject({ rows: 500, copiedAt: expect.stringMatching(/^\d{4}-.*Z$/), definition: null })
  })

  it('tells who refers to a table, also from a partitioned one, once', async () => {
    const page = await pages.read({ schema: 'public', name: 'customers' })
    expect(page.source!.referencedBy.map(({ table }) => table).sort()).toEqual(['days', 'orders'])
    expect((await pages.foreignKeys()).map(({ table }) => table)).toEqual(['days', 'orders'])
    expect(await pages.read({ schema: 'public', name: 'days' })).toMatchObject({ kind: 'partitioned' })
  })

  it('shows what it has where the source cannot be asked, and says why', async () => {
    const alone = new TablePages({
      connectReplica: () => session.connectReplica(),
      sourceAddress: () => ({ ...source.address, port: 1 }),
    })
    const page = await alone.read({ schema: 'public', name: 'orders' })
    expect(page).toMatchObject({ source: null, sourceFault: { code: 'CONNECT_REFUSED' }, replica: { rows: 500 } })
    expect(page.columns[2]).toMatchObject({ name: 'total', sourceType: 'numeric(12,2)', replicaType: 'DECIMAL(12,2)' })
  })

  it('names a table that neither side has', async () => {
    await expect(pages.read({ schema: 'public', name: 'nothing' })).rejects.toMatchObject({ code: 'TABLE_MISSING' })
  })
})
