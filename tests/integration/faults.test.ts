import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { dropFromSource, readFileStatus } from '../../src/main/engine/fileStatus.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { ReplicaFile } from '../../src/main/engine/store/replicaFile.ts'
import { sharedPostgres, startPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts'
import { newFilePath, openReplica, replicaRows, testHost } from '../support/replica.ts'
import { expectSameRows, leftOnSource } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript } from '../support/typescriptProcess.ts'
import { until } from '../support/until.ts'

let folder: TemporaryFolder
let session: ReplicaSession | null = null

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())
afterEach(async () => {
  const following = session
  session = null
  await following?.close()
})

async function createItems(source: TestDatabase, rows = 10): Promise<void> {
  await source.query('CREATE TABLE items (id int PRIMARY KEY, note text); CREATE TABLE others (id int PRIMARY KEY)')
  await source.query(`INSERT INTO items SELECT n, 'note' FROM generate_series(1, ${rows}) n`)
}

async function follow(source: Pick<TestDatabase, 'address'>, filePath = newFilePath(folder.path)): Promise<ReplicaSession> {
  session = await openReplica(folder.path, source, { filePath })
  await session.whenCaughtUp()
  return session
}

/** A caught-up file that nobody has open. */
async function madeFile(source: TestDatabase): Promise<string> {
  const { filePath } = await follow(source)
  await session!.close()
  return filePath
}

/** Opens the file, and answers why it cannot be followed. */
async function refusal(source: Pick<TestDatabase, 'address'>, filePath: string): Promise<string | undefined> {
  session = await openReplica(folder.path, source, { filePath })
  const fault = await session.ended
  expect(session.live()).toMatchObject({ state: 'failed', fault: { code: fault?.code, advice: expect.stringMatching(/\w+/) } })
  await session.close()
  return fault?.code
}

async function slotOf(filePath: string): Promise<string> {
  return (await readFileStatus(testHost(folder.path), filePath)).source!.slotName
}

