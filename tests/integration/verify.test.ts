import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { VerifiedTable } from '../../src/main/contract/verify.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { bankTables, createBank, startBankLoad } from '../support/bank.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { typeCases } from '../unit/engine/typemap/cases.ts'
import { findingsOf, plant, verifySession } from '../support/verify.ts'

/** A table whose key is of this kind, with the keys 1 to 6 in the order of their making. */
interface KeyKind {
  name: string
  columns: string
  keys: readonly string[]
  /** SQL in the replica that means the key at this place. */
  here(place: number): string
  /** The text by which the key at this place is named. */
  text(place: number): string
}

function single(name: string, type: string, values: readonly string[], here = (value: string) => `k = '${value.replaceAll("'", "''")}'`): KeyKind {
  return {
    name,
    columns: `k ${type}, PRIMARY KEY (k)`,
    keys: values.map((value) => `'${value.replaceAll("'", "''")}'`),
    here: (place) => here(values[place]!),
    text: (place) => values[place]!,
  }
}

const kinds: readonly KeyKind[] = [
  single('integers', 'int', ['-5', '0', '1', '7', '2147483647', '-2147483648']),
  single('bigints', 'bigint', ['-9223372036854775808', '9007199254740993', '0', '5', '6', '9223372036854775807']),
  single('uuids', 'uuid', ['0', '1', 'f', '8', '7', 'a'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`)),
  single('texts', 'text', ['A', 'a', ' a', "it's", 'é,"x"\n\\', '\uFEFFmark']),
  single('moments', 'timestamptz', [
    '2024-01-01 00:00:00+00', '2024-01-01 00:00:00.000001+00', '0044-03-15 12:00:00+00 BC', 'infinity', '-infinity',
    '9999-12-31 23:59:59+00',
  ], (value) => (value.endsWith('BC') ? `k = '0044-03-15 (BC) 12:00:00+00'` : `k = '${value}'`)),
  single('decimals', 'numeric(10,2)', ['0.00', '-1.50', '99999999.99', '1.00', '10.00', '2.00']),
  single('numerics', 'numeric', ['0', '0.001', '-1e-40', '123456789012345678901234567890123456789012', '1.50', '2'].map((n) =>
    n === '-1e-40' ? '-0.0000000000000000000000000000000000000001' : n,
  )),
  single('bytes', 'bytea', ['\\x', '\\x00', '\\xff00ff', '\\x2c22', '\\x0a', '\\x5c'], (value) => `k = unhex('${value.slice(2)}')`),
  {
    name: 'composites',
    // The index orders them otherwise than the table.
    columns: 'a int, b text, c date, PRIMARY KEY (c, b, a)',
    keys: ['x', 'y', 'Z', 'ä', "'", ''].map((b, place) => `${place}, '${b.replaceAll("'", "''")}', '2024-01-0${6 - place}'`),
    here: (place) => `a = ${place}`,
    text: (place) => [`2024-01-0${6 - place}`, ['x', 'y', 'Z', 'ä', "'", ''][place], place].join('/'),
  },
]

describe.each([15, 18] as const)('verifying against Postgres %i', (major) => {
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

  async function follow(): Promise<ReplicaSession> {
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    return session
  }

  async function byName(input: Parameters<typeof verifySession>[1] = {}): Promise<Map<string, VerifiedTable>> {
    const verification = await verifySession(session!, input)
    expect(verification).toMatchObject({ state: 'done', fault: null })
    return new Map(verification.tables.map((table) => [table.name, table]))
  }

  it('finds and mends a missing, an extra and an altered row under every kind of key', async () => {
    for (const { name, columns, keys } of kinds) {
      const values = keys.map((key, place) => `(${key}, 'row ${place}', ${place})`)
      await source.query(`CREATE TABLE ${name} (${columns.replace(/, PRIMARY/, ', note text, size int, PRIMARY')})`)
      await source.query(`INSERT INTO ${name} VALUES ${values.join(', ')}`)
    }
    await follow()
    for (const table of (await byName()).values()) expect(table).toMatchObject({ outcome: 'same', rowsCompared: 6 })
    // Row 1 is lost, row 3 altered, row 4 stays behind when the source deletes it, row 5 is there twice.
    for (const { name, here } of kinds) {
      await plant(session!, `CREATE TABLE main.kept_${name} AS SELECT * FROM ${name} WHERE ${here(4)} OR ${here(5)}`)
      await source.query(`DELETE FROM ${name} WHERE size = 4`)
    }
    await session!.whenCaughtUp()
    for (const { name, here } of kinds) {
      await plant(
        session!,
        `DELETE FROM ${name} WHERE ${here(1)}`,
        `UPDATE ${name} SET note = 'other', size = NULL WHERE ${here(3)}`,
        `INSERT INTO ${name} SELECT * FROM main.kept_${name}`,
        `DROP TABLE main.kept_${name}`,
      )
    }
    const found = await byName()
    for (const { name, text } of kinds) {
      const table = found.get(name)!
      expect({ name, outcome: table.outcome, findings: findingsOf(table) }).toEqual({
        name,
        outcome: 'differs',
        findings: [`missing ${text(1)}`, `altered ${text(3)}: note, size`, `extra ${text(4)}`, `extra ${text(5)}`].sort(),
      })
    }
    for (const table of (await byName({ repair: true })).values()) {
      expect(table).toMatchObject({ outcome: 'repaired', rowsRepaired: 4 })
    }
    for (const table of (await byName()).values()) expect(table.outcome).toBe('same')
    for (const { name } of kinds) {
      expect(await replicaRows(session!, `SELECT size FROM ${name}`)).toEqual(['0', '1', '2', '3', '5'])
    }
    await source.query(kinds.map(({ name }) => `UPDATE ${name} SET size = size + 10; DELETE FROM ${name} WHERE size = 11`).join(';'))
    await session!.whenCaughtUp()
    for (const table of (await byName()).values()) expect(table.outcome).toBe('same')
  })

  it('finds a value of every type that is another to the last bit', async () => {
    const cases = typeCases.filter(({ values }) => values.length > 0)
    const rows = Math.max(...cases.map(({ values }) => values.length))
    await source.query(`CREATE TABLE types (id int PRIMARY KEY); INSERT INTO types SELECT generate_series(0, ${rows - 1})`)
    await source.query(
      cases
        .flatMap(({ sourceType, setup = [], values }, place) => [
          `CREATE SCHEMA case_${place}`,
          `SET search_path = case_${place}, public`,
          ...setup.map((sql) => sql.replace(/^CREATE EXTENSION (\w+)$/, 'CREATE EXTENSION IF NOT EXISTS $1 SCHEMA public')),
          `ALTER TABLE public.types ADD COLUMN v${place} ${sourceType}`,
          `UPDATE public.types SET v${place} = (ARRAY[${values.map((value) => pg.escapeLiteral(value)).join(', ')}]::text[])
             [id % ${values.length} + 1]::${sourceType}`,
        ])
        .join(';\n'),
    )
    await follow()
    // Every row gets the values of the next. DuckDB's UPDATE leaves alone what it holds equal.
    await plant(
      session!,
      `CREATE TABLE main.turned AS SELECT (id + ${rows - 1}) % ${rows} AS id, * EXCLUDE (id) FROM types`,
      'DELETE FROM types',
      'INSERT INTO types SELECT * FROM main.turned',
      'DROP TABLE main.turned',
    )
    const found = (await byName({ repair: true })).get('types')!
    for (let id = 0; id < rows; id++) {
      const differing = cases.flatMap(({ values }, place) =>
        values[id % values.length] === values[((id + 1) % rows) % values.length] ? [] : [`v${place}`],
      )
      expect(found.differences.find(({ key }) => key[0] === String(id))).toMatchObject({ kind: 'altered', columns: differing })
    }
    expect(found).toMatchObject({ outcome: 'repaired', rowsAltered: rows })
    expect((await byName()).get('types')!.outcome).toBe('same')
  })

  it('counts the equal rows of a table without a key, and mends their number', async () => {
    await source.query(`
      CREATE TABLE bags (word text, size numeric); ALTER TABLE bags REPLICA IDENTITY FULL;
      CREATE TABLE words (word text); ALTER TABLE words REPLICA IDENTITY FULL;
      CREATE TABLE lines (span interval, amount float8);
      INSERT INTO bags SELECT 'word ' || n % 10, NULL FROM generate_series(1, 1000) n;
      INSERT INTO words VALUES (NULL), (NULL), (''), (E'two\nlines');
      INSERT INTO lines VALUES ('1 mon', 0), ('30 days', 0), ('1 day', '-0'), ('1 day', 0)`)
    await follow()
    for (const table of (await byName()).values()) expect(table.outcome).toBe('same')
    await plant(
      session!,
      `DELETE FROM bags WHERE rowid IN (SELECT rowid FROM bags WHERE word = 'word 3' LIMIT 2)`,
      `INSERT INTO bags SELECT * FROM bags WHERE word = 'word 4' LIMIT 3`,
      `INSERT INTO bags VALUES ('unheard of', 1)`,
      `DELETE FROM words WHERE word IS NULL`,
      // DuckDB's UPDATE leaves alone what it holds equal.
      'DELETE FROM lines',
      `INSERT INTO lines SELECT INTERVAL '30 days', 0 FROM range(4)`,
    )
    const found = await byName()
    expect(findingsOf(found.get('bags')!)).toEqual(['extra 4 rows', 'missing 2 rows'])
    expect(findingsOf(found.get('words')!)).toEqual(['missing 2 rows'])
    // Four rows of 30 days and 0 where there is one.
    expect(findingsOf(found.get('lines')!)).toEqual(['extra 3 rows', 'missing 3 rows'])
    for (const table of (await byName({ repair: true })).values()) expect(table).toMatchObject({ outcome: 'repaired' })
    for (const table of (await byName()).values()) expect(table.outcome).toBe('same')
    await source.query(`DELETE FROM bags WHERE word = 'word 4'; DELETE FROM words WHERE word IS NULL; INSERT INTO bags VALUES ('word 4', 2)`)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['bags', 'words'])
  })

  it('the cheap mode finds what changes a count, a sum or a length, and looks at no other range', async () => {
    await source.query(`
      CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2), note text, at timestamp, paid bool);
      INSERT INTO orders SELECT n * 3, n / 7.0, 'note ' || n, timestamp '2024-01-01' + n * interval '1 minute', n % 2 = 0
        FROM generate_series(1, 250000) n;
      CREATE TABLE names (name text PRIMARY KEY, size int);
      INSERT INTO names SELECT 'name ' || n, n FROM generate_series(1, 3000) n`)
    await follow()
    for (const table of (await byName({ mode: 'cheap' })).values()) expect(table.outcome).toBe('same')
    await plant(session!, 'DELETE FROM orders WHERE id = 300', 'UPDATE names SET size = 0 WHERE size = 77')
    const found = await byName({ mode: 'cheap' })
    expect(findingsOf(found.get('orders')!)).toEqual(['missing 300'])
    expect(found.get('orders')!.rowsCompared).toBe(250_000)
    expect(findingsOf(found.get('names')!)).toEqual(['altered name 77: size'])
    for (const table of (await byName({ mode: 'cheap', repair: true })).values()) expect(table.outcome).toBe('repaired')
    for (const table of (await byName()).values()) expect(table.outcome).toBe('same')
  })

  it('takes no change on its way for a difference, and mends under traffic without losing or doubling a change', async () => {
    const accounts = 20_000
    await createBank(source, accounts)
    await follow()
    const load = startBankLoad(source.address, accounts)
    try {
      const differing = [...(await byName()).values()].filter(({ outcome }) => outcome !== 'same')
      expect(differing).toEqual([])
      const tables = { include: ['pgbench_accounts', 'pgbench_history'], exclude: [] }
      for (let round = 0; round < 3; round++) {
        for (const table of (await byName({ tables })).values()) expect(table.outcome).toBe('same')
      }
      await plant(
        session!,
        'DELETE FROM pgbench_accounts WHERE aid IN (5, 50)',
        `UPDATE pgbench_accounts SET filler = 'forged' WHERE aid BETWEEN 100 AND 109`,
        `INSERT INTO pgbench_accounts VALUES (-1, 1, 0, '')`,
      )
      const found = (await byName({ repair: true, tables })).get('pgbench_accounts')!
      // What the traffic has mended by itself in the meantime is no difference any more.
      expect(found.rowsRepaired).toBeGreaterThan(8)
      expect(found).toMatchObject({ outcome: 'repaired', rowsExtra: 1 })
      const after = (await byName({ tables })).get('pgbench_accounts')!
      expect(after.outcome).toBe('same')
    } finally {
      await load.stop()
    }
    expect(load.transactions).toBeGreaterThan(100)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, bankTables)
  })

  it('a row that never rests is told as such, and a difference beside it is found all the same', async () => {
    await source.query('CREATE TABLE hot (id int PRIMARY KEY, n bigint); INSERT INTO hot VALUES (1, 0), (2, 0)')
    await follow()
    await plant(session!, 'UPDATE hot SET n = -1 WHERE id = 2')
    let isRunning = true
    const writing = (async () => {
      while (isRunning) await source.query('UPDATE hot SET n = n + 1 WHERE id = 1')
    })()
    const found = (await byName()).get('hot')!
    isRunning = false
    await writing
    expect(findingsOf(found)).toEqual(['altered 2: n'])
    expect(found.rowsUnsettled).toBeLessThanOrEqual(1)
  })

  it('can be cancelled, tells how far it is, and is recorded in the file', async () => {
    await source.query(`
      CREATE TABLE numbers (id int PRIMARY KEY, note text);
      INSERT INTO numbers SELECT n, repeat('x', 100) FROM generate_series(1, 100000) n;
      CREATE TABLE gone (id int PRIMARY KEY)`)
    await follow()
    const seen: number[] = []
    const stop = new AbortController()
    const cancelled = await verifySession(session!, { share: 0.05 }, {
      signal: stop.signal,
      onProgress: ({ rows, expectedRows, state, remainingMs }) => {
        expect(rows).toBeLessThanOrEqual(expectedRows)
        seen.push(rows)
        if (state === 'running' && rows > 0) {
          expect(remainingMs).toBeGreaterThan(0)
          stop.abort()
        }
      },
    })
    expect(cancelled.state).toBe('cancelled')
    expect(seen.at(-1)).toBeLessThan(100_000)
    expect(session!.live().tables.map(({ verified }) => verified?.outcome ?? null)).toEqual(['same', null])

    await plant(session!, 'DELETE FROM numbers WHERE id = 4711', `UPDATE millrace.tables SET state = 'ready'`)
    await byName()
    const live = new Map(session!.live().tables.map((table) => [table.name, table.verified]))
    expect(live.get('numbers')).toMatchObject({ outcome: 'differs', rowsDiffering: 1, rowsCompared: 100_000, mode: 'full' })
    const { filePath } = session!
    await session!.close()
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    expect(session.live().tables.find(({ name }) => name === 'numbers')?.verified).toEqual(live.get('numbers'))
    const recorded = await replicaRows(session, `SELECT table_name, outcome, differences->'$[0].key' FROM millrace.reconciliations`)
    expect(recorded).toContain('numbers|differs|["4711"]')
  })

  it('says which tables it could not verify, and verifies the others', async () => {
    await source.query('CREATE TABLE fine (id int PRIMARY KEY); CREATE TABLE parked (id int PRIMARY KEY)')
    await follow()
    await source.query('DROP TABLE parked')
    const { filePath } = session!
    await session!.close()
    session = await openReplica(folder.path, source, { filePath })
    await session.whenCaughtUp()
    const found = await byName()
    expect(found.get('fine')!.outcome).toBe('same')
    expect(found.get('parked')).toMatchObject({ outcome: 'not-verified', reason: expect.stringContaining('dropped') })
  })

  it('does not begin while the stream rests', async () => {
    await source.query('CREATE TABLE t (id int PRIMARY KEY)')
    await follow()
    await session!.pause()
    const verification = await verifySession(session!)
    expect(verification).toMatchObject({ state: 'failed', fault: { code: 'NOT_FOLLOWING' } })
  })
})
