import { join } from 'node:path'
import { megabytes, MEMORY_GOAL_MB, type Benchmark, type Figure } from '../benchmark.ts'
import { percentile, spreadOf } from '../measure.ts'
import { slotName } from '../millrace.ts'
import type { QueryTime } from '../openingMessages.ts'
import { startOpening } from '../openingProcess.ts'
import { workloadStatements } from '../ordersTable.ts'
import { copyReplica, removeReplica } from '../replicaFiles.ts'
import { compareRows } from '../sameRows.ts'

/** Connections that ask at the same time: a dashboard, and a storm of them. */
const DASHBOARD_READERS = 1
const STORM_READERS = 4
const originSlot = 'bench_origin'

function timeOf(label: string, times: readonly QueryTime[], share: number): Figure {
  return { label, unit: 'ms', value: percentile(times.map(({ ms }) => ms), share) }
}

function only(name: string, times: readonly QueryTime[]): QueryTime[] {
  return times.filter(({ query }) => query === name)
}

export const besideQueries: Benchmark = {
  name: 'beside-queries',
  title: 'Dashboard queries while a million changes are caught up on, and what a storm of them costs the catching up',
  async run({ folder, benchFolder, server, ordersTemplate, orderRows, millrace, options, say }) {
    const database = await (await server()).createDatabase('beside_queries', await ordersTemplate())
    const { client, address } = database
    const [before, file] = [join(folder, 'queries-before.duckdb'), join(folder, 'queries.duckdb')]
    try {
      await millrace.sync(address, before)
      await client.query('SELECT pg_copy_logical_replication_slot($1, $2)', [slotName, originSlot])
      const transactions = Math.max(1, Math.round(1000 * options.scale))
      const workload = { transactions, updates: 600 * transactions, inserts: 400 * transactions }
      say(`making ${(1000 * transactions).toLocaleString('en')} changes`)
      for (const statement of workloadStatements(workload, orderRows)) await client.query(statement)
      await client.query('VACUUM orders')
      const catchUp = async (readers: number) => {
        await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [slotName])
        await client.query('SELECT pg_copy_logical_replication_slot($1, $2)', [originSlot, slotName])
        await copyReplica(before, file)
        return startOpening({ benchFolder, folder, address, file, readers }).measured
      }
      const [alone, dashboard, storm] = [[], [], []] as [number[], number[], number[]]
      const [asked, askedAtRest, askedInStorm] = [[], [], []] as [QueryTime[], QueryTime[], QueryTime[]]
      let peakBytes = 0
      for (let run = 0; run <= options.runs; run++) {
        const measured = [await catchUp(0), await catchUp(DASHBOARD_READERS), await catchUp(STORM_READERS)]
        // The first round warms up.
        if (run === 0) continue
        alone.push(measured[0]!.caughtUpMs)
        dashboard.push(measured[1]!.caughtUpMs)
        storm.push(measured[2]!.caughtUpMs)
        asked.push(...measured[1]!.queryTimes)
        askedAtRest.push(...measured[1]!.restingQueryTimes)
        askedInStorm.push(...measured[2]!.queryTimes)
        peakBytes = Math.max(peakBytes, ...measured.map((sample) => sample.peakBytes))
      }
      const { rows } = await compareRows(client, file)
      const slowed = (times: number[]): number => spreadOf(times).median / spreadOf(alone).median
      return {
        figures: [
          timeOf('dashboard query while catching up, p50', asked, 0.5),
          { ...timeOf('dashboard query while catching up, p95', asked, 0.95), goal: 200 },
          timeOf('the same queries with nothing to catch up on, p50', askedAtRest, 0.5),
          timeOf('the same queries with nothing to catch up on, p95', askedAtRest, 0.95),
          ...[...new Set(asked.map(({ query }) => query))].flatMap((name) => [
            timeOf(`${name}, while catching up, p95`, only(name, asked), 0.95),
            timeOf(`${name}, with nothing to catch up on, p50`, only(name, askedAtRest), 0.5),
          ]),
          timeOf(`query in a storm of ${STORM_READERS}, p95`, askedInStorm, 0.95),
          { label: 'catching up, nobody asks', unit: 'ms', value: spreadOf(alone).median },
          { label: 'the same beside a dashboard / nobody', unit: 'x', value: slowed(dashboard) },
          { label: `the same in a storm of ${STORM_READERS} / nobody`, unit: 'x', value: slowed(storm), goal: 1.2 },
          { label: 'peak memory', unit: 'MB', value: megabytes(peakBytes), goal: MEMORY_GOAL_MB },
        ],
        comparedRows: rows,
      }
    } finally {
      await database.drop()
      for (const path of [before, file]) await removeReplica(path)
    }
  },
}
