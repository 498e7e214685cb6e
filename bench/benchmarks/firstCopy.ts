import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { largestPeak, megabytes, type Benchmark } from '../benchmark.ts'
import { alternate, ratioOf, spreadOf } from '../measure.ts'
import { compareRows } from '../sameRows.ts'

export const firstCopy: Benchmark = {
  name: 'first-copy',
  title: 'First copy of the orders table, against COPY … TO STDOUT (FORMAT csv) to /dev/null',
  async run({ folder, server, ordersTemplate, orderRows, millrace, reference, options }) {
    const database = await (await server()).createDatabase('first_copy', await ordersTemplate())
    const file = join(folder, 'first-copy.duckdb')
    try {
      const measured = await alternate(
        options.runs,
        () => reference.copy(database.address, 'COPY orders TO STDOUT (FORMAT csv)'),
        async (run) => {
          const sample = await millrace.sync(database.address, file)
          await millrace.drop(database.address, file)
          if (run < options.runs) await rm(file)
          return sample
        },
      )
      const { rows } = await compareRows(database.client, file)
      const heap = await database.client.query<{ bytes: string }>(`SELECT pg_relation_size('orders')::text AS bytes`)
      const heapBytes = Number(heap.rows[0]!.bytes)
      const fileBytes = (await stat(file)).size
      const walls = spreadOf(measured.millrace.map(({ wallMs }) => wallMs))
      return {
        figures: [
          { label: 'whole process / COPY', unit: 'x', ...ratioOf(measured), value: ratioOf(measured).median, goal: 1.6 },
          { label: 'COPY', unit: 'ms', value: spreadOf(measured.reference.map(({ wallMs }) => wallMs)).median },
          { label: 'Millrace', unit: 'ms', value: walls.median, min: walls.min, max: walls.max },
          { label: 'processor time of Millrace', unit: 'ms', value: spreadOf(measured.millrace.map(({ cpuMs }) => cpuMs ?? 0)).median },
          { label: 'rows a second', unit: '/s', value: orderRows / (walls.median / 1000) },
          { label: 'peak memory', unit: 'MB', value: megabytes(largestPeak(measured)), goal: 1000 },
          { label: 'heap on the source', unit: 'MB', value: megabytes(heapBytes) },
          { label: 'replica file', unit: 'MB', value: megabytes(fileBytes) },
          { label: 'file / heap', unit: 'x', value: fileBytes / heapBytes },
        ],
        runs: measured,
        referenceTool: reference.copyTool,
        comparedRows: rows,
      }
    } finally {
      await database.drop()
      await rm(file, { force: true })
    }
  },
}