describe('a file that cannot be used', () => {
  let source: TestDatabase

  beforeEach(async () => {
    source = await sharedPostgres(18).createDatabase()
    await createItems(source)
  })
  afterEach(() => source.drop())

  /** Null where it opens after all. */
  async function openingFault(filePath: string): Promise<unknown> {
    try {
      session = await openReplica(folder.path, source, { filePath })
      return null
    } catch (error) {
      return error
    }
  }

  async function expectRefused(filePath: string, code: string): Promise<void> {
    const before = readFileSync(filePath)
    expect(await openingFault(filePath)).toMatchObject({ code, advice: expect.stringMatching(/\w+/) })
    expect(readFileSync(filePath).equals(before)).toBe(true)
    expect(await leftOnSource(source)).toEqual([])
    expect(readdirSync(folder.join('temporary')).filter((name) => name.startsWith('staging-'))).toEqual([])
  }

  it('a second process on the same file is refused by name, and the first goes on', async () => {
    const filePath = newFilePath(folder.path)
    const options = JSON.stringify({ filePath, address: source.address })
    const first = startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path] })
    try {
      await first.waitForLine('the stream', (line) => /^state following/.exec(line))
      await expect(openReplica(folder.path, source, { filePath })).rejects.toMatchObject({ code: 'FILE_IN_USE' })
      await expect(readFileStatus(testHost(folder.path), filePath)).rejects.toMatchObject({ code: 'FILE_IN_USE' })
      const drop = dropFromSource(testHost(folder.path), { filePath, address: source.address })
      await expect(drop).rejects.toMatchObject({ code: 'FILE_IN_USE' })
      await source.query(`INSERT INTO items VALUES (100, 'new')`)
    } finally {
      await first.kill()
    }
    await follow(source, filePath)
    await expectSameRows(source, session!, ['items'])
  })

  it('the same file a second time in one process is refused by name', async () => {
    const { filePath } = await follow(source)
    const second = openReplica(folder.path, source, { filePath }).then((opened) => opened.close())
    await expect(second).rejects.toMatchObject({ code: 'FILE_IN_USE' })
    await source.query(`INSERT INTO items VALUES (100, 'new')`)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items'])
  })

  it("somebody else's DuckDB file is left as it is", async () => {
    const filePath = newFilePath(folder.path)
    const instance = await DuckDBInstance.create(filePath)
    const connection = await instance.connect()
    await connection.run('CREATE TABLE mine AS SELECT 1 AS x')
    connection.closeSync()
    instance.closeSync()
    await expectRefused(filePath, 'FILE_FOREIGN')
  })

  it('a text file is left as it is', async () => {
    const filePath = newFilePath(folder.path)
    writeFileSync(filePath, 'Dear diary,\n'.repeat(2000))
    await expectRefused(filePath, 'FILE_FOREIGN')
  })

  it('a file of a newer Millrace is left as it is', async () => {
    const filePath = await madeFile(source)
    await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    const instance = await DuckDBInstance.create(filePath)
    const connection = await instance.connect()
    await connection.run('UPDATE millrace.file SET format_version = format_version + 1; CHECKPOINT')
    connection.closeSync()
    instance.closeSync()
    await expectRefused(filePath, 'FILE_TOO_NEW')
  })

  it.each([0.5, 0.9])('a replica cut short to %d of its length is told as damaged and left as it is', async (share) => {
    await source.query(`INSERT INTO items SELECT n, md5(n::text) FROM generate_series(1000, 60000) n`)
    const filePath = await madeFile(source)
    await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    truncateSync(filePath, Math.floor(readFileSync(filePath).length * share))
    await expectRefused(filePath, 'FILE_DAMAGED')
  })

  it('a folder that is not there is named', async () => {
    const filePath = folder.join('nowhere', 'a.duckdb')
    await expect(openReplica(folder.path, source, { filePath })).rejects.toMatchObject({ code: 'FILE_MISSING' })
    await expect(readFileStatus(testHost(folder.path), newFilePath(folder.path))).rejects.toMatchObject({ code: 'FILE_MISSING' })
  })

  it('a file that may not be written is told as such', async () => {
    const filePath = await madeFile(source)
    const options = JSON.stringify({ filePath, address: source.address })
    chmodSync(filePath, 0o444)
    chmodSync(folder.path, 0o755)
    const own = folder.join('nobody')
    mkdirSync(own, { mode: 0o777 })
    chmodSync(own, 0o777)
    // The superuser may write whatever its mode says.
    const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const reader = startTypescript('tests/support/followProcess.ts', { arguments: [options, own], ...account })
    await reader.waitForLine('the fault', (line) => /FILE_READ_ONLY/.exec(line))
    await reader.kill()
    chmodSync(filePath, 0o644)
    await follow(source, filePath)
    await expectSameRows(source, session!, ['items'])
  })

  it('an empty DuckDB file is taken as a new one', async () => {
    const filePath = newFilePath(folder.path)
    const instance = await DuckDBInstance.create(filePath)
    instance.closeSync()
    expect(existsSync(filePath)).toBe(true)
    await follow(source, filePath)
    await expectSameRows(source, session!, ['items'])
  })
})

/** A file system of 24 MB, where we may mount one. */
function mountSmallDisk(path: string): boolean {
  mkdirSync(path, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path]).status === 0
}
const canMount = (() => {
  const path = mkdtempSync(join(tmpdir(), 'millrace-mount-'))
  const mounted = mountSmallDisk(path)
  if (mounted) spawnSync('umount', [path])
  rmSync(path, { recursive: true, force: true })
  return mounted
})()

