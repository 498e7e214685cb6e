import { execFile, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { SourceAddress } from '../../src/main/contract/source.ts'
import type { Benchmark } from '../benchmark.ts'
import { spreadOf } from '../measure.ts'
import { startOpening } from '../openingProcess.ts'
import { compareTables } from '../plainTables.ts'
import { postgresEnvironment, track } from '../processes.ts'
import { removeReplica } from '../replicaFiles.ts'

const run = promisify(execFile)
const PGBENCH_SCALE = 20
const CLIENTS = 4
/** Without `filler`, whose padding the two engines write otherwise. */
const followed = [
  { name: 'pgbench_accounts', columns: ['aid', 'bid', 'abalance'] },
  { name: 'pgbench_branches', columns: ['bid', 'bbalance'] },
  { name: 'pgbench_tellers', columns: ['tid', 'bid', 'tbalance'] },
  { name: 'pgbench_history', columns: ['tid', 'bid', 'aid', 'delta', 'mtime'] },
].map(({ name, columns }) => ({ name, columns: columns.map((column) => ({ name: column })) }))
const tables = followed.map(({ name }) => `public.${name}`)
const referenceSlot = 'bench_throughput_reference'
const referencePublication = 'bench_throughput'

export const sourceThroughput: Benchmark = {
  name: 'source-throughput',
  title: 'What pgbench gets done on the source while its tables are followed, against nobody following; server and pgbench on one core',
  async run({ folder, benchFolder, server, options, say }) {
    if (availableParallelism() < 2) throw new Error('this wants two cores: one for the source, one for Millrace')
    const { createDatabase, pid } = await server()
    const database = await createDatabase('source_throughput')
    const { client, address } = database
    const file = join(folder, 'throughput.duckdb')
    const environment = postgresEnvironment(address)
    const seconds = Math.max(5, Math.round(20 * options.scale))
    // Children take over the core of the postmaster.
    await run('taskset', ['-a', '-p', '-c', '0', String(pid)])
    try {
      await run('pgbench', ['-i', '-q', '-s', String(Math.max(1, Math.round(PGBENCH_SCALE * options.scale)))], { env: environment })
      await client.query('ALTER TABLE pgbench_history REPLICA IDENTITY FULL')
      const throughput = async (): Promise<number> => {
        await client.query('CHECKPOINT')
        const { stdout } = await run('taskset', ['-c', '0', 'pgbench', '-n', '-c', String(CLIENTS), '-T', String(seconds)], { env: environment })
        return Number(/tps = ([\d.]+)/.exec(stdout)![1])
      }
      const besideMillrace = async (): Promise<number> => {
        const following = startOpening({ benchFolder, folder, address, file, tables, lingerMs: (seconds + 4) * 1000 })
        await run('taskset', ['-a', '-p', '-c', '1', String(following.child.pid)])
        await isFollowed(client)
        const result = await throughput()
        await following.measured
        return result
      }
      const besideReference = async (): Promise<number> => {
        const reader = await startReader(address)
        await isFollowed(client)
        const result = await throughput()
        reader.kill('SIGINT')
        await new Promise((resolve) => reader.once('close', resolve))
        return result
      }
      await client.query(`CREATE PUBLICATION ${referencePublication} FOR TABLE ${tables.join(', ')}`)
      await client.query(`SELECT pg_create_logical_replication_slot('${referenceSlot}', 'pgoutput')`)
      await startOpening({ benchFolder, folder, address, file, tables }).measured
      say(`${options.runs} rounds of three times ${seconds} s`)
      const [nobody, millrace, reference] = [[], [], []] as [number[], number[], number[]]
      for (let round = 0; round <= options.runs; round++) {
        const measured = [await throughput(), await besideMillrace(), await besideReference()]
        if (round === 0) continue
        nobody.push(measured[0]!)
        millrace.push(measured[1]!)
        reference.push(measured[2]!)
      }
      // What was done since nobody followed.
      await startOpening({ benchFolder, folder, address, file, tables }).measured
      const comparedRows = await compareTables(client, file, followed)
      const alone = spreadOf(nobody).median
      return {
        figures: [
          { label: 'followed by Millrace / by nobody', unit: 'x', value: spreadOf(millrace).median / alone, goal: 0.97, isLeast: true },
          { label: 'received by pg_recvlogical / by nobody', unit: 'x', value: spreadOf(reference).median / alone },
          { label: 'followed by Millrace / received by pg_recvlogical', unit: 'x', value: spreadOf(millrace).median / spreadOf(reference).median },
          { label: 'transactions a second, nobody', unit: '/s', value: alone },
        ],
        referenceTool: 'pg_recvlogical',
        comparedRows,
      }
    } finally {
      await run('taskset', ['-a', '-p', '-c', `0-${availableParallelism() - 1}`, String(pid)])
      await database.drop()
      await removeReplica(file)
    }
  },
}

async function isFollowed(client: { query(sql: string): Promise<{ rows: unknown[] }> }): Promise<void> {
  for (;;) {
    const { rows } = await client.query(`SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'`)
    if (rows.length > 0) return
    await delay(20)
  }
}

async function startReader(address: SourceAddress) {
  const options = ['-o', 'proto_version=1', '-o', `publication_names=${referencePublication}`]
  const reader = track(
    spawn('taskset', ['-c', '1', 'pg_recvlogical', '--dbname', address.database, '--slot', referenceSlot, '--start', '--no-loop', '-F', '1', '-s', '1', '--file', '/dev/null', ...options], {
      env: postgresEnvironment(address),
      stdio: 'ignore',
    }),
  )
  await new Promise((resolve, reject) => {
    reader.once('spawn', resolve)
    reader.once('error', reject)
  })
  return reader
}
