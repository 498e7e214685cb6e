import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type pg from 'pg'
import { sidesFigures, type Benchmark, type BenchContext, type BenchmarkResult } from '../benchmark.ts'
import { alternate, spreadOf } from '../measure.ts'
import { publicationName, slotName } from '../millrace.ts'
import { workloadStatements, type Workload } from '../ordersTable.ts'
import { copyReplica, removeReplica, replicaBytes } from '../replicaFiles.ts'
import { compareRows } from '../sameRows.ts'

interface CatchUp {
  workload: Workload
  /** Whole process / the reference. */
  goal: number
  /** Replica file afterwards / the heap that as many rows take when they are new. */
  fileGoal?: number
}

export const catchUp: Benchmark = {
  name: 'catch-up',
  title: 'Catching up on 600,000 random updates and 400,000 inserts in 100 transactions, against pg_recvlogical to /dev/null',
  run: (context) =>
    run(context, { workload: scaled({ transactions: 100, updates: 600_000, inserts: 400_000 }, context.options.scale), goal: 1.1 }),
}

export const smallTransactions: Benchmark = {
  name: 'small-transactions',
  title: 'The same million changes in 100,000 transactions',
  run: (context) => {
    const { scale } = context.options
    const transactions = Math.round(100_000 * scale)
    return run(context, { workload: { transactions, updates: 6 * transactions, inserts: 4 * transactions }, goal: 1.2 })
  },
}

export const giantTransaction: Benchmark = {
  name: 'giant-transaction',
  title: 'Two million rows in one transaction: 1,200,000 random updates and 800,000 inserts',
  run: (context) =>
    run(context, { workload: scaled({ transactions: 1, updates: 1_200_000, inserts: 800_000 }, context.options.scale), goal: 1.3 }),
}

export const everyRowUpdated: Benchmark = {
  name: 'every-row-updated',
  title: 'As many random updates as there are rows, in 200 transactions',
  run: (context) =>
    run(context, {
      workload: scaled({ transactions: 200, updates: 2_000_000, inserts: 0 }, context.options.scale),
      goal: 1.1,
      fileGoal: 0.3,
    }),
}

/** Whole rows a transaction. */
function scaled(workload: Workload, scale: number): Workload {
  const each = (count: number): number => (count === 0 ? 0 : Math.max(1, Math.round((count * scale) / workload.transactions)))
  const { transactions, updates, inserts } = workload
  return { transactions, updates: each(updates) * transactions, inserts: each(inserts) * transactions }
}

const originSlot = 'bench_origin'
const referenceSlot = 'bench_reference'

/**
 * The changes are made once. Each run starts from the same place again: the file is a copy of the one
 * from before the changes, and the slots are copies of one that never moves.
 */
async function run(context: BenchContext, { workload, goal, fileGoal }: CatchUp): Promise<BenchmarkResult> {
  const { folder, millrace, reference, options, orderRows, say } = context
  const { createDatabase, pid } = await context.server()
  const database = await createDatabase('catch_up', await context.ordersTemplate())
  const { client, address } = database
  const before = join(folder, 'before.duckdb')
  const file = join(folder, 'catch-up.duckdb')
  try {
    await millrace.sync(address, before)
    const heapBytesARow = (await heapBytesOf(client)) / orderRows
    await client.query('SELECT pg_copy_logical_replication_slot($1, $2)', [slotName, originSlot])
    say(`making ${(workload.updates + workload.inserts).toLocaleString('en')} changes`)
    for (const statement of workloadStatements(workload, orderRows)) await client.query(statement)
    const end = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
    const endLsn = end.rows[0]!.lsn
    await client.query('VACUUM orders')
    await client.query('CHECKPOINT')
    const measured = await alternate(
      options.runs,
      pid,
      {
        prepare: () => putBack(client, referenceSlot),
        run: () => reference.stream(address, referenceSlot, publicationName, endLsn),
      },
      {
        async prepare() {
          await putBack(client, slotName)
          await copyReplica(before, file)
        },
        run: () => millrace.sync(address, file),
      },
    )
    const { rows } = await compareRows(client, file)
    const fileBytes = await replicaBytes(file)
    const settled = fileGoal === undefined ? null : await checkpointed(file)
    const wallMs = spreadOf(measured.millrace.map((sample) => sample.wallMs)).median
    return {
      figures: [
        ...sidesFigures(measured, 'stream to /dev/null', goal),
        { label: 'changes a second', unit: '/s', value: (workload.updates + workload.inserts) / (wallMs / 1000) },
        // The source's own heap has grown by the dead rows; new, as many rows take this much.
        {
          label: 'file afterwards / heap of as many new rows',
          unit: 'x',
          value: fileBytes / (heapBytesARow * rows),
          ...(fileGoal === undefined ? {} : { goal: fileGoal }),
        },
        ...(settled === null
          ? []
          : ([
              { label: 'the same once DuckDB has checkpointed', unit: 'x', value: settled.fileBytes / (heapBytesARow * rows) },
              { label: 'of that, blocks in use', unit: 'x', value: settled.usedBytes / (heapBytesARow * rows) },
            ] as const)),
      ],
      runs: measured,
      referenceTool: reference.streamTool,
      comparedRows: rows,
    }
  } finally {
    await database.drop()
    for (const path of [before, file]) await removeReplica(path)
  }
}

async function heapBytesOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(`SELECT pg_relation_size('orders')::text AS bytes`)
  return Number(rows[0]!.bytes)
}

/** What the file takes without a log beside it, and how much of that holds rows: DuckDB keeps the rest for what comes. */
async function checkpointed(file: string): Promise<{ fileBytes: number; usedBytes: number }> {
  const instance = await DuckDBInstance.create(file)
  try {
    const connection = await instance.connect()
    await connection.run('CHECKPOINT')
    const reader = await connection.runAndReadAll('SELECT block_size * used_blocks FROM pragma_database_size()')
    return { fileBytes: await replicaBytes(file), usedBytes: Number(reader.getRows()[0]![0]) }
  } finally {
    instance.closeSync()
  }
}

/** The slot as it was before the changes. */
async function putBack(client: pg.Client, slot: string): Promise<void> {
  await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [slot])
  await client.query('SELECT pg_copy_logical_replication_slot($1, $2)', [originSlot, slot])
}