describe.runIf(canMount)('a disk that is full', () => {
  let source: TestDatabase
  let disk: string

  beforeEach(async () => {
    source = await sharedPostgres(18).createDatabase()
    await createItems(source)
    disk = mkdtempSync(join(tmpdir(), 'millrace-disk-'))
    mountSmallDisk(disk)
  })
  afterEach(async () => {
    await session?.close()
    session = null
    spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
    await source.drop()
  })

  const fill = (from: number) =>
    source.query(`INSERT INTO items SELECT n, string_agg(md5((n * 100 + m)::text), '') FROM generate_series(${from}, ${from + 20000}) n, generate_series(1, 60) m GROUP BY n`)

  async function expectResumes(filePath: string): Promise<void> {
    spawnSync('mount', ['-o', 'remount,size=1g', disk])
    await follow(source, filePath)
    await expectSameRows(source, session!, ['items', 'others'])
  }

  it('while it follows: it ends with its name, and resumes with every row once there is space', async () => {
    const { filePath } = await follow(source, join(disk, 'a.duckdb'))
    await fill(1000)
    expect((await session!.ended)?.code).toBe('DISK_FULL')
    expect(session!.live().tables.map(({ state }) => state)).toEqual(['ready', 'ready'])
    spawnSync('mount', ['-o', 'remount,size=1g', disk])
    await session!.resume()
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'others'])
    await session!.close()
    await expectResumes(filePath)
  })

  it('during the copy: it ends with its name, and the copy is done once there is space', async () => {
    await fill(1000)
    const filePath = join(disk, 'a.duckdb')
    session = await openReplica(folder.path, source, { filePath })
    expect((await session.ended)?.code).toBe('DISK_FULL')
    await session.close()
    await expectResumes(filePath)
  })

  it('for staging: it ends with its name, and resumes with every row once there is space', async () => {
    const filePath = newFilePath(folder.path)
    session = await openReplica(disk, source, { filePath })
    await session.whenCaughtUp()
    await fill(1000)
    expect((await session.ended)?.code).toBe('DISK_FULL')
    await session.close()
    await expectResumes(filePath)
  })
})

describe('memory that is short', () => {
  let source: TestDatabase

  beforeEach(async () => {
    source = await sharedPostgres(18).createDatabase()
    await createItems(source)
  })
  afterEach(async () => {
    await session?.close()
    session = null
    await source.drop()
  })

  it('while DuckDB has too little of it, the stream says so, tries again by itself, and ends with every row', async () => {
    await follow(source)
    const greedy = await session!.connectReplica()
    await greedy.run(`SET GLOBAL memory_limit = '12MB'`)
    await source.query(`INSERT INTO items SELECT n, repeat(md5(n::text), 20) FROM generate_series(1000, 30000) n`)
    await until('it tries again', () => session!.live().state === 'retrying', { timeoutMs: 30_000 })
    expect(session!.live().fault?.code).toBe('MEMORY_SHORT')
    expect(session!.live().tables.map(({ state }) => state)).toEqual(['ready', 'ready'])
    await greedy.run(`SET GLOBAL memory_limit = '350MB'`)
    greedy.closeSync()
    await until('it follows again', () => session!.live().state === 'following', { timeoutMs: 40_000 })
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'others'])
  })
})

