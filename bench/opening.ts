// A program of its own: opens a replica in its engine, catches up, and prints an OpeningMeasured as JSON.
import { setTimeout as delay } from 'node:timers/promises'
import { QueryService } from '../src/main/engine/query/queryService.ts'
import { openSession } from '../src/main/engine/session.ts'
import { benchHost } from './benchHost.ts'
import { peakMemoryBytes } from './peakMemory.mjs'
import type { OpeningMeasured, OpeningOrder, QueryTime } from './openingMessages.ts'

const LOOK_EVERY_MS = 2
const PAGE_ROWS = 500

const dashboard: readonly { query: string; sql: string }[] = [
  { query: 'totals', sql: 'SELECT count(*), sum(total), avg(quantity) FROM public.orders' },
  { query: 'groups', sql: 'SELECT country, status, sum(total) FROM public.orders GROUP BY ALL ORDER BY ALL' },
  {
    query: 'months of a timestamptz',
    sql: `SELECT date_trunc('month', created_at) AS month, sum(total - tax) FROM public.orders GROUP BY ALL ORDER BY ALL`,
  },
  { query: 'a search in text', sql: `SELECT count(*) FROM public.orders WHERE note LIKE '%shelf 12%'` },
  { query: 'newest rows', sql: 'SELECT * FROM public.orders ORDER BY updated_at DESC LIMIT 50' },
]

const { address, file, folder, tables, readers, lingerMs } = JSON.parse(process.argv[2]!) as OpeningOrder
const startMs = performance.now()
const since = (): number => performance.now() - startMs
const host = benchHost(folder)
const source = { ...address, user: address.user ?? 'postgres', password: process.env['PGPASSWORD'], sslmode: 'disable' } as const
const session = await openSession(host, {
  filePath: file,
  address: source,
  tables: { include: tables, exclude: [] },
})
void session.ended.then((fault) => {
  if (!fault) return
  process.stderr.write(`${fault.code}: ${fault.message}\n`)
  process.exit(1)
})
const isStreaming = (): boolean => ['catching-up', 'following'].includes(session.live().state)
while (!isStreaming()) await delay(LOOK_EVERY_MS)
const streamingMs = since()

let isCaughtUp = false
const queryTimes: QueryTime[] = []
const restingQueryTimes: QueryTime[] = []
const RESTING_QUERIES = 40
const queries = new QueryService({
  host,
  connectReplica: () => session.connectReplica(),
  sourceAddress: () => source,
  isBehind: () => session.isBehind,
})
async function ask(reader: number, turn: number): Promise<QueryTime> {
  const { query, sql } = dashboard[turn % dashboard.length]!
  const askedMs = performance.now()
  // As the window runs it: answered with all that it shows at first.
  await queries.start({ queryId: `reader ${reader}`, engine: 'replica', sql, pageRows: PAGE_ROWS })
  return { query, ms: performance.now() - askedMs }
}
async function read(reader: number): Promise<void> {
  for (let turn = reader; !isCaughtUp; turn++) queryTimes.push(await ask(reader, turn))
}
const reading = Promise.all(Array.from({ length: readers }, (_, reader) => read(reader)))
await session.whenCaughtUp()
const caughtUpMs = since()
isCaughtUp = true
await reading
for (let turn = 0; readers > 0 && turn < RESTING_QUERIES; turn++) restingQueryTimes.push(await ask(0, turn))
await queries.close()

const [memoryBytes, duckdbBytes] = [[], []] as [number[], number[]]
const untilMs = performance.now() + lingerMs
if (lingerMs > 0) {
  const watcher = await session.connectReplica()
  while (performance.now() < untilMs) {
    memoryBytes.push(process.memoryUsage.rss())
    const accounted = await watcher.runAndReadAll('SELECT sum(memory_usage_bytes)::DOUBLE FROM duckdb_memory()')
    duckdbBytes.push(accounted.getRows()[0]![0] as number)
    await delay(1000)
  }
  watcher.closeSync()
}
if (lingerMs > 0) await session.whenCaughtUp()
await session.close()
const measured: OpeningMeasured = {
  streamingMs,
  caughtUpMs,
  queryTimes,
  restingQueryTimes,
  memoryBytes,
  duckdbBytes,
  peakBytes: peakMemoryBytes(),
}
process.stdout.write(JSON.stringify(measured), () => process.exit(0))
