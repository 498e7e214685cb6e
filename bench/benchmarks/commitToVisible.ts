import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { megabytes, MEMORY_GOAL_MB, type Benchmark } from '../benchmark.ts'
import type { BenchDatabase } from '../benchServer.ts'
import type { FollowerMessage, FollowerOrder } from '../followerMessages.ts'
import { percentile } from '../measure.ts'
import { postgresEnvironment, track } from '../processes.ts'
import { removeReplica } from '../replicaFiles.ts'
import { compareRows } from '../sameRows.ts'

const TRANSACTIONS_A_SECOND = 1000
const WRITERS = 4
const nowMs = (): number => performance.timeOrigin + performance.now()

/** Sends orders, and waits for the answer of a kind. */
class Follower {
  private readonly child: ChildProcess

  constructor(child: ChildProcess) {
    this.child = child
  }

  send(order: FollowerOrder): void {
    this.child.send(order)
  }

  next<T>(pick: (message: FollowerMessage) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.child.off('message', hear)
        this.child.off('exit', end)
      }
      const hear = (message: FollowerMessage): void => {
        const picked = pick(message)
        if (picked === undefined) return
        settle()
        resolve(picked)
      }
      const end = (code: number | null): void => {
        settle()
        reject(new Error(`the follower ended with ${code}`))
      }
      this.child.on('message', hear)
      this.child.on('exit', end)
    })
  }
}

/** Single-row updates from several sessions, at a kept rate, until `stopAtMs`. Answers how many there were. */
async function write(database: BenchDatabase, rows: number, stopAtMs: number): Promise<number> {
  const startMs = nowMs()
  let done = 0
  const writer = async (): Promise<void> => {
    const { host, port, user, password } = database.address
    const client = new pg.Client({ host, port, user, password, database: database.address.database })
    await client.connect()
    while (nowMs() < stopAtMs) {
      const dueMs = startMs + (done / TRANSACTIONS_A_SECOND) * 1000
      if (dueMs > nowMs()) {
        await delay(Math.ceil(dueMs - nowMs()))
        continue
      }
      done++
      const id = 1 + ((done * 7_919_317) % rows)
      await client.query({ name: 'change', text: 'UPDATE orders SET quantity = (quantity % 40) + 1 WHERE id = $1', values: [id] })
    }
    await client.end()
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  return done
}

export const commitToVisible: Benchmark = {
  name: 'commit-to-visible',
  title: `From commit on the source to visible in the replica: alone, and under ${TRANSACTIONS_A_SECOND} transactions a second`,
  async run({ folder, benchFolder, server, ordersTemplate, orderRows, options, say }) {
    const database = await (await server()).createDatabase('commit_to_visible', await ordersTemplate())
    const file = join(folder, 'commit-to-visible.duckdb')
    const { client, address } = database
    let mark = 0
    try {
      await client.query('CREATE TABLE marks (id integer PRIMARY KEY)')
      const { password: _, ...addressWithout } = address
      const child = track(
        fork(join(benchFolder, 'follower.js'), [JSON.stringify({ address: addressWithout, file, folder })], {
          env: { ...postgresEnvironment(address), MILLRACE_HOME: folder },
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        }),
      )
      const ended = new Promise((resolve) => child.once('exit', resolve))
      const follower = new Follower(child)
      await follower.next((message) => ('ready' in message ? true : undefined))

      const leaveMark = async (): Promise<number> => {
        mark++
        await client.query('INSERT INTO marks VALUES ($1)', [mark])
        const committedMs = nowMs()
        follower.send({ wait: mark })
        const atMs = await follower.next((message) => ('seen' in message && message.seen === mark ? message.atMs : undefined))
        return Math.max(0, atMs - committedMs)
      }
      const leaveMarks = async (count: number, untilMs: number, pauseMs: number): Promise<number[]> => {
        const times: number[] = []
        while (times.length < count && nowMs() < untilMs) {
          await delay(pauseMs + Math.random() * pauseMs)
          times.push(await leaveMark())
        }
        return times
      }

      say('idle, one change alone')
      await leaveMarks(5, Infinity, 200)
      const alone = await leaveMarks(Math.max(20, Math.round(50 * options.scale)), Infinity, 250)
      say(`under ${TRANSACTIONS_A_SECOND} transactions a second`)
      const seconds = Math.max(10, Math.round(30 * options.scale))
      const startMs = nowMs()
      const stopAtMs = startMs + seconds * 1000
      const writing = write(database, orderRows, stopAtMs)
      await leaveMarks(10, stopAtMs, 50)
      const underLoad = await leaveMarks(Infinity, stopAtMs - 500, 40)
      const transactions = await writing
      follower.send({ stop: true })
      const own = await follower.next((message) => ('ended' in message ? message.ended : undefined))
      await ended
      const { rows } = await compareRows(client, file)
      const { p50Ms, p95Ms, p99Ms } = own
      return {
        figures: [
          { label: 'idle, p50', unit: 'ms', value: percentile(alone, 0.5) },
          { label: 'idle, p95', unit: 'ms', value: percentile(alone, 0.95), goal: 60 },
          { label: 'transactions a second', unit: '/s', value: transactions / seconds },
          { label: 'under load, p50', unit: 'ms', value: percentile(underLoad, 0.5), goal: 120 },
          { label: 'under load, p95', unit: 'ms', value: percentile(underLoad, 0.95), goal: 250 },
          { label: 'under load, p99', unit: 'ms', value: percentile(underLoad, 0.99), goal: 1000 },
          ...(p50Ms === null || p95Ms === null || p99Ms === null
            ? []
            : ([
                { label: 'as the engine tells it, p50', unit: 'ms', value: p50Ms },
                { label: 'as the engine tells it, p95', unit: 'ms', value: p95Ms },
                { label: 'as the engine tells it, p99', unit: 'ms', value: p99Ms },
              ] as const)),
          { label: 'peak memory', unit: 'MB', value: megabytes(own.peakBytes), goal: MEMORY_GOAL_MB },
        ],
        comparedRows: rows,
      }
    } finally {
      await database.drop()
      await removeReplica(file)
    }
  },
}
