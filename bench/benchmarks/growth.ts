import { join } from 'node:path'
import type { Benchmark, BenchContext, Figure } from '../benchmark.ts'
import { megabytes, MEMORY_GOAL_MB } from '../benchmark.ts'
import type { BenchDatabase } from '../benchServer.ts'
import { slotName } from '../millrace.ts'
import { startOpening } from '../openingProcess.ts'
import { compareTables, plainTable, type PlainTable } from '../plainTables.ts'
import { removeReplica } from '../replicaFiles.ts'

interface Measured {
  copyMs: number
  /** Opened with nothing new on the source. */
  openMs: number
  catchUpMs: number
  peakBytes: number
  rows: number
}

interface Step {
  label: string
  tables: PlainTable[]
  rows: number
  /** What happens while nobody follows. */
  changes: string[]
}

/** Copies the step's tables, opens at rest, catches up on its changes, compares every row. */
async function measure(context: BenchContext, { label, tables, rows, changes }: Step): Promise<Measured> {
  const { folder, benchFolder, server, millrace, say } = context
  say(label)
  const database: BenchDatabase = await (await server()).createDatabase('growth')
  const { client, address } = database
  const file = join(folder, 'growth.duckdb')
  try {
    for (const table of tables) for (const statement of table.fillStatements(rows)) await client.query(statement)
    const copied = await millrace.sync(address, file, 'public.*')
    const open = () => startOpening({ benchFolder, folder, address, file, tables: ['public.*'] }).measured
    const atRest = await open()
    await client.query('SET synchronous_commit = off')
    for (const statement of changes) await client.query(statement)
    await client.query('SET synchronous_commit = on')
    await client.query('SELECT txid_current()')
    const caughtUp = await open()
    return {
      copyMs: copied.wallMs,
      openMs: atRest.caughtUpMs,
      catchUpMs: caughtUp.caughtUpMs - atRest.caughtUpMs,
      peakBytes: Math.max(copied.peakBytes ?? 0, caughtUp.peakBytes),
      rows: await compareTables(client, file, tables),
    }
  } finally {
    await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active', [slotName])
    await database.drop()
    await removeReplica(file)
  }
}

/** The exponent of growth: 1 where twice the work takes twice the time, 0 where it takes the same. */
function growthOf(factor: number, before: number, after: number): number {
  return Math.log(Math.max(after, 1) / Math.max(before, 1)) / Math.log(factor)
}

function figuresOf(label: string, measured: Measured): Figure[] {
  return [
    { label: `${label}: copy`, unit: 'ms', value: measured.copyMs },
    { label: `${label}: open at rest`, unit: 'ms', value: measured.openMs },
    { label: `${label}: catch up`, unit: 'ms', value: measured.catchUpMs },
    { label: `${label}: peak memory`, unit: 'MB', value: megabytes(measured.peakBytes), goal: MEMORY_GOAL_MB },
  ]
}

async function series(context: BenchContext, steps: (Step & { size: number })[]) {
  const figures: Figure[] = []
  let comparedRows = 0
  let first: { size: number; measured: Measured } | null = null
  for (const step of steps) {
    const measured = await measure(context, step)
    figures.push(...figuresOf(step.label, measured))
    comparedRows += measured.rows
    first ??= { size: step.size, measured }
    if (first.size === step.size) continue
    const factor = step.size / first.size
    const exponents: [string, number, number][] = [
      ['copy', first.measured.copyMs, measured.copyMs],
      ['open', first.measured.openMs, measured.openMs],
      ['catch up', first.measured.catchUpMs, measured.catchUpMs],
    ]
    for (const [what, before, after] of exponents) {
      figures.push({ label: `${step.label}: growth of ${what}`, unit: 'power', value: growthOf(factor, before, after) })
    }
  }
  return { figures, comparedRows }
}