describe.each([15, 18] as const)('a slot that is not where the file left it, Postgres %i', (major) => {
  let source: TestDatabase

  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await createItems(source)
  })
  afterEach(() => source.drop())

  it('dropped while away: said, and the file is left as it was', async () => {
    const filePath = await madeFile(source)
    await source.query('SELECT pg_drop_replication_slot($1)', [await slotOf(filePath)])
    await source.query(`INSERT INTO items VALUES (100, 'missed')`)
    expect(await refusal(source, filePath)).toBe('SLOT_MISSING')
  })

  it('dropped while away: everything is copied again into the same file, and follows', async () => {
    const filePath = await madeFile(source)
    await source.query('SELECT pg_drop_replication_slot($1)', [await slotOf(filePath)])
    await source.query(`INSERT INTO items VALUES (100, 'missed'); DROP TABLE others`)
    session = await openReplica(folder.path, source, { filePath })
    expect((await session.ended)?.code).toBe('SLOT_MISSING')
    await session.copyEverythingAgain()
    await session.whenCaughtUp()
    expect(session.live()).toMatchObject({ fault: null, slot: { name: await slotOnSource() } })
    await source.query(`INSERT INTO items VALUES (101, 'after')`)
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['items'])
    expect(session.live().tables.find(({ name }) => name === 'others')).toMatchObject({ state: 'errored', reason: expect.stringMatching(/dropped/) })
    await session.close()
    await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    expect(await leftOnSource(source)).toEqual([])
  })

  it('everything is copied again where one table was dropped and another has taken its name', async () => {
    const filePath = await madeFile(source)
    await source.query('SELECT pg_drop_replication_slot($1)', [await slotOf(filePath)])
    await source.query(`DROP TABLE items; ALTER TABLE others RENAME TO items`)
    session = await openReplica(folder.path, source, { filePath })
    expect((await session.ended)?.code).toBe('SLOT_MISSING')
    await session.copyEverythingAgain()
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['items'])
    expect(session.live().tables.map(({ name, state }) => [name, state])).toEqual([['items', 'ready']])
    const connection = await session.connectReplica()
    const left = await connection.runAndReadAll(`SELECT table_name FROM duckdb_tables() WHERE schema_name = 'public'`)
    connection.closeSync()
    expect(left.getRows()).toEqual([['items']])
    await session.close()
  })

  async function slotOnSource(): Promise<string> {
    const { rows } = await source.query<{ name: string }>('SELECT slot_name::text AS name FROM pg_replication_slots WHERE database = current_database()')
    return rows[0]!.name
  }

  it('dropped and made anew under its name: the gap is told', async () => {
    const filePath = await madeFile(source)
    const slot = await slotOf(filePath)
    await source.query('SELECT pg_drop_replication_slot($1)', [slot])
    await source.query(`INSERT INTO items VALUES (100, 'missed')`)
    await source.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [slot])
    expect(await refusal(source, filePath)).toBe('SLOT_AHEAD')
  })

  it('advanced by somebody: the gap is told', async () => {
    const filePath = await madeFile(source)
    await source.query(`INSERT INTO items VALUES (100, 'missed')`)
    await source.query('SELECT pg_replication_slot_advance($1, pg_current_wal_flush_lsn())', [await slotOf(filePath)])
    expect(await refusal(source, filePath)).toBe('SLOT_AHEAD')
  })

  it('a file put back from a backup: the gap is told', async () => {
    const filePath = await madeFile(source)
    const backup = newFilePath(folder.path)
    copyFileSync(filePath, backup)
    await follow(source, filePath)
    await source.query(`INSERT INTO items VALUES (100, 'in the log no more')`)
    await session!.whenCaughtUp()
    await session!.close()
    expect(await refusal(source, backup)).toBe('SLOT_AHEAD')
  })

  it('dropped while it is followed: it ends with its name, and does not try for ever', async () => {
    await follow(source)
    const slot = session!.live().slot!.name
    await until('the slot is gone', async () => {
      await source.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [slot])
      await source.query('SELECT pg_drop_replication_slot($1)', [slot])
      return true
    }, { everyMs: 1 })
    expect((await session!.ended)?.code).toBe('SLOT_MISSING')
  })

  it('another database of the same cluster is not taken for its own', async () => {
    const filePath = await madeFile(source)
    const other = await sharedPostgres(major).createDatabase()
    try {
      await createItems(other)
      expect(await refusal(other, filePath)).toBe('SOURCE_DIFFERS')
    } finally {
      await other.drop()
    }
    await follow(source, filePath)
  })

  it('a slot of this name that somebody else made is neither used nor dropped', async () => {
    await source.query(`SELECT pg_create_logical_replication_slot('theirs_${major}', 'pgoutput')`)
    session = await openReplica(folder.path, source, { slotName: `theirs_${major}` })
    expect((await session.ended)?.code).toBe('SLOT_NAME_TAKEN')
    expect(await leftOnSource(source)).toEqual([`theirs_${major}`])
  })

  it('a publication of this name that somebody else made is neither used nor dropped', async () => {
    await source.query('CREATE PUBLICATION theirs FOR TABLE others')
    const filePath = newFilePath(folder.path)
    for (let attempt = 0; attempt < 2; attempt++) {
      session = await openReplica(folder.path, source, { filePath, publicationName: 'theirs' })
      expect((await session.ended)?.code).toBe('PUBLICATION_NAME_TAKEN')
      await session.close()
    }
    const drop = dropFromSource(testHost(folder.path), { filePath, address: source.address })
    await expect(drop).rejects.toMatchObject({ code: 'WORKSPACE_NONE' })
    expect(await leftOnSource(source)).toEqual(['theirs'])
  })
})

