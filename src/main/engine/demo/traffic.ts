import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import type { Clock, Logger } from '../ports.ts'
import type { Random } from './traffic/distribution.ts'
import { readOrderBook, type OrderBook } from './traffic/orderBook.ts'
import { createPacer } from './traffic/pacing.ts'
import { planTransaction } from './traffic/plan.ts'
import { statements, type TransactionKind } from './traffic/statements.ts'

export const defaultTransactionsPerSecond = 20
export const highestTransactionsPerSecond = 2_000

export interface TrafficOptions {
  address: SourceAddress
  clock: Clock
  logger: Logger
  /** 0 is silence. */
  transactionsPerSecond: number
  random?: Random
}

/** Orders, shipments, refunds and the like in the demo's shop, at a rate that can be changed while it runs. */
export interface Traffic {
  rate(): number
  /** Clipped to 0 … 2,000. */
  setRate(transactionsPerSecond: number): void
  /** Committed transactions since the start, by kind. */
  counts(): Record<TransactionKind, number>
  /** Committed transactions since the start. */
  total(): number
  /** Transactions that failed, by a lost connection or a refusal of the server. */
  failed(): number
  /** Stops within a second; the transactions under way are finished or given up. */
  close(): Promise<void>
}

/** One connection, which does one transaction at a time. */
interface Lane {
  client: pg.Client | null
}

const transactionsPerLane = 150
const mostLanes = 8
const closeTimeoutMs = 600
const slowestRetryMs = 5_000
const longestTimerMs = 60_000

export function clipRate(transactionsPerSecond: number): number {
  if (!Number.isFinite(transactionsPerSecond)) return 0
  return Math.min(highestTransactionsPerSecond, Math.max(0, transactionsPerSecond))
}

export function lanesFor(transactionsPerSecond: number): number {
  return Math.min(mostLanes, Math.max(1, Math.ceil(transactionsPerSecond / transactionsPerLane)))
}

async function connect(address: SourceAddress): Promise<pg.Client> {
  const { host, port, user, password, database } = address
  const client = new pg.Client({
    host, port, user, password, database,
    ssl: false,
    application_name: 'millrace demo traffic',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 20_000,
    query_timeout: 25_000,
  })
  // Tells of a lost connection between two queries; the next query fails and mends the lane.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** True where the connection can go on being used after this. */
const isServersWord = (error: unknown): boolean => {
  if (!(error instanceof pg.DatabaseError)) return false
  // 57P01 to 57P03: the server is going down or coming up. https://www.postgresql.org/docs/current/errcodes-appendix.html
  return !/^(57P|08)/.test(error.code ?? '')
}

/** Starts the traffic on a database that holds the shop. Throws what the first connection throws. */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const { address, clock, logger } = options
  const random = options.random ?? Math.random
  const first = await connect(address)
  const book: OrderBook = await readOrderBook(first)
  const pacer = createPacer(clipRate(options.transactionsPerSecond), clock.monotonicMs())
  const counts = Object.fromEntries(Object.keys(statements).map((kind) => [kind, 0])) as Record<TransactionKind, number>
  const idle: Lane[] = [{ client: first }]
  const lanes = new Set<Lane>(idle)
  const underWay = new Set<Promise<void>>()
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let failed = 0

  const mend = async (lane: Lane) => {
    const broken = lane.client
    lane.client = null
    void broken?.end().catch(() => undefined)
    for (let waitMs = 100; !closing.signal.aborted; waitMs = Math.min(slowestRetryMs, waitMs * 2)) {
      try {
        const client = await connect(address)
        if (closing.signal.aborted) await client.end()
        else lane.client = client
        return
      } catch (error) {
        logger.debug('the demo\'s traffic waits for its database', { error: String((error as Error).message) })
        await delay(waitMs, undefined, { signal: closing.signal }).catch(() => undefined)
      }
    }
  }

  const transact = async (lane: Lane) => {
    const planned = planTransaction(book, random)
    try {
      if (!lane.client) await mend(lane)
      if (!lane.client) return
      const query = { name: planned.kind, text: statements[planned.kind], values: planned.values }
      const { rows } = await lane.client.query<{ id: string }>(query)
      counts[planned.kind] += 1
      planned.done(rows[0] ? Number(rows[0].id) : null)
    } catch (error) {
      if (closing.signal.aborted) return
      failed += 1
      if (isServersWord(error)) {
        logger.warn('a transaction of the demo failed', { kind: planned.kind, code: (error as pg.DatabaseError).code })
      } else {
        await mend(lane)
      }
    }
  }

  const pump = () => {
    clearTimeout(timer)
    while (!closing.signal.aborted && idle.length > 0 && pacer.take(clock.monotonicMs())) {
      const lane = idle.pop() as Lane
      const work = transact(lane).finally(() => {
        underWay.delete(work)
        idle.push(lane)
        pump()
      })
      underWay.add(work)
    }
    const waitMs = pacer.msUntilNext(clock.monotonicMs())
    if (closing.signal.aborted || idle.length === 0 || waitMs === null) return
    timer = setTimeout(pump, Math.min(waitMs, longestTimerMs))
  }

  const widen = () => {
    while (lanes.size < lanesFor(pacer.rate())) {
      const lane: Lane = { client: null }
      lanes.add(lane)
      idle.push(lane)
    }
  }

  widen()
  pump()
  return {
    rate: () => pacer.rate(),
    setRate(transactionsPerSecond) {
      pacer.setRate(clipRate(transactionsPerSecond), clock.monotonicMs())
      widen()
      pump()
    },
    counts: () => ({ ...counts }),
    total: () => Object.values(counts).reduce((sum, count) => sum + count, 0),
    failed: () => failed,
    async close() {
      closing.abort()
      clearTimeout(timer)
      const ended = Promise.allSettled([...underWay])
        .then(() => Promise.allSettled([...lanes].map(async (lane) => lane.client?.end())))
      const bound = new AbortController()
      await Promise.race([ended, delay(closeTimeoutMs, undefined, { signal: bound.signal }).catch(() => undefined)])
      bound.abort()
    },
  }
}