export const growthByTables: Benchmark = {
  name: 'growth-by-tables',
  title: 'The same rows and changes in 10, 100 and 1,000 tables',
  run(context) {
    const rows = Math.round(200_000 * context.options.scale)
    const counts = [10, 100, Math.max(200, Math.round(1000 * context.options.scale))]
    return series(
      context,
      counts.map((count) => {
        const tables = Array.from({ length: count }, (_, number) => plainTable(`t${number}`, 6))
        const each = Math.max(2, Math.round(rows / count))
        return {
          label: `${count} tables`,
          size: count,
          tables,
          rows: each,
          changes: tables.map(({ name }) => `UPDATE ${name} SET c0 = c0 / 2 WHERE id % 2 = 0; DELETE FROM ${name} WHERE id % 97 = 5`),
        }
      }),
    )
  },
}

export const growthByColumns: Benchmark = {
  name: 'growth-by-columns',
  title: 'The same number of values in rows of 5, 50 and 200 columns',
  run(context) {
    const values = Math.round(8_000_000 * context.options.scale)
    return series(
      context,
      [5, 50, 200].map((columns) => ({
        label: `${columns} columns`,
        size: columns,
        tables: [plainTable('wide', columns)],
        rows: Math.round(values / columns),
        changes: [`UPDATE wide SET c0 = c0 / 2 WHERE id % 4 = 0`],
      })),
    )
  },
}

/** Values that Postgres keeps outside the row, and does not send again while they stay as they are. */
function toastTable(): PlainTable {
  return {
    name: 'documents',
    columns: [{ name: 'id', type: 'bigint' }, { name: 'seen', type: 'integer' }, { name: 'body', type: 'text' }],
    fillStatements: (rows) => [
      'CREATE TABLE documents (id bigint PRIMARY KEY, seen integer, body text)',
      'ALTER TABLE documents ALTER body SET STORAGE EXTERNAL',
      `INSERT INTO documents SELECT i, 0, repeat(md5(i::text), 600) FROM generate_series(1, ${rows}) AS rows(i)`,
    ],
  }
}

export const wideValues: Benchmark = {
  name: 'wide-values',
  title: 'Rows with a text of 19 kB each: copied, updated beside it, and updated with it',
  run(context) {
    const rows = Math.round(20_000 * context.options.scale)
    return series(context, [
      { label: 'the text stays', size: 1, tables: [toastTable()], rows, changes: ['UPDATE documents SET seen = 1'] },
      { label: 'the text changes', size: 2, tables: [toastTable()], rows, changes: [`UPDATE documents SET body = body || 'x'`] },
    ])
  },
}

/** `count` transactions of one statement each; `$number` is the transaction's. */
function transactions(count: number, statement: string): string[] {
  return [
    `CREATE OR REPLACE PROCEDURE make_transactions() LANGUAGE plpgsql AS $$ BEGIN
       FOR number IN 1 .. ${count} LOOP ${statement}; COMMIT; END LOOP; END $$`,
    'CALL make_transactions()',
  ]
}

export const hotRow: Benchmark = {
  name: 'hot-row',
  title: 'One row updated again and again, a transaction each',
  run(context) {
    const count = (times: number) => Math.round(times * context.options.scale)
    return series(
      context,
      [count(10_000), count(100_000)].map((updates) => ({
        label: `${updates.toLocaleString('en')} updates of one row`,
        size: updates,
        tables: [plainTable('hot', 6)],
        rows: 1000,
        changes: transactions(updates, 'UPDATE hot SET c0 = number WHERE id = 7'),
      })),
    )
  },
}

export const dayBehind: Benchmark = {
  name: 'day-behind',
  title: 'A slot that is an hour and a day behind, at one transaction of ten changes a second',
  run(context) {
    const seconds = [3600, 86_400].map((count) => Math.round(count * context.options.scale))
    return series(
      context,
      seconds.map((count) => ({
        label: `${count.toLocaleString('en')} transactions behind`,
        size: count,
        tables: [plainTable('daily', 12)],
        rows: 200_000,
        changes: transactions(
          count,
          'UPDATE daily SET c0 = number WHERE id BETWEEN 1 + (number * 7919) % 190000 AND 9 + (number * 7919) % 190000; ' +
            'INSERT INTO daily (id, c0) VALUES (1000000 + number, number)',
        ),
      })),
    )
  },
}