describe.each([15, 18] as const)('a publication that somebody changed, Postgres %i', (major) => {
  let source: TestDatabase

  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await createItems(source)
  })
  afterEach(() => source.drop())

  const publication = async () => (await source.query<{ name: string }>('SELECT pubname::text AS name FROM pg_publication')).rows[0]!.name
  const items = () => session!.live().tables.find(({ name }) => name === 'items')!

  async function expectMendedByCopyingAgain(): Promise<void> {
    await session!.resyncTable({ schema: 'public', name: 'items' })
    await until('it is copied again', () => items().state === 'ready')
    await source.query(`INSERT INTO items VALUES (200, 'after')`)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'others'])
  }

  it('a table taken out while away is told, stays told when it is put back, and copying it again mends it', async () => {
    const filePath = await madeFile(source)
    const name = await publication()
    await source.query(`ALTER PUBLICATION ${name} DROP TABLE items`)
    await source.query(`INSERT INTO items VALUES (100, 'missed')`)
    await follow(source, filePath)
    expect(items()).toMatchObject({ state: 'errored', reason: expect.stringMatching(/publication/) })
    await source.query('INSERT INTO others VALUES (1)')
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['others'])
    await session!.close()
    await source.query(`ALTER PUBLICATION ${name} ADD TABLE items`)
    await follow(source, filePath)
    expect(items().state).toBe('errored')
    await expectMendedByCopyingAgain()
  })

  it('a table taken out while it is followed is told within seconds, and copying it again mends it', async () => {
    await follow(source)
    await source.query(`ALTER PUBLICATION ${await publication()} DROP TABLE items`)
    await source.query(`INSERT INTO items VALUES (100, 'missed')`)
    await until('it is told', () => items().state === 'errored', { timeoutMs: 20_000 })
    expect(session!.live().schemaChanges).toEqual([
      expect.objectContaining({ name: 'items', change: 'taken out of the publication', outcome: 'parked', lsn: expect.stringMatching(/^\w+\/\w+$/) }),
    ])
    expect(await replicaRows(session!, 'SELECT table_name, change, outcome FROM millrace.schema_changes')).toEqual([
      'items|taken out of the publication|parked',
    ])
    await expectMendedByCopyingAgain()
  })

  it('a table dropped while it is followed is told as dropped, however soon after another look at the catalog', async () => {
    await follow(source)
    for (const at of [1, 2, 3]) {
      await source.query(`CREATE TABLE brief_${at} (id int PRIMARY KEY)`)
      await session!.addTables([{ schema: 'public', name: `brief_${at}` }])
      const has = (wanted: string) => () => session!.live().tables.some(({ name, state }) => name === `brief_${at}` && state === wanted)
      await until('it follows', has('ready'), { timeoutMs: 30_000 })
      await source.query(`DROP TABLE brief_${at}`)
      await until('it is told', has('errored'), { timeoutMs: 30_000 })
      expect(session!.live().tables.find(({ name }) => name === `brief_${at}`)).toMatchObject({ isGone: true, reason: expect.stringMatching(/dropped/) })
    }
    const brief = { schema: 'public', name: 'brief_1' }
    await expect(session!.resyncTable(brief)).rejects.toMatchObject({ code: 'TABLE_MISSING' })
    const { filePath } = session!
    await session!.close()
    await follow(source, filePath)
    await until('it follows', () => session!.live().state === 'following')
    expect(session!.live().tables.map(({ name, isGone }) => [name, isGone])).toEqual(
      expect.arrayContaining([['items', false], ['brief_1', true], ['brief_3', true]]),
    )
    await session!.removeTable(brief)
    expect(session!.live().tables.map(({ name }) => name)).not.toContain('brief_1')
  })

  it('a table that is to be copied again, and cannot be marked so, ends the stream by name, and is copied once it can be', async () => {
    await follow(source)
    const { record } = ReplicaFile.prototype
    const isTold = (): boolean => session!.live().events.some(({ text }) => text.startsWith('public.items is copied again'))
    const refusing = vi.spyOn(ReplicaFile.prototype, 'record').mockImplementation(function (this: ReplicaFile, work) {
      if (isTold()) return Promise.reject(new Error('IO Error: Could not write file: No space left on device'))
      return record.call(this, work) as ReturnType<typeof work>
    })
    try {
      await source.query('ALTER TABLE items ADD COLUMN luck float8 DEFAULT random()')
      await source.query(`INSERT INTO items VALUES (300, 'after')`)
      await until('it is told', () => session!.live().state === 'failed', { timeoutMs: 30_000 })
      expect(session!.live().fault?.code).toBe('DISK_FULL')
    } finally {
      refusing.mockRestore()
    }
    await session!.resume()
    await until('it is copied again', () => items().state === 'ready', { timeoutMs: 30_000 })
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, ['items', 'others'])
  })

  it.runIf(major >= 15)('a row filter put on a table is told', async () => {
    const filePath = await madeFile(source)
    await source.query(`ALTER PUBLICATION ${await publication()} SET TABLE items WHERE (id > 5), others`)
    await follow(source, filePath)
    expect(items()).toMatchObject({ state: 'errored', reason: expect.stringMatching(/leaves something of this table out/) })
  })
})

