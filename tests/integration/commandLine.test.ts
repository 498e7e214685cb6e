import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runMillrace, startMillrace } from '../support/millrace.ts'
import type { Ended } from '../support/millrace.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import type { TemporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

// These drive the built program in processes of its own, as a script or a user would.

let folder: TemporaryFolder
let database: TestDatabase
let file: string
let password: string

const millrace = (...args: string[]): Promise<Ended> => runMillrace(args, { home: folder.path })
const json = (end: Ended): Record<string, unknown> => JSON.parse(end.stdout) as Record<string, unknown>

beforeAll(async () => {
  folder = await temporaryFolder('millrace-cli')
  file = folder.join('shop.duckdb')
  database = await sharedPostgres(18).createDatabase()
  password = database.address.password ?? ''
  await database.query('CREATE TABLE orders (id bigint PRIMARY KEY, country text, total numeric(12,2), note text)')
  await database.query('CREATE TABLE customers (id int PRIMARY KEY, name text)')
  await database.query("INSERT INTO customers SELECT g, 'name ' || g FROM generate_series(1, 100) g")
  await database.query(
    "INSERT INTO orders SELECT g, (ARRAY['de', 'fr'])[g % 2 + 1], g / 7.0, NULLIF('', 'x') FROM generate_series(1, 1000) g",
  )
}, 120_000)

afterAll(async () => {
  await database.drop()
  await folder.remove()
})

describe('wrong usage', () => {
  it.each([
    [['nonsense']],
    [['sync']],
    [['sync', '--file']],
    [['sync', '--file', 'x', '--mask', 'public.users.email=md5']],
    [['sync', '--file', 'x', '--mask', 'email=hash']],
    [['sync', '--file', 'x', '--slot', 'No Slot']],
    [['query', '--file', 'x']],
    [['query', '--file', 'x', '--format', 'xml', 'select 1']],
    [['query', '--file', 'x', '--format', 'parquet', 'select 1']],
    [['serve', '--port', 'eighty']],
    [['serve', '--demo', '--file', 'x']],
    [['status', '--file', 'x', 'extra']],
  ])('%j exits 2 and says why in one line', async (args) => {
    const end = await millrace(...args)
    expect(end.exitCode).toBe(2)
    expect(end.stdout).toBe('')
    expect(end.stderr).toMatch(/^millrace: USAGE: [^\n]+\n$/)
  })

  it('help is no failure', async () => {
    const end = await millrace('sync', '--help')
    expect(end.exitCode).toBe(0)
    expect(end.stdout).toContain('--until-caught-up')
  })
})

describe('a failure', () => {
  it('is named in one line, exits 1, and never shows the password', async () => {
    const end = await millrace('doctor', '--source', 'postgres://ada:hunter2@127.0.0.1:1/shop')
    expect(end.exitCode).toBe(1)
    expect(end.stderr).toMatch(/^millrace: CONNECT_REFUSED: [^\n]+\n$/)
    expect(end.stdout + end.stderr).not.toContain('hunter2')
  })

  it('is one JSON object with --json', async () => {
    const end = await millrace('status', '--file', folder.join('none.duckdb'), '--json')
    expect(end.exitCode).toBe(1)
    expect(json(end)).toMatchObject({ fault: { code: 'FILE_MISSING' } })
  })

  it('of a wrong password tells nothing of it', async () => {
    const wrong = database.url.replace(encodeURIComponent(password), 'hunter2')
    const end = await millrace('sync', '--source', wrong, '--file', folder.join('x.duckdb'), '--until-caught-up', '--json')
    expect(end.exitCode).toBe(1)
    expect(end.stderr).toContain('AUTHENTICATION_FAILED')
    expect(end.stdout + end.stderr).not.toContain('hunter2')
  })
})

