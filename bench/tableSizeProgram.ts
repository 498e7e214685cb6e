// A program of its own: batches of 5,000 updates into tables of 2 and 20 million rows, as the stream applies them.
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { applyBatch } from '../src/main/engine/apply/applyBatch.ts'
import { createCopyStatement, publishCopyStatements } from '../src/main/engine/apply/statements.ts'
import { Batch, BufferShelf } from '../src/main/engine/batch/batch.ts'
import { stagedShapeOf } from '../src/main/engine/batch/stagedShape.ts'
import { ColumnKind, TupleIndex } from '../src/main/engine/model/tuple.ts'
import type { Lsn } from '../src/main/engine/model/lsn.ts'
import { createCheckpoint } from '../src/main/engine/store/records.ts'
import { inTransaction, ReplicaFile } from '../src/main/engine/store/replicaFile.ts'
import { planTable } from '../src/main/engine/typemap/tablePlan.ts'
import type { Figure } from './benchmark.ts'
import { spreadOf } from './measure.ts'
import { ordersRelation } from './ordersTable.ts'

const BATCH_ROWS = 5000
const ROUNDS = 15
const WARM_UP_ROUNDS = 3

const folder = process.argv[2]!
const scale = Number(process.argv[3])
const plan = planTable(ordersRelation())
const shelf = new BufferShelf(64 << 20)

/** Keys in steps that visit the whole range without a pattern, or the last of them. */
const choices = {
  'random keys': (rows: number, number: number) => 1 + ((number * 7_919_317) % rows),
  'recent keys': (rows: number, number: number) => rows - (number % (2 * BATCH_ROWS)),
}

const texts = (id: number, round: number): string[] => [
  String(id), '17', '23', 'returned', 'DE', 'EUR', '1.25', '0.20', String(round), '3', 't',
  '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', `note ${round}`, '2024-03-01 04:55:10.123457+00', '2024-03-04', '2024-03-01 06:12:30.5',
]

function tuple(values: readonly string[]): { row: TupleIndex; bytes: number } {
  const row = new TupleIndex()
  const bytes = Buffer.from(values.join(''))
  row.reset(bytes, values.length)
  let offset = 0
  for (const [column, value] of values.entries()) {
    row.kinds[column] = ColumnKind.text
    row.starts[column] = offset
    offset += Buffer.byteLength(value)
    row.ends[column] = offset
  }
  return { row, bytes: bytes.length + 8 * values.length }
}

async function fill(connection: DuckDBConnection, rows: number): Promise<void> {
  await connection.run('CREATE SCHEMA IF NOT EXISTS public')
  for (const statement of [createCopyStatement(plan), ...publishCopyStatements(plan)]) await connection.run(statement)
  const spread = (salt: number, below: number): string => `(hash(i + ${salt}) % ${below})::BIGINT`
  await connection.run(`INSERT INTO public.orders SELECT i, 1 + ${spread(1, 200_000)}, 1 + ${spread(2, 5000)},
    (['new','paid','packed','shipped','delivered','returned'])[1 + ${spread(3, 6)}], (['DE','FR','US','GB'])[1 + ${spread(4, 4)}], 'EUR',
    ${spread(6, 10_000_000)} / 100, ${spread(7, 100_000)} / 100, ${spread(8, 4_000_000)} / 1000.0, 1 + ${spread(9, 40)}, ${spread(10, 7)} = 0,
    md5(i::VARCHAR)::UUID, 'batch ' || ${spread(13, 5000)} || ', shelf ' || ${spread(14, 60)} || ', checked by hand',
    TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL 7 SECONDS, DATE '2024-01-02' + (i // 12000)::INTEGER,
    TIMESTAMP '2024-01-01 00:00:00' + i * INTERVAL 7 SECONDS FROM range(1, ${rows + 1}) AS rows(i)`)
  await connection.run('CHECKPOINT')
}

/** Milliseconds a batch, by choice of keys; every updated row is looked at afterwards. */
async function measure(rows: number): Promise<{ times: Record<string, number[]>; compared: number }> {
  const path = join(folder, `size-${rows}.duckdb`)
  const file = await ReplicaFile.open(path, { createdBy: 'bench', temporaryFolder: join(folder, 'duckdb') })
  try {
    await inTransaction(file.bookkeeping, () => createCheckpoint(file.bookkeeping, 1n as Lsn))
    const connection = await file.connect()
    await fill(connection, rows)
    const times: Record<string, number[]> = {}
    let number = 0
    let lsn = 1n
    let compared = 0
    const shape = stagedShapeOf(plan)
    for (const [name, keyOf] of Object.entries(choices)) {
      times[name] = []
      for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
        const batch = new Batch(round, folder, shelf)
        const keys = new Set<number>()
        for (let change = 0; change < BATCH_ROWS; change++) {
          const key = keyOf(rows, number++)
          keys.add(key)
          const { row, bytes } = tuple(texts(key, number))
          batch.table(plan.oid, shape).update('none', row, row, bytes)
        }
        batch.commit(++lsn as Lsn, 1n)
        const startMs = performance.now()
        const checkpoint = { lsn: lsn as Lsn, commitMicros: 1n, transactions: 1n, changes: 1n }
        const tables = [...batch.tables.values()].map((staged) => ({
          staged,
          schema: plan.schema,
          name: plan.name,
          parts: staged.parts.map((part) => ({ part, plan, alteration: null })),
          change: null,
        }))
        await applyBatch(connection, batch, tables, checkpoint, [], (error) => { throw error })
        if (round >= WARM_UP_ROUNDS) times[name].push(performance.now() - startMs)
        batch.dispose()
        const seen = await connection.runAndReadAll(
          `SELECT count(*) FROM public.orders WHERE weight_kg BETWEEN ${number - BATCH_ROWS + 1} AND ${number} AND tax = 0.20 AND product_id = 23`,
        )
        if (Number(seen.getRows()[0]![0]) !== keys.size) throw new Error('an update is missing, or doubled')
        compared += keys.size
      }
    }
    const counted = await connection.runAndReadAll('SELECT count(*), count(DISTINCT id) FROM public.orders')
    if (counted.getRows()[0]!.some((count) => Number(count) !== rows)) throw new Error('a row is missing, or doubled')
    connection.closeSync()
    return { times, compared: compared + rows }
  } finally {
    await file.close()
  }
}

const sizes = [2_000_000, 20_000_000].map((rows) => Math.round(rows * scale))
const [small, large] = [await measure(sizes[0]!), await measure(sizes[1]!)]
const goals: Record<string, number> = { 'random keys': 2.5, 'recent keys': 1.3 }
const figures: Figure[] = Object.keys(choices).flatMap((name): Figure[] => {
  const [on2, on20] = [spreadOf(small.times[name]!), spreadOf(large.times[name]!)]
  return [
    { label: `${name}, 20 M / 2 M`, unit: 'x', value: on20.median / on2.median, goal: goals[name]! },
    { label: `${name}, 2 M rows`, unit: 'ms', value: on2.median, min: on2.min, max: on2.max },
    { label: `${name}, 20 M rows`, unit: 'ms', value: on20.median, min: on20.min, max: on20.max },
  ]
})
process.stdout.write(JSON.stringify({ figures, comparedRows: small.compared + large.compared }), () => process.exit(0))
