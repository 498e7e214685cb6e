import { chmodSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MaskRequest } from '../../src/main/engine/masking/maskRequests.ts'
import type { ReplicaSession, SessionOptions } from '../../src/main/engine/session.ts'
import { connectSource } from '../../src/main/engine/source/connection.ts'
import { DiskWatch, hashBy, readMaskKeyFile } from '../support/masks.ts'
import { sharedPostgres, type PostgresMajor, type TestDatabase } from '../support/postgres.ts'
import { newFilePath, openReplica, replicaRows, sourceRows } from '../support/replica.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript } from '../support/typescriptProcess.ts'
import { until } from '../support/until.ts'
import { findingsOf, plant, verifySession } from '../support/verify.ts'
import { typeCases } from '../unit/engine/typemap/cases.ts'

const mask = (path: string, rule: MaskRequest['rule']): MaskRequest => {
  const [schema, table, column] = path.split('.')
  return { schema: schema!, table: table!, column: column!, rule }
}

describe.each<PostgresMajor>([15, 18])('masked columns, followed from Postgres %i', (major) => {
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession | null = null

  beforeEach(async () => {
    folder = await temporaryFolder()
    source = await sharedPostgres(major).createDatabase()
  })
  afterEach(async () => {
    await session?.close()
    session = null
    await source.drop()
    await folder.remove()
  })

  async function follow(masks: MaskRequest[], options: Partial<SessionOptions> = {}): Promise<ReplicaSession> {
    session = await openReplica(folder.path, source, { masks, ...options })
    await session.whenCaughtUp()
    return session
  }

  async function reopen(masks: MaskRequest[] = [], options: Partial<SessionOptions> = {}): Promise<ReplicaSession> {
    const { filePath } = session!
    await session!.close()
    return follow(masks, { filePath, ...options })
  }

  const hash = (text: string | null): string | null => hashBy(readMaskKeyFile(folder.path), text)
  const rows = (sql: string): Promise<string[]> => replicaRows(session!, sql)

  /** The table's rows on the source, with what the masks make of them. */
  async function maskedRows(sql: string, ...masks: ('hash' | 'null' | 'redact' | null)[]): Promise<string[]> {
    const { rows: found } = await source.query<Record<string, string | null>>(sql)
    return found
      .map((row) =>
        Object.values(row)
          .map((value, place) => {
            const rule = masks[place] ?? null
            if (value === null || rule === 'null') return '∅'
            return rule === 'hash' ? hash(String(value)) : rule === 'redact' ? '[redacted]' : String(value)
          })
          .join('|'),
      )
      .sort()
  }

  async function createUsers(): Promise<void> {
    await source.query('CREATE TABLE users (id int PRIMARY KEY, email text, phone text, notes text, age int)')
    await source.query(`INSERT INTO users SELECT n, nullif('user' || n || '@example.org', 'user7@example.org'), '+49-' || n, 'note ' || n, n % 90 FROM generate_series(1, 3000) n`)
  }
  const userMasks = [mask('public.users.email', 'hash'), mask('public.users.phone', 'null'), mask('public.users.notes', 'redact')]
  const expectUsers = async (): Promise<void> => {
    await session!.whenCaughtUp()
    expect(await rows('SELECT id, email, phone, notes, age FROM users')).toEqual(
      await maskedRows('SELECT id, email, phone, notes, age FROM users', null, 'hash', 'null', 'redact', null),
    )
  }

  it('are masked by copy and by stream, through inserts, updates, deletes, truncate and resume', async () => {
    await createUsers()
    await follow(userMasks)
    await expectUsers()
    await source.query(`INSERT INTO users VALUES (5001, 'a,"b"', '1', '', NULL), (5002, '', NULL, NULL, 1)`)
    await source.query(`UPDATE users SET email = 'new' || id, notes = NULL WHERE id % 7 = 0`)
    await source.query('UPDATE users SET id = id + 10000 WHERE id % 11 = 0')
    await source.query('DELETE FROM users WHERE id % 5 = 0')
    await expectUsers()
    expect(session!.live().tables[0]).toMatchObject({
      state: 'ready',
      maskedColumns: [{ column: 'email', rule: 'hash' }, { column: 'phone', rule: 'null' }, { column: 'notes', rule: 'redact' }],
    })
    await reopen()
    await source.query(`UPDATE users SET email = 'again' || id WHERE id % 3 = 0`)
    await expectUsers()
    await source.query(`TRUNCATE users; INSERT INTO users VALUES (1, 'x', 'y', 'z', 1)`)
    await expectUsers()
    expect(await rows(`SELECT source_name, replica_type, mask, note FROM millrace.columns WHERE mask IS NOT NULL`)).toEqual([
      'email|VARCHAR|hash|Masked: hash. A keyed hash stands for each value, the same for the same text.',
      'notes|VARCHAR|redact|Masked: redact. The same word stands for every value.',
      'phone|VARCHAR|null|Masked: null. NULL stands for every value.',
    ])
    const [key] = readdirSync(join(folder.path, 'mask-keys'))
    expect(statSync(join(folder.path, 'mask-keys', key!)).mode & 0o777).toBe(0o600)
  })

  it('give one hash for one text in every table and of every type, by copy as by stream', { timeout: 120_000 }, async () => {
    const cases = typeCases.filter(({ values }) => values.length > 0).map((typeCase, place) => ({ ...typeCase, schema: `case_${place}`, column: `v${place}` }))
    const client = await connectSource(source.address, { purpose: 'test' })
    try {
      const typeOf = ({ setup = [], schema, sourceType }: (typeof cases)[number]): string =>
        setup.some((sql) => !sql.startsWith('CREATE EXTENSION')) ? `${schema}.${sourceType}` : sourceType
      const rowCount = Math.max(...cases.map(({ values }) => values.length)) + 1
      const insert = (from: number): string =>
        Array.from({ length: rowCount }, (_, n) => {
          const values = cases.map((typeCase) => {
            const value = typeCase.values[n % (typeCase.values.length + 1)] ?? null
            return value === null ? 'NULL' : `${pg.escapeLiteral(value)}::text::${typeOf(typeCase)}`
          })
          return `INSERT INTO public.rows VALUES (${[from + n, ...values].join(', ')})`
        }).join(';\n')
      await client.query(
        [
          ...cases.flatMap(({ schema, setup = [] }) => [
            `CREATE SCHEMA ${schema}`,
            `SET search_path = ${schema}, public`,
            ...setup.map((sql) => sql.replace(/^CREATE EXTENSION (\w+)$/, 'CREATE EXTENSION IF NOT EXISTS $1 SCHEMA public')),
          ]),
          'SET search_path = public',
          `CREATE TABLE public.rows (id int PRIMARY KEY, ${cases.map((typeCase) => `${typeCase.column} ${typeOf(typeCase)}`).join(', ')})`,
          insert(0),
        ].join(';\n'),
      )
      await follow(cases.map(({ column }) => mask(`public.rows.${column}`, 'hash')))
      await client.query(`BEGIN; ${insert(1000)}; COMMIT`)
      await session!.whenCaughtUp()
      const differing: string[] = []
      const connection = await session!.connectReplica()
      try {
        for (const { column, sourceType } of cases) {
          const read = await connection.runAndReadAll(`SELECT id, ${column} FROM "rows" ORDER BY id`)
          const here = read.getRows().map(([, value]) => value as string | null)
          const { rows: there } = await client.query<{ text: string | null }>(
            `SELECT CASE WHEN num_nulls(${column}) = 0 THEN concat(${column}) END AS text FROM rows ORDER BY id`,
          )
          const wanted = there.map(({ text }) => hash(text))
          if (JSON.stringify(here) !== JSON.stringify(wanted)) differing.push(sourceType)
        }
      } finally {
        connection.closeSync()
      }
      expect(differing).toEqual([])
      expect(cases.length).toBeGreaterThan(100)
    } finally {
      await client.end()
    }
  })

  it('leave no plain value on the disk, at no moment: file, log, staged rows, dead letters', { timeout: 120_000 }, async () => {
    const [secret, visible] = ['Zq7PLAINSECRETzq7', 'Zq7VISIBLEVALUEzq7']
    await source.query('CREATE TABLE people (id int PRIMARY KEY, email text, phone text, notes text, other text, price numeric(10,2))')
    await source.query('ALTER TABLE people ALTER email SET STORAGE EXTERNAL')
    await source.query('CREATE TABLE keyed (email text PRIMARY KEY, other text); CREATE TABLE bag (email text, other text); ALTER TABLE bag REPLICA IDENTITY FULL')
    const values = (n: string): string => `'${secret}' || ${n} || repeat('x', ${n} % 3 * 1500), '${secret}' || ${n}, '${secret}', '${visible}' || ${n}`
    await source.query(`INSERT INTO people SELECT n, ${values('n')}, 1 FROM generate_series(1, 600) n`)
    await source.query(`INSERT INTO keyed SELECT '${secret}' || n, '${visible}' FROM generate_series(1, 100) n; INSERT INTO bag SELECT * FROM keyed`)
    const watch = new DiskWatch(folder.path, [secret, visible])
    const masks = [
      ...[mask('public.people.email', 'hash'), mask('public.people.phone', 'null'), mask('public.people.notes', 'redact')],
      ...[mask('public.keyed.email', 'hash'), mask('public.bag.email', 'hash')],
    ]
    await follow(masks)
    await source.query(`INSERT INTO people SELECT n, ${values('n')}, 1 FROM generate_series(5001, 5600) n`)
    await source.query(`UPDATE people SET other = '${visible} seen' WHERE id % 2 = 0; UPDATE people SET email = '${secret} new' || id WHERE id % 9 = 0; UPDATE people SET id = -id WHERE id % 10 = 0; DELETE FROM people WHERE id % 8 = 0`)
    await source.query(`UPDATE keyed SET email = email || ' moved' WHERE other < 'a' OR email < '${secret}5'; DELETE FROM keyed WHERE email > '${secret}8'`)
    await source.query(`UPDATE bag SET other = '${visible} b' WHERE email < '${secret}5'; DELETE FROM bag WHERE email > '${secret}8'`)
    await session!.whenCaughtUp()
    // Held back while it is copied again.
    await session!.resyncTable({ schema: 'public', name: 'people' })
    const isCopied = (): boolean => session!.live().tables.find(({ name }) => name === 'people')?.state === 'ready'
    for (let n = 20_000; !isCopied() || n === 20_000; n += 100) {
      await source.query(`INSERT INTO people SELECT n, ${values('n')}, 1 FROM generate_series(${n}, ${n} + 99) n`)
    }
    await session!.whenCaughtUp()
    const people = 'SELECT id, email, phone, notes, other FROM people'
    expect(await rows(people)).toEqual(await maskedRows(people, null, 'hash', 'null', 'redact', null))
    for (const table of ['keyed', 'bag']) expect(await rows(`SELECT email, other FROM ${table}`)).toEqual(await maskedRows(`SELECT email, other FROM ${table}`, 'hash', null))
    // A change that cannot be applied is kept as a dead letter.
    await source.query(`UPDATE people SET price = 'NaN' WHERE id = 1`)
    await until('the table is parked', () => session!.live().tables.find(({ name }) => name === 'people')?.state === 'errored')
    const letters = await rows('SELECT changes FROM millrace.dead_letters WHERE changes IS NOT NULL')
    expect(letters.join()).toContain('[redacted]')
    await session!.close()
    session = null
    const found = await watch.end()
    expect([...(found.get(secret) ?? [])]).toEqual([])
    // It would have been seen.
    const kinds = new Set([...(found.get(visible) ?? [])].map((name) => /^(batch|held|file)/.exec(name)?.[1]))
    expect([kinds.has('batch'), kinds.has('held'), kinds.has('file')]).toEqual([true, true, true])
  })

  it('take unchanged TOAST values from the replica, and find rows by a hashed key', async () => {
    await source.query('CREATE TABLE documents (email text PRIMARY KEY, body text, notes text, seen int)')
    await source.query('ALTER TABLE documents ALTER body SET STORAGE EXTERNAL, ALTER notes SET STORAGE EXTERNAL')
    await source.query(`INSERT INTO documents SELECT 'e' || n, repeat('x', 5000) || n, repeat('y', 5000) || n, 0 FROM generate_series(1, 30) n`)
    await follow([mask('public.documents.email', 'hash'), mask('public.documents.body', 'hash'), mask('public.documents.notes', 'redact')])
    await source.query(`UPDATE documents SET seen = 1 WHERE email < 'e2'`)
    await source.query(`BEGIN; UPDATE documents SET email = 'moved ' || email WHERE email LIKE 'e1%'; UPDATE documents SET seen = seen + 1; DELETE FROM documents WHERE email = 'e5'; COMMIT`)
    await session!.whenCaughtUp()
    const sql = 'SELECT email, body, notes, seen FROM documents'
    expect(await rows(sql)).toEqual(await maskedRows(sql, 'hash', 'hash', 'redact', null))
  })

  it('are refused before anything is made, where they name nothing or make all keys alike', async () => {
    await createUsers()
    const refusal = async (...masks: MaskRequest[]): Promise<unknown> => {
      const opened = await openReplica(folder.path, source, { masks, filePath: newFilePath(folder.path) })
      const fault = await opened.ended
      await opened.close()
      return fault?.code
    }
    expect(await refusal(mask('public.users.mail', 'hash'))).toBe('MASK_COLUMN_MISSING')
    expect(await refusal(mask('public.people.email', 'hash'))).toBe('MASK_COLUMN_MISSING')
    expect(await refusal(mask('public.users.id', 'redact'))).toBe('MASK_ON_KEY')
    expect(await refusal(mask('public.users.id', 'null'))).toBe('MASK_ON_KEY')
    expect(await sourceRows(source, 'SELECT slot_name FROM pg_replication_slots WHERE database = current_database() UNION ALL SELECT pubname FROM pg_publication')).toEqual([])
  })

  it('are others when that is asked for: the table is copied again, and only that', async () => {
    await createUsers()
    await source.query(`CREATE TABLE orders (id int PRIMARY KEY, email text); INSERT INTO orders VALUES (1, 'user1@example.org')`)
    await follow(userMasks)
    const copied = (): Promise<string[]> => rows('SELECT table_name, copied_at FROM millrace.tables')
    const before = await copied()
    await reopen([mask('public.users.email', 'hash')])
    expect(await copied()).toEqual(before)
    await reopen([mask('public.users.email', 'redact'), mask('public.users.notes', 'none')])
    expect((await copied()).filter((row) => before.includes(row)).map((row) => row.split('|')[0])).toEqual(['orders'])
    expect(session!.live().events.map(({ text }) => text)).toContain('public.users is copied again: its columns are masked otherwise now.')
    const sql = 'SELECT email, phone, notes FROM users'
    expect(await rows(sql)).toEqual(await maskedRows(sql, 'redact', 'null', null))
    // While it follows: a join over hashes works between tables.
    await session!.maskColumns([mask('public.users.email', 'hash'), mask('public.orders.email', 'hash')])
    await until('both are copied again', () => session!.live().tables.every(({ state }) => state === 'ready'))
    await session!.whenCaughtUp()
    expect(await rows('SELECT users.id FROM users JOIN orders USING (email)')).toEqual(['1'])
    await expect(session!.maskColumns([mask('public.users.id', 'redact')])).rejects.toMatchObject({ code: 'MASK_ON_KEY' })
    await expect(session!.maskColumns([mask('public.users.mail', 'hash')])).rejects.toMatchObject({ code: 'MASK_COLUMN_MISSING' })
  })

  it('outlive that their table is left out and comes back, and that the table is made anew', async () => {
    await createUsers()
    await source.query('CREATE TABLE other (id int PRIMARY KEY)')
    await follow(userMasks)
    await session!.removeTable({ schema: 'public', name: 'users' })
    await session!.addTables([{ schema: 'public', name: 'users' }])
    await until('it is copied', () => session!.live().tables.find(({ name }) => name === 'users')?.state === 'ready')
    await expectUsers()
    await source.query('DROP TABLE users')
    await createUsers()
    await until('the new one is copied', async () => (await rows('SELECT count(*) FROM millrace.schema_changes')).join() !== '0' && session!.live().tables.find(({ name }) => name === 'users')?.state === 'ready', { timeoutMs: 30_000 })
    await expectUsers()
    await session!.copyEverythingAgain()
    await session!.whenCaughtUp()
    await expectUsers()
  })

  it('keep a table back that was made anew without a masked column: it may have the values under another name', async () => {
    await createUsers()
    await follow(userMasks)
    await source.query(`DROP TABLE users; CREATE TABLE users (id int PRIMARY KEY, mail text, phone text, notes text); INSERT INTO users VALUES (1, 'plain', 'b', 'c')`)
    await until('it is parked', () => session!.live().tables[0]?.state === 'errored' && /made anew/.test(session!.live().tables[0]?.reason ?? ''), { timeoutMs: 30_000 })
    expect(session!.live().tables[0]?.reason).toMatch(/^public\.users was made anew on the source, and has no column email any more/)
    expect(await rows(`SELECT outcome FROM millrace.schema_changes`)).toEqual(['parked'])
    await session!.maskColumns([mask('public.users.mail', 'hash')])
    await until('it is copied', () => session!.live().tables[0]?.state === 'ready')
    await session!.whenCaughtUp()
    const sql = 'SELECT mail, phone, notes FROM users'
    expect(await rows(sql)).toEqual(await maskedRows(sql, 'hash', 'null', 'redact'))
  })

  describe('when the table changes on the source', () => {
    const expectMasked = async (columns: string, ...masks: Parameters<typeof maskedRows>[1][]): Promise<void> => {
      await session!.whenCaughtUp()
      expect(await rows(`SELECT ${columns} FROM users`)).toEqual(await maskedRows(`SELECT ${columns} FROM users`, ...masks))
    }
    beforeEach(async () => {
      await source.query('CREATE TABLE users (id int PRIMARY KEY, email text, notes text)')
      await source.query(`INSERT INTO users SELECT n, 'user' || n, 'note' || n FROM generate_series(1, 200) n`)
      await follow([mask('public.users.email', 'hash')])
      await expectMasked('id, email, notes', null, 'hash', null)
    })

    it('a new column has no mask, and the others keep theirs without another copy', async () => {
      await source.query(`ALTER TABLE users ADD city text DEFAULT 'here'; INSERT INTO users VALUES (1000, 'a', 'b', 'c'); UPDATE users SET email = 'x' || id WHERE id < 9`)
      await expectMasked('id, email, notes, city', null, 'hash', null, null)
      expect(await rows('SELECT outcome FROM millrace.schema_changes')).toEqual(['applied'])
    })

    it.each([
      ['renamed', `ALTER TABLE users RENAME email TO mail`, 'id, mail, notes'],
      ['renamed, and another comes by its name', `ALTER TABLE users RENAME email TO mail; ALTER TABLE users RENAME notes TO email`, 'id, mail, email'],
      ['of another type', `ALTER TABLE users ALTER email TYPE varchar(20)`, 'id, email, notes'],
      ['rewritten', `ALTER TABLE users ALTER email TYPE text USING upper(email)`, 'id, email, notes'],
    ])('a masked column that is %s keeps its mask', async (_, ddl, columns) => {
      await source.query(`BEGIN; INSERT INTO users VALUES (999, 'before', 'b'); ${ddl}; INSERT INTO users VALUES (1000, 'after', 'b'); COMMIT`)
      await source.query(`INSERT INTO users VALUES (1001, 'later', 'b')`)
      await expectMasked(columns, null, 'hash', null)
      const { filePath } = session!
      await session!.close()
      await source.query(`UPDATE users SET ${columns.split(', ')[1]} = 'away' WHERE id < 50`)
      await follow([], { filePath })
      await expectMasked(columns, null, 'hash', null)
    })

    it('while nobody looks, it is copied again where its columns have other names', async () => {
      const { filePath } = session!
      await session!.close()
      await source.query(`ALTER TABLE users RENAME email TO mail; ALTER TABLE users RENAME notes TO email; INSERT INTO users VALUES (1000, 'plain', 'b'); UPDATE users SET mail = 'm'`)
      await follow([], { filePath })
      await expectMasked('id, mail, email', null, 'hash', null)
    })

    it('so that the mask falls on its key, it is parked and says why', async () => {
      await session!.maskColumns([mask('public.users.notes', 'redact')])
      await session!.whenCaughtUp()
      await source.query(`ALTER TABLE users ALTER notes SET NOT NULL; CREATE UNIQUE INDEX by_notes ON users (notes); ALTER TABLE users REPLICA IDENTITY USING INDEX by_notes; INSERT INTO users VALUES (1000, 'a', 'b')`)
      await until('it is parked', () => session!.live().tables[0]?.state === 'errored', { timeoutMs: 30_000 })
      expect(session!.live().tables[0]?.reason).toMatch(/^notes is part of the key/)
    })
  })

  it('need their key: without it nothing goes on, and with it everything', async () => {
    await createUsers()
    await follow(userMasks)
    const { filePath } = session!
    await session!.close()
    const keys = join(folder.path, 'mask-keys')
    renameSync(keys, `${keys}-away`)
    await source.query(`INSERT INTO users VALUES (6000, 'later', 'a', 'b', 1)`)
    session = await openReplica(folder.path, source, { filePath })
    expect((await session.ended)?.code).toBe('MASK_KEY_MISSING')
    expect(await rows('SELECT count(*) FROM users')).toEqual(['3000'])
    await session.close()
    renameSync(`${keys}-away`, keys)
    chmodSync(keys, 0o700)
    await follow([], { filePath })
    await expectUsers()
  })

  it('are the same after kills at any moment', { timeout: 120_000 }, async () => {
    await source.query('CREATE TABLE users (id int PRIMARY KEY, email text, phone text, notes text, age int)')
    await source.query(`INSERT INTO users SELECT n, 'user' || n, 'p', 'n', 0 FROM generate_series(1, 30000) n`)
    const filePath = newFilePath(folder.path)
    const options = JSON.stringify({ filePath, address: source.address, masks: userMasks })
    const start = (): ReturnType<typeof startTypescript> => startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path] })
    const copying = start()
    await copying.waitForLine('a copy', (line) => /^state copying .* copied [1-9]/.exec(line))
    await copying.kill()
    for (let kill = 0; kill < 2; kill++) {
      const following = start()
      await following.waitForLine('the stream', (line) => /^state following/.exec(line))
      await source.query(`UPDATE users SET email = email || '${kill}', age = age + 1 WHERE id % 2 = 0`)
      await following.waitForLine('something of it', (line) => /^state catching-up/.exec(line))
      await following.kill()
    }
    await follow([], { filePath })
    await expectUsers()
  })

  it('are verified masked, by their hashes where those are the key, and mended masked', { timeout: 120_000 }, async () => {
    await createUsers()
    await source.query(`CREATE TABLE keyed (email text PRIMARY KEY, n int); INSERT INTO keyed SELECT 'user' || n, n FROM generate_series(1, 500) n`)
    await follow([...userMasks, mask('public.keyed.email', 'hash')])
    for (const mode of ['full', 'cheap'] as const) {
      const clean = await verifySession(session!, { mode })
      expect(clean.tables.map(({ name, outcome, reason }) => [name, outcome, reason])).toEqual([['keyed', 'same', null], ['users', 'same', null]])
    }
    await plant(session!, `UPDATE users SET email = 'user1@example.org' WHERE id = 1`, `UPDATE users SET phone = 'x' WHERE id = 2`, 'DELETE FROM users WHERE id = 3', 'DELETE FROM keyed WHERE n = 9', 'UPDATE keyed SET n = 0 WHERE n = 8')
    const found = await verifySession(session!, { repair: true })
    expect(found.tables.map((table) => [table.outcome, findingsOf(table)])).toEqual([
      ['repaired', ['extra 1 rows', 'missing 2 rows']],
      ['repaired', ['altered 1: email', 'altered 2: phone', 'missing 3']],
    ])
    await expectUsers()
    expect(await rows('SELECT email, n FROM keyed')).toEqual(await maskedRows('SELECT email, n FROM keyed', 'hash', null))
  })
})

