import { join } from 'node:path'
import { megabytes, sidesFigures, type Benchmark } from '../benchmark.ts'
import { alternate, spreadOf } from '../measure.ts'
import { removeReplica, replicaBytes } from '../replicaFiles.ts'
import { compareRows } from '../sameRows.ts'

export const firstCopy: Benchmark = {
  name: 'first-copy',
  title: 'First copy of the orders table, against COPY … TO STDOUT (FORMAT csv) to /dev/null',
  async run({ folder, server, ordersTemplate, orderRows, millrace, reference, options }) {
    const { createDatabase, pid } = await server()
    const database = await createDatabase('first_copy', await ordersTemplate())
    const file = join(folder, 'first-copy.duckdb')
    try {
      const measured = await alternate(
        options.runs,
        pid,
        { run: () => reference.copy(database.address, 'COPY orders TO STDOUT (FORMAT csv)') },
        {
          async prepare(run) {
            if (run === 0) return
            await millrace.drop(database.address, file)
            await removeReplica(file)
          },
          run: () => millrace.sync(database.address, file),
        },
      )
      const { rows } = await compareRows(database.client, file)
      const heap = await database.client.query<{ bytes: string }>(`SELECT pg_relation_size('orders')::text AS bytes`)
      const heapBytes = Number(heap.rows[0]!.bytes)
      const fileBytes = await replicaBytes(file)
      const wallMs = spreadOf(measured.millrace.map((sample) => sample.wallMs)).median
      return {
        figures: [
          ...sidesFigures(measured, 'COPY', 1.2),
          { label: 'rows a second', unit: '/s', value: orderRows / (wallMs / 1000) },
          { label: 'heap on the source', unit: 'MB', value: megabytes(heapBytes) },
          { label: 'replica file', unit: 'MB', value: megabytes(fileBytes) },
          { label: 'file / heap', unit: 'x', value: fileBytes / heapBytes, goal: 0.2 },
        ],
        runs: measured,
        referenceTool: reference.copyTool,
        comparedRows: rows,
      }
    } finally {
      await database.drop()
      await removeReplica(file)
    }
  },
}