describe('the road of one file', () => {
  it('doctor finds the source ready, and takes it from the libpq environment too', async () => {
    const { host, port, user } = database.address
    const env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database.address.database }
    const end = await runMillrace(['doctor', '--json'], { home: folder.path, env: { ...env, PGSSLMODE: 'disable' } })
    expect(end.stderr).toBe('')
    expect(end.exitCode).toBe(0)
    expect(json(end)).toMatchObject({ ready: true, server: { majorVersion: 18 } })
    expect(end.stdout).not.toContain(password)
  })

  it('sync copies, catches up and ends', async () => {
    const end = await millrace('sync', '--source', database.url, '--file', file, '--tables', 'public.*', '--until-caught-up', '--json')
    expect(end.exitCode, end.stderr).toBe(0)
    expect(json(end)).toMatchObject({ file, tables: [{ name: 'customers', rows: 100 }, { name: 'orders', rows: 1000 }] })
    expect(end.stdout + end.stderr).not.toContain(password)
  })

  it('sync resumes: what was committed meanwhile is in the file afterwards', async () => {
    await database.query("INSERT INTO orders VALUES (9007199254740993, 'se', 1.5, '')")
    await database.query('DELETE FROM customers WHERE id > 90')
    expect((await millrace('sync', '--source', database.url, '--file', file, '--no-follow')).exitCode).toBe(0)
    const end = await millrace('query', '--file', file, '--json', 'SELECT (SELECT count(*) FROM customers) AS c, * FROM orders ORDER BY id DESC LIMIT 1')
    expect(json(end)).toMatchObject({ rows: [[90, '9007199254740993', 'se', 1.5, '']], rowCount: 1 })
  })

  it('status reads the file alone, and the slot with its source', async () => {
    const alone = json(await millrace('status', '--file', file, '--json'))
    expect(alone).toMatchObject({ tables: [{ state: 'ready' }, { state: 'ready' }], checkpoint: { lsn: expect.any(String) as string } })
    expect(alone).not.toHaveProperty('slot')
    const both = json(await millrace('status', '--file', file, '--source', database.url, '--json'))
    expect(both).toMatchObject({ slot: { health: 'ok', active: false }, lagBytes: expect.any(Number) as number })
  })

  it("query has the user's own tables beside the file, to be read, and does without a file of them that is damaged", async () => {
    const scratch = file.replace(/\.duckdb$/, '.scratch.duckdb')
    const instance = await DuckDBInstance.create(scratch)
    const connection = await instance.connect()
    await connection.run(`CREATE TABLE names AS SELECT 'de' AS country, 'Germany' AS name`)
    connection.closeSync()
    instance.closeSync()
    const joined = 'SELECT name, count(*) FROM orders JOIN scratch.names USING (country) GROUP BY 1'
    expect((await millrace('query', '--file', file, '--format', 'csv', joined)).stdout).toMatch(/\r\nGermany,500\r\n/)
    expect((await millrace('query', '--file', file, 'DELETE FROM scratch.names')).exitCode).toBe(1)
    await writeFile(scratch, 'no such file')
    const without = await millrace('query', '--file', file, '--format', 'csv', 'SELECT count(*) AS n FROM orders')
    expect(without).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^n\r\n\d+\r\n$/) })
    await rm(scratch)
  })

  it('query prints each format, and writes files whole', async () => {
    const sql = "SELECT country AS c, count(*) AS c FROM orders WHERE country <> 'se' GROUP BY 1 ORDER BY 1; -- both named c"
    expect((await millrace('query', '--file', file, sql)).stdout).toBe('c     c\n--  ---\nde  500\nfr  500\n(2 rows)\n')
    expect((await millrace('query', '--file', file, '--format', 'csv', sql)).stdout).toBe('c,c\r\nde,500\r\nfr,500\r\n')
    expect(json(await millrace('query', '--file', file, '--format', 'json', sql))).toEqual([{ c: 'de', c_2: 500 }, { c: 'fr', c_2: 500 }])
    const output = folder.join('result.parquet')
    await writeFile(output, 'an older one')
    const end = await millrace('query', '--file', file, '--format', 'parquet', '--output', output, '--json', sql)
    expect(json(end)).toMatchObject({ output, rowCount: 2 })
    expect((await readFile(output)).subarray(0, 4).toString()).toBe('PAR1')
  })

  it('query refuses to write, and leaves stdout and files alone when it fails', async () => {
    for (const [sql, code] of [
      ['DELETE FROM orders', 'QUERY_WRITES'],
      [`COPY orders TO '${folder.join('stolen.csv')}'`, 'QUERY_WRITES'],
      ['SELECT 1; SELECT 2', 'QUERY_FAILED'],
      ['SELECT nope FROM orders', 'QUERY_FAILED'],
      [' ', 'QUERY_EMPTY'],
    ]) {
      const end = await millrace('query', '--file', file, sql ?? '')
      expect(end.exitCode).toBe(1)
      expect(end.stdout).toBe('')
      expect(end.stderr).toMatch(new RegExp(`^millrace: ${code}: [^\\n]+\\n$`))
    }
    const output = folder.join('kept.csv')
    await writeFile(output, 'an older one')
    await millrace('query', '--file', file, '--format', 'csv', '--output', output, "SELECT error('no') FROM orders")
    expect(await readFile(output, 'utf8')).toBe('an older one')
  })

  it('a query that fails after many rows exits 1, and never passes for a whole one', async () => {
    const sql = `SELECT CASE WHEN n = 1000000 THEN CAST('x' AS INTEGER) ELSE n END AS n FROM range(1100000) AS numbers(n)`
    const { exitCode, stderr } = await millrace('query', '--file', file, '--format', 'csv', sql)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^millrace: QUERY_FAILED: /)
  })

  it('compare runs both engines in turn, and exits 1 where the answers differ', async () => {
    const sql = 'SELECT country, count(*), sum(total) FROM orders GROUP BY country'
    const same = await millrace('compare', '--source', database.url, '--file', file, '--runs', '2', '--json', sql)
    expect(same.exitCode, same.stderr).toBe(0)
    expect(json(same)).toMatchObject({ state: 'done', answer: { same: true, sourceRows: 3 }, comparable: { sameData: true } })
    const differs = await millrace('compare', '--source', database.url, '--file', file, '--runs', '1', 'SELECT version()')
    expect(differs.exitCode).toBe(1)
    expect(differs.stderr).toMatch(/^millrace: the answers differ: /m)
    const writes = await millrace('compare', '--source', database.url, '--file', file, 'DELETE FROM orders')
    expect(writes.stderr).toMatch(/^millrace: QUERY_WRITES: /m)
  })

  it('verify exits 1 where the replica differs, names table and keys, and mends them with --repair', async () => {
    const verify = (...more: string[]): Promise<Ended> => millrace('verify', '--source', database.url, '--file', file, ...more)
    const same = await verify('--share', '100')
    expect(same.exitCode, same.stderr).toBe(0)
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    await connection.run(`DELETE FROM public.orders WHERE id = 7; UPDATE public.customers SET name = 'x' WHERE id = 3`)
    connection.closeSync()
    instance.closeSync()
    const differs = await verify('--json')
    expect(differs.exitCode).toBe(1)
    expect(differs.stderr).toMatch(/^millrace: public.orders differs: 1 missing \(missing id=7\)$/m)
    expect(differs.stderr).toMatch(/^millrace: public.customers differs: 1 altered \(altered id=3\)$/m)
    expect(json(differs)).toMatchObject({ tables: [{ differences: [{ key: ['3'], columns: ['name'] }] }, { rowsMissing: 1 }] })
    const one = await verify('--tables', 'orders', '--mode', 'cheap', '--repair')
    expect(one.exitCode, one.stderr).toBe(0)
    expect(one.stdout).toMatch(/public\.orders +repaired/)
    expect(one.stdout).not.toContain('customers')
    expect((await verify('--repair')).exitCode).toBe(0)
    expect((await verify()).exitCode).toBe(0)
    const status = json(await millrace('status', '--file', file, '--json'))
    expect(status).toMatchObject({ tables: [{ verified: { outcome: 'same', mode: 'full' } }, { verified: { outcome: 'same' } }] })
    expect((await verify('--tables', 'nothing')).stderr).toMatch(/^millrace: TABLE_MISSING: /m)
  })

  it('sync --mask copies no value of the column, status lists it, and compare says why the answers differ', async () => {
    const masked = folder.join('masked.duckdb')
    const sync = (...more: string[]): Promise<Ended> => millrace('sync', '--source', database.url, '--file', masked, '--tables', 'customers', '--until-caught-up', ...more)
    const wrong = await sync('--mask', 'customers.nickname=hash')
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringMatching(/^millrace: MASK_COLUMN_MISSING: /m)])
    expect((await sync('--mask', 'customers.id=redact')).stderr).toMatch(/^millrace: MASK_ON_KEY: /m)
    const end = await sync('--mask', 'public.customers.name=hash', '--json')
    expect(end.exitCode, end.stderr).toBe(0)
    expect(json(end)).toMatchObject({ tables: [{ name: 'customers', maskedColumns: [{ column: 'name', rule: 'hash' }] }] })
    expect((await sync()).exitCode).toBe(0)
    const status = await millrace('status', '--file', masked, '--json')
    expect(json(status)).toMatchObject({ tables: [{ name: 'customers', masks: [{ column: 'name', rule: 'hash' }] }] })
    const names = await millrace('query', '--file', masked, '--format', 'csv', 'SELECT DISTINCT length(name) AS n FROM customers')
    expect(names.stdout).toBe('n\r\n64\r\n')
    const compare = (sql: string): Promise<Ended> => millrace('compare', '--source', database.url, '--file', masked, '--runs', '1', sql)
    expect((await compare('SELECT count(DISTINCT name) FROM customers')).exitCode).toBe(0)
    const differs = await compare('SELECT name FROM customers')
    expect(differs.stderr).toMatch(/the answers differ: .*masked column in the replica \(public\.customers\.name\)/)
    expect((await millrace('drop', '--source', database.url, '--file', masked)).exitCode).toBe(0)
  }, 120_000)

  it('query may be stopped in the middle', async () => {
    const sql = 'SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range * b.range % 7 = 3'
    const output = folder.join('stopped.csv')
    const args = ['query', '--file', file, '--format', 'csv', '--output', output, sql]
    const running = startMillrace(args, { home: folder.path })
    await until('the query has begun', () => stat(`${output}.partial-${running.process.pid}`))
    const end = await running.stop('SIGINT')
    expect(end.exitCode).toBe(1)
    expect(end.stderr).toMatch(/^millrace: STOPPED: /)
    expect(end.tookMs).toBeLessThan(2_000)
    expect((await readdir(folder.path)).filter((name) => name.startsWith('stopped'))).toEqual([])
  })

  it('while sync follows, a second process is told so by name, and SIGTERM ends it cleanly within 2 s', async () => {
    const running = startMillrace(['sync', '--source', database.url, '--file', file], { home: folder.path })
    await until('the stream follows', () => running.stderr().includes('following'), { timeoutMs: 30_000 })
    for (const args of [['query', '--file', file, 'SELECT 1'], ['sync', '--source', database.url, '--file', file]]) {
      const second = await millrace(...args)
      expect(second.exitCode).toBe(1)
      expect(second.stderr).toMatch(/^millrace: FILE_IN_USE: [^\n]+\n$/)
    }
    const commandLine = await readFile(`/proc/${running.process.pid}/cmdline`, 'utf8').catch(() => '')
    expect(commandLine).not.toContain(password)
    const end = await running.stop('SIGTERM')
    expect(end.exitCode, end.stderr).toBe(0)
    expect(end.tookMs).toBeLessThan(2_000)
  })

  it('drop leaves no slot and no publication, and may be called again', async () => {
    const end = await millrace('drop', '--source', database.url, '--file', file, '--json')
    expect(json(end)).toMatchObject({ droppedSlot: true })
    const slots = await database.query('SELECT 1 FROM pg_replication_slots WHERE database = current_database()')
    const publications = await database.query('SELECT 1 FROM pg_publication')
    expect([...slots.rows, ...publications.rows]).toEqual([])
    expect(json(await millrace('drop', '--source', database.url, '--file', file, '--json'))).toMatchObject({ droppedSlot: false })
  })
})

