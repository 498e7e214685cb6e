import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { megabytes, MEMORY_GOAL_MB, type Benchmark, type Figure } from '../benchmark.ts'
import { spreadOf } from '../measure.ts'
import { startOpening } from '../openingProcess.ts'
import { removeReplica, replicaBytes } from '../replicaFiles.ts'
import { compareRows } from '../sameRows.ts'

const MINUTES = 60
const TRANSACTIONS_A_SECOND = 100

export const longFollowing: Benchmark = {
  name: 'long-following',
  title: `An hour of following ${TRANSACTIONS_A_SECOND} transactions a second: whether memory and file stay as they are`,
  async run({ folder, benchFolder, server, ordersTemplate, orderRows, options, say }) {
    const database = await (await server()).createDatabase('long_following', await ordersTemplate())
    const { client, address } = database
    const file = join(folder, 'long.duckdb')
    const lingerMs = Math.max(60, MINUTES * 60 * options.scale) * 1000
    try {
      const following = startOpening({ benchFolder, folder, address, file, lingerMs })
      let isOver = false
      void following.measured.then(
        () => (isOver = true),
        () => (isOver = true),
      )
      say(`${Math.round(lingerMs / 60_000)} minutes`)
      const startMs = performance.now()
      // Time for the program to make sure, at its end, that it has everything.
      const writeUntilMs = startMs + lingerMs
      for (let done = 0; !isOver && performance.now() < writeUntilMs; done++) {
        const dueMs = startMs + (done / TRANSACTIONS_A_SECOND) * 1000
        if (dueMs > performance.now()) await delay(dueMs - performance.now())
        await client.query('UPDATE orders SET quantity = (quantity % 40) + 1, updated_at = now() WHERE id = $1', [1 + ((done * 7_919_317) % orderRows)])
      }
      const measured = await following.measured
      const { rows } = await compareRows(client, file)
      const tenth = Math.max(1, Math.floor(measured.memoryBytes.length / 10))
      const inTenth = (place: number, samples: number[]): number => spreadOf(samples.slice((place - 1) * tenth, place * tenth)).median
      const growth = (samples: number[]): number => inTenth(10, samples) / inTenth(2, samples)
      const { memoryBytes, duckdbBytes } = measured
      const besideBytes = memoryBytes.map((bytes, second) => bytes - duckdbBytes[second]!)
      return {
        figures: [
          { label: 'memory in the last tenth / in the second', unit: 'x', value: growth(memoryBytes), goal: 1.1 },
          { label: 'the same of what is not in DuckDB’s account', unit: 'x', value: growth(besideBytes), goal: 1.1 },
          ...[2, 5, 8, 10].flatMap((place): Figure[] => [
            { label: `in DuckDB’s account, tenth ${place}`, unit: 'MB', value: megabytes(inTenth(place, duckdbBytes)) },
            { label: `beside it, tenth ${place}`, unit: 'MB', value: megabytes(inTenth(place, besideBytes)) },
          ]),
          { label: 'memory in the last tenth', unit: 'MB', value: megabytes(inTenth(10, memoryBytes)), goal: MEMORY_GOAL_MB },
          { label: 'peak memory', unit: 'MB', value: megabytes(measured.peakBytes), goal: MEMORY_GOAL_MB },
          { label: 'file afterwards', unit: 'MB', value: megabytes(await replicaBytes(file)) },
        ],
        comparedRows: rows,
      }
    } finally {
      await database.drop()
      await removeReplica(file)
    }
  },
}
