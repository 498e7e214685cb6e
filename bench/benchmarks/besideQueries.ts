import { join } from 'node:path'
import { megabytes, MEMORY_GOAL_MB, type Benchmark } from '../benchmark.ts'
import { percentile, spreadOf } from '../measure.ts'
import { slotName } from '../millrace.ts'
import { startOpening } from '../openingProcess.ts'
import { workloadStatements } from '../ordersTable.ts'
import { copyReplica, removeReplica } from '../replicaFiles.ts'
import { compareRows } from '../sameRows.ts'

/** Connections that ask at the same time: a dashboard, and a storm of them. */
const DASHBOARD_READERS = 1
const STORM_READERS = 4
const originSlot = 'bench_origin'

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
      const [dashboardMs, restingMs, stormMs] = [[], [], []] as [number[], number[], number[]]
      let peakBytes = 0
      for (let run = 0; run <= options.runs; run++) {
        const measured = [await catchUp(0), await catchUp(DASHBOARD_READERS), await catchUp(STORM_READERS)]
        // The first round warms up.
        if (run === 0) continue
        alone.push(measured[0]!.caughtUpMs)
        dashboard.push(measured[1]!.caughtUpMs)
        storm.push(measured[2]!.caughtUpMs)
        dashboardMs.push(...measured[1]!.queryTimesMs)
        restingMs.push(...measured[1]!.restingQueryTimesMs)
        stormMs.push(...measured[2]!.queryTimesMs)
        peakBytes = Math.max(peakBytes, ...measured.map((sample) => sample.peakBytes))
      }
      const { rows } = await compareRows(client, file)
      const slowed = (times: number[]): number => spreadOf(times).median / spreadOf(alone).median
      return {
        figures: [
          { label: 'dashboard query while catching up, p50', unit: 'ms', value: percentile(dashboardMs, 0.5) },
          { label: 'dashboard query while catching up, p95', unit: 'ms', value: percentile(dashboardMs, 0.95), goal: 200 },
          { label: 'the same queries with nothing to catch up on, p50', unit: 'ms', value: percentile(restingMs, 0.5) },
          { label: 'the same queries with nothing to catch up on, p95', unit: 'ms', value: percentile(restingMs, 0.95) },
          { label: `query in a storm of ${STORM_READERS}, p95`, unit: 'ms', value: percentile(stormMs, 0.95) },
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