describe('the browser host as a program', () => {
  it('prints one ready line, lets the token in, and SIGINT ends it within 2 s', async () => {
    const running = startMillrace(['serve', '--no-open', '--file', folder.join('served.duckdb'), '--source', database.url], { home: folder.path })
    const [, url = ''] = await running.waitFor(/^ready (http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+)$/m)
    const answer = await fetch(url, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect((await fetch(new URL('/', url))).status).toBe(401)
    const end = await running.stop('SIGINT')
    expect(end.exitCode, end.stderr).toBe(0)
    expect(end.tookMs).toBeLessThan(2_000)
    expect(end.stdout).toBe(`ready ${url}\n`)
    expect(end.stderr).not.toContain(password)
    await millrace('drop', '--source', database.url, '--file', folder.join('served.duckdb'))
  })
})

describe('the demo as a program', () => {
  it('prints its URL, answers, and leaves nothing running', async () => {
    const running = startMillrace(['demo', '--rows', '2000', '--rate', '5', '--json'], { home: folder.path })
    const [line] = await running.waitFor(/^\{.*\}$/m)
    const { url } = JSON.parse(line) as { url: string }
    const doctor = await millrace('doctor', '--source', url, '--json')
    expect(json(doctor)).toMatchObject({ ready: true })
    const end = await running.stop('SIGINT')
    expect(end.exitCode, end.stderr).toBe(0)
    expect((await millrace('doctor', '--source', url)).stderr).toContain('CONNECT_REFUSED')
  })
})
