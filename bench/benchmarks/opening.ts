import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import { spreadOf } from '../measure.ts'
import { slotName } from '../millrace.ts'
import { startOpening } from '../openingProcess.ts'
import { workloadStatements } from '../ordersTable.ts'
import { copyReplica, removeReplica } from '../replicaFiles.ts'
import { compareRows } from '../sameRows.ts'

const ROUNDS = 10
const originSlot = 'bench_origin'

export const opening: Benchmark = {
  name: 'opening',
  title: 'From the opening of the engine to following: at rest, and after a SIGKILL with a gigabyte of log behind',
  async run({ folder, benchFolder, server, ordersTemplate, orderRows, millrace, options, say }) {
    const database = await (await server()).createDatabase('opening', await ordersTemplate())
    const { client, address } = database
    const [before, file] = [join(folder, 'opening-before.duckdb'), join(folder, 'opening.duckdb')]
    const putBack = async (): Promise<void> => {
      await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [slotName])
      await client.query('SELECT pg_copy_logical_replication_slot($1, $2)', [originSlot, slotName])
      await copyReplica(before, file)
    }
    try {
      await millrace.sync(address, before)
      await copyReplica(before, file)
      const resumed: number[] = []
      for (let round = 0; round <= ROUNDS; round++) {
        const { caughtUpMs } = await startOpening({ benchFolder, folder, address, file }).measured
        if (round > 0) resumed.push(caughtUpMs)
      }
      const at = spreadOf(resumed)
      await client.query('SELECT pg_copy_logical_replication_slot($1, $2)', [slotName, originSlot])
      await copyReplica(file, before)

      say('making a gigabyte of log')
      const wantedBytes = 2 ** 30 * options.scale
      const { rows: start } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
      const made = async (): Promise<number> => {
        const { rows } = await client.query<{ bytes: string }>('SELECT (pg_current_wal_lsn() - $1::pg_lsn)::text AS bytes', [start[0]!.lsn])
        return Number(rows[0]!.bytes)
      }
      let keys = orderRows
      while ((await made()) < wantedBytes) {
        const transactions = 20
        const inserts = Math.max(1, Math.round(10_000 * options.scale)) * transactions
        const updates = Math.max(1, Math.round(5_000 * options.scale)) * transactions
        for (const statement of workloadStatements({ transactions, updates, inserts }, keys)) await client.query(statement)
        keys += inserts
      }
      const streaming: number[] = []
      const caughtUp: number[] = []
      for (let run = 0; run < options.runs; run++) {
        await putBack()
        const killed = startOpening({ benchFolder, folder, address, file })
        // DuckDB's log beside the file grows with the first batch.
        while (!existsSync(`${file}.wal`)) await delay(5)
        await delay(500)
        killed.child.kill('SIGKILL')
        await killed.measured.catch(() => {})
        const measured = await startOpening({ benchFolder, folder, address, file }).measured
        streaming.push(measured.streamingMs)
        caughtUp.push(measured.caughtUpMs)
      }
      const { rows } = await compareRows(client, file)
      const [first, last] = [spreadOf(streaming), spreadOf(caughtUp)]
      return {
        figures: [
          { label: 'at rest, to following with nothing missing', unit: 'ms', value: at.median, min: at.min, max: at.max, goal: 400 },
          { label: 'after SIGKILL, to the stream', unit: 'ms', value: first.median, min: first.min, max: first.max, goal: 5000 },
          { label: 'after SIGKILL, until nothing is missing', unit: 'ms', value: last.median, min: last.min, max: last.max },
        ],
        comparedRows: rows,
      }
    } finally {
      await database.drop()
      for (const path of [before, file]) await removeReplica(path)
    }
  },
}
