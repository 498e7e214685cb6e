// A program of its own: follows a source in its engine, and watches by queries when marks become visible.
// Started with an IPC channel. Told `{ wait: mark }` it answers `{ seen: mark, atMs }`; told `{ stop: true }`
// it answers with the engine's own figures and ends.
import { MillraceError } from '../src/main/contract/errors.ts'
import type { SourceAddress } from '../src/main/contract/source.ts'
import { openSession } from '../src/main/engine/session.ts'
import { benchHost } from './benchHost.ts'
import { peakMemoryBytes } from './peakMemory.mjs'
import type { FollowerMessage, FollowerOrder } from './followerMessages.ts'

const LOOK_EVERY_MS = 2

const { address, file, folder } = JSON.parse(process.argv[2]!) as { address: SourceAddress; file: string; folder: string }
const write = (message: string): void => void process.stderr.write(`${message}\n`)
const host = benchHost(folder)
const answer = (message: FollowerMessage): void => void process.send!(message)
/** One clock for both processes. */
const nowMs = (): number => performance.timeOrigin + performance.now()

const session = await openSession(host, {
  filePath: file,
  address: { ...address, password: process.env['PGPASSWORD'] },
  tables: { include: ['public.orders', 'public.marks'], exclude: [] },
})
void session.ended.then((fault) => {
  if (!fault) return
  write(fault instanceof MillraceError ? `${fault.code}: ${fault.message}` : String(fault))
  process.exit(1)
})
await session.whenCaughtUp()
const replica = await session.connectReplica()
const look = await replica.prepare('SELECT coalesce(max(id), 0)::INTEGER FROM public.marks')
let wanted: number | null = null

async function watch(): Promise<void> {
  while (wanted !== null) {
    const seen = Number((await look.runAndReadAll()).getRows()[0]![0])
    if (seen >= wanted) {
      answer({ seen: wanted, atMs: nowMs() })
      wanted = null
      return
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

async function stop(): Promise<void> {
  await session.whenCaughtUp()
  const { commitToVisible } = session.live().lag
  replica.closeSync()
  await session.close()
  answer({ ended: { ...commitToVisible, peakBytes: peakMemoryBytes() } })
  process.exit(0)
}

process.on('message', (order: FollowerOrder) => {
  if ('stop' in order) return void stop()
  wanted = order.wait
  void watch()
})
process.on('disconnect', () => process.exit(1))
answer({ ready: true })