describe.each([15, 18] as const)('another source, Postgres %i', (major) => {
  let server: TestPostgres
  let source: TestDatabase

  beforeAll(async () => {
    const config = { max_slot_wal_keep_size: '1MB', max_wal_size: '32MB', min_wal_size: '32MB' }
    server = await startPostgres({ major, ownSystemId: true, config })
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    source = await server.createDatabase()
    await createItems(source)
  })

  async function expectMendedByCopyingEverything(filePath: string): Promise<void> {
    session = await openReplica(folder.path, source, { filePath })
    await session.ended
    await session.copyEverythingAgain()
    await session.whenCaughtUp()
    await source.query(`INSERT INTO items VALUES (-1, 'after')`)
    await session.whenCaughtUp()
    await expectSameRows(source, session, ['items', 'others'])
    expect((await leftOnSource(source)).length).toBe(3)
  }

  it('another cluster is not taken for its own, neither to follow nor to drop', async () => {
    const own = await sharedPostgres(major).createDatabase()
    try {
      await createItems(own)
      const filePath = await madeFile(own)
      expect(await refusal(source, filePath)).toBe('SOURCE_DIFFERS')
      const drop = dropFromSource(testHost(folder.path), { filePath, address: source.address })
      await expect(drop).rejects.toMatchObject({ code: 'SOURCE_DIFFERS' })
      expect(await leftOnSource(own)).not.toEqual([])
    } finally {
      await own.drop()
    }
  })

  it('a slot dropped while away is told to who waits to be caught up, though nothing has happened since', async () => {
    const filePath = await madeFile(source)
    // Opened once more, the file's checkpoint is where the source's log ends.
    await follow(source, filePath)
    await session!.whenCaughtUp()
    await session!.close()
    await source.query('SELECT pg_drop_replication_slot($1)', [await slotOf(filePath)])
    session = await openReplica(folder.path, source, { filePath })
    await expect(session.whenCaughtUp()).rejects.toMatchObject({ code: 'SLOT_MISSING' })
  })

  it('a slot whose log the source has removed is told as lost', async () => {
    const filePath = await madeFile(source)
    for (let segment = 0; segment < 4; segment++) {
      await source.query(`INSERT INTO items SELECT n, repeat('x', 200) FROM generate_series(${1000 + segment * 40000}, ${40999 + segment * 40000}) n`)
      await source.query('SELECT pg_switch_wal()')
    }
    await source.query('CHECKPOINT')
    expect(await refusal(source, filePath)).toBe('SLOT_LOST')
    await expectMendedByCopyingEverything(filePath)
  })

  it('a source put back from a copy of its files is told, for its log is behind the file', async () => {
    const { filePath } = await follow(source)
    await source.query(`INSERT INTO items VALUES (100, 'before')`)
    await session!.whenCaughtUp()
    await session!.close()
    const { rows } = await source.query<{ path: string }>(`SELECT current_setting('data_directory') AS path`)
    const path = rows[0]!.path
    const backup = join(folder.path, `cluster-${major}`)
    await server.kill()
    await cp(path, backup, { recursive: true, preserveTimestamps: true })
    await server.restart()
    await follow(source, filePath)
    await source.query(`INSERT INTO items SELECT n, 'will be forgotten' FROM generate_series(200, 20000) n`)
    await session!.whenCaughtUp()
    await session!.close()
    await server.kill()
    await rm(path, { recursive: true })
    await cp(backup, path, { recursive: true, preserveTimestamps: true })
    if (process.getuid?.() === 0) spawnSync('chown', ['-R', `--reference=${join(path, '..')}`, path])
    await server.restart()
    expect(await refusal(source, filePath)).toBe('SOURCE_RESTORED')
    await expectMendedByCopyingEverything(filePath)
  })
})

