import { join } from 'node:path'
import { sidesFigures, type Benchmark } from '../benchmark.ts'
import { alternate, type Sample } from '../measure.ts'
import { compareTables, plainTable, type PlainTable } from '../plainTables.ts'
import { removeReplica } from '../replicaFiles.ts'

/** Columns and rows of each: narrow and long, wide and short, about as many values in all as the orders table. */
const shapes: readonly [columns: number, rows: number][] = [
  [3, 2_000_000],
  [6, 800_000],
  [10, 500_000],
  [16, 300_000],
  [24, 200_000],
  [40, 100_000],
  [80, 50_000],
  [160, 20_000],
]

export const firstCopyOfEight: Benchmark = {
  name: 'first-copy-of-eight',
  title: 'First copy of eight tables of 3 to 160 columns, against eight COPYs to /dev/null at the same time',
  async run({ folder, server, millrace, reference, options, say }) {
    const { createDatabase, pid } = await server()
    const database = await createDatabase('first_copy_of_eight')
    const file = join(folder, 'eight.duckdb')
    try {
      const tables: PlainTable[] = []
      for (const [columns, rows] of shapes) {
        const table = plainTable(`width_${columns}`, columns)
        say(`filling ${table.name}`)
        for (const statement of table.fillStatements(Math.round(rows * options.scale))) await database.client.query(statement)
        tables.push(table)
      }
      const measured = await alternate(
        options.runs,
        pid,
        {
          async run() {
            const startMs = performance.now()
            const copies = await Promise.all(
              tables.map(({ name }) => reference.copy(database.address, `COPY ${name} TO STDOUT (FORMAT csv)`)),
            )
            return together(copies, performance.now() - startMs)
          },
        },
        {
          async prepare(run) {
            if (run === 0) return
            await millrace.drop(database.address, file)
            await removeReplica(file)
          },
          run: () => millrace.sync(database.address, file, 'public.*'),
        },
      )
      const rows = await compareTables(database.client, file, tables)
      return { figures: sidesFigures(measured, 'eight COPYs', 1.2), runs: measured, referenceTool: reference.copyTool, comparedRows: rows }
    } finally {
      await database.drop()
      await removeReplica(file)
    }
  },
}

/** Programs that ran side by side, as one. Their processor times were read while others ran, and are not told. */
function together(samples: readonly Sample[], wallMs: number): Sample {
  const peaks = samples.map(({ peakBytes }) => peakBytes)
  return { wallMs, cpuMs: null, serverCpuMs: null, peakBytes: peaks.includes(null) ? null : Math.max(...(peaks as number[])) }
}