describe.each([15, 18] as const)('what is left on the source, Postgres %i', (major) => {
  let source: TestDatabase

  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
    await createItems(source)
    await source.query('CREATE TABLE log (line text)')
  })
  afterEach(() => source.drop())

  it('after a drop there is neither slot nor publication, and the file can still be read', async () => {
    const filePath = await madeFile(source)
    expect(await leftOnSource(source)).toHaveLength(3)
    const dropped = await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    expect(dropped).toMatchObject({ droppedSlot: true, droppedPublications: expect.objectContaining({ length: 2 }) })
    expect(await leftOnSource(source)).toEqual([])
    const again = await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    expect(again).toMatchObject({ droppedSlot: false, droppedPublications: [] })
    expect((await readFileStatus(testHost(folder.path), filePath)).tables.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready'])
    expect(await refusal(source, filePath)).toBe('SLOT_MISSING')
  })

  /** A transaction that slot creation waits for, so that the process can be killed between publication and slot. */
  async function killedBeforeItsSlot(filePath: string): Promise<void> {
    const { Client } = (await import('pg')).default
    const { host, port, user, password, database } = source.address
    const holder = new Client({ host, port, user, password, database, ssl: false })
    await holder.connect()
    try {
      await holder.query('BEGIN; INSERT INTO others VALUES (99)')
      const options = JSON.stringify({ filePath, address: source.address })
      const starter = startTypescript('tests/support/followProcess.ts', { arguments: [options, folder.path] })
      await until('the slot is waited for', async () => {
        const { rows } = await source.query(`SELECT 1 FROM pg_replication_slots WHERE database = current_database()`)
        return rows.length > 0
      }, { timeoutMs: 30_000 })
      await starter.kill()
      await holder.query('COMMIT')
    } finally {
      await holder.end()
    }
  }

  it('killed between publication and slot, the next start begins anew and a drop leaves nothing', async () => {
    const filePath = newFilePath(folder.path)
    await killedBeforeItsSlot(filePath)
    await follow(source, filePath)
    await expectSameRows(source, session!, ['items', 'others'])
    expect(await leftOnSource(source)).toHaveLength(3)
    await session!.close()
    await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    expect(await leftOnSource(source)).toEqual([])
  })

  it('killed between publication and slot, a drop at once leaves nothing', async () => {
    const filePath = newFilePath(folder.path)
    await killedBeforeItsSlot(filePath)
    await dropFromSource(testHost(folder.path), { filePath, address: source.address })
    await until('nothing is left', async () => (await leftOnSource(source)).length === 0)
  })
})
