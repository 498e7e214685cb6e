import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { expect } from 'vitest'
import { dropFromSource } from '../../src/main/engine/fileStatus.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import type { TestDatabase } from './postgres.ts'
import { newFilePath, openReplica, testHost } from './replica.ts'
import { expectSameRows } from './sameRows.ts'
import { startTypescript, type TypescriptProcess } from './typescriptProcess.ts'
import { until } from './until.ts'

/** By type: an SQL expression for the value number `n`; 0 is NULL. Long ones go to TOAST. */
const valuesByType = {
  int: (n) => String(n * 7919 - 20_000),
  'numeric(12,3)': (n) => `${n * 31}.${n % 1000}`,
  boolean: (n) => String(n % 2 === 0),
  timestamptz: (n) => `timestamptz '2001-02-03 04:05:06.789Z' + ${n} * interval '1 hour 1 microsecond'`,
  date: (n) => `date '1999-12-31' + ${n}`,
  text: (n) => [`''`, `'short ${n}'`, `repeat(md5('${n}'), 150)`, `E'"quoted", line\\n${n}\\r\\n' || repeat('ä', ${n * 40})`][n % 4]!,
  bytea: (n) => `decode(repeat(md5('${n}'), ${n % 2 === 0 ? 1 : 120}), 'hex')`,
  jsonb: (n) => `jsonb_build_object('n', ${n}, 'text', repeat('j', ${n * 100}), 'none', null)`,
  'int[]': (n) => `ARRAY[${n}, NULL, ${-n}]`,
} as const satisfies Record<string, (n: number) => string>
type ColumnType = keyof typeof valuesByType

const keyKinds = ['int', 'text', 'composite', 'full with key', 'full without key'] as const
type KeyKind = (typeof keyKinds)[number]

const columnType = fc.constantFrom(...(Object.keys(valuesByType) as ColumnType[]))
const shape = fc.record({ key: fc.constantFrom(...keyKinds), columns: fc.array(columnType, { minLength: 1, maxLength: 4 }) })

/** A table as the history has it at one point; beside its key it always has a column. */
interface Table {
  name: string
  key: KeyKind
  columns: readonly { name: string; type: ColumnType }[]
}

/** Few, so that a name that was given up is soon taken again. */
const columnNames = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'] as const

const key = fc.integer({ min: 1, max: 12 })
const value = fc.integer({ min: 0, max: 40 })
const statement = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('insert' as const), key, value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('insert many' as const), count: fc.integer({ min: 1, max: 400 }), value }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('update' as const), key, column: fc.nat(3), value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('update many' as const), modulus: fc.integer({ min: 1, max: 5 }), column: fc.nat(3), value }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('change key' as const), key, to: key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete many' as const), modulus: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('add column' as const), name: fc.nat(5), type: columnType, value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop column' as const), column: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename column' as const), column: fc.nat(3), to: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change type' as const), column: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename table' as const), to: fc.nat(1) }) },
)
type Statement = typeof statement extends fc.Arbitrary<infer T> ? T : never

const step = fc.record({ table: fc.nat(2), statement, undone: fc.nat(9).map((n) => n === 0) })
const transaction = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 8 }), aborted: fc.nat(9).map((n) => n === 0) })
type Transaction = typeof transaction extends fc.Arbitrary<infer T> ? T : never

/** What may happen to the session between two transactions. */
const event = fc.oneof(
  { weight: 6, arbitrary: fc.constant('nothing' as const) },
  { weight: 2, arbitrary: fc.constant('caught up' as const) },
  { weight: 1, arbitrary: fc.constant('closed and opened' as const) },
  { weight: 1, arbitrary: fc.constant('paused and resumed' as const) },
  { weight: 1, arbitrary: fc.constant('copied again' as const) },
  // By another process, which is killed after the next transaction.
  { weight: 1, arbitrary: fc.constant('followed and killed' as const) },
)

/** A schema, what was done before Millrace came, and what is done while it follows. */
export const randomHistory = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 3 }),
  before: fc.array(transaction, { maxLength: 4 }),
  while: fc.array(fc.record({ transaction, event, killAfterMs: fc.nat(400) }), { minLength: 1, maxLength: 14 }),
})
export type RandomHistory = typeof randomHistory extends fc.Arbitrary<infer T> ? T : never

function keyColumns(kind: KeyKind): string {
  switch (kind) {
    case 'int':
    case 'full with key':
      return 'k int PRIMARY KEY'
    case 'text':
      return 'k text PRIMARY KEY'
    case 'composite':
      return 'k int, "K 2" text, PRIMARY KEY ("K 2", k)'
    case 'full without key':
      return 'k int'
  }
}

function keyValue(kind: KeyKind, expression: string | number): string {
  return kind === 'text' ? `('key, ' || ${expression})` : String(expression)
}

/** The number in a key again, for what concerns every so manieth row. */
function keyNumber(kind: KeyKind): string {
  return kind === 'text' ? `substr(k, 6)::int` : 'k'
}

function createStatements({ name, key: kind, columns }: Table): string {
  const own = columns.map((column) => `${column.name} ${column.type}`)
  const stored = columns.flatMap((column) => (column.type === 'text' || column.type === 'bytea' ? [`ALTER ${column.name} SET STORAGE EXTERNAL`] : []))
  return [
    `CREATE TABLE ${name} (${[keyColumns(kind), ...own].join(', ')})`,
    ...(stored.length > 0 ? [`ALTER TABLE ${name} ${stored.join(', ')}`] : []),
    ...(kind.startsWith('full') ? [`ALTER TABLE ${name} REPLICA IDENTITY FULL`] : []),
  ].join('; ')
}

function valueOf(type: ColumnType, n: number): string {
  return n === 0 ? 'NULL' : valuesByType[type](n)
}

/** A column under another name, or of another type; or another column, or none. */
function withColumn(table: Table, place: number, ...instead: Table['columns']): Table {
  return { ...table, columns: table.columns.toSpliced(place, 1, ...instead) }
}

/** What a change of the table's shape is in SQL, and what the table is afterwards; null where it is no such change, or not possible. */
function shapeChangeOf(table: Table, change: Statement, taken: readonly string[]): { sql: string; after: Table } | null {
  const { name, columns } = table
  const place = 'column' in change ? change.column % columns.length : 0
  const column = columns[place]!
  const isFree = (free: string): boolean => !columns.some((other) => other.name === free)
  switch (change.do) {
    case 'add column': {
      const added = { name: columnNames[change.name]!, type: change.type }
      const sql = `ALTER TABLE ${name} ADD ${added.name} ${added.type} DEFAULT ${valueOf(added.type, change.value)}`
      return isFree(added.name) ? { sql, after: { ...table, columns: [...columns, added] } } : null
    }
    case 'drop column':
      return columns.length > 1 ? { sql: `ALTER TABLE ${name} DROP ${column.name}`, after: withColumn(table, place) } : null
    case 'rename column': {
      const to = columnNames[change.to]!
      const after = withColumn(table, place, { ...column, name: to })
      return isFree(to) ? { sql: `ALTER TABLE ${name} RENAME ${column.name} TO ${to}`, after } : null
    }
    case 'change type': {
      const after = withColumn(table, place, { ...column, type: 'text' })
      return { sql: `ALTER TABLE ${name} ALTER ${column.name} TYPE text USING ${column.name}::text`, after }
    }
    case 'rename table': {
      const to = `${name.replace(/_n\d$/, '')}_n${change.to}`
      return taken.includes(to) ? null : { sql: `ALTER TABLE ${name} RENAME TO ${to}`, after: { ...table, name: to } }
    }
    default:
      return null
  }
}

function sqlOf({ name, key: kind, columns }: Table, change: Statement): string {
  const values = (n: number): string => columns.map(({ type }, index) => valueOf(type, n === 0 ? 0 : n + index)).join(', ')
  const whole = (expression: string | number): string =>
    keyValue(kind, expression) + (kind === 'composite' ? `, 'part ' || ${expression} % 2` : '')
  const column = (n: number): Table['columns'][number] => columns[n % columns.length]!
  switch (change.do) {
    case 'insert':
      return `INSERT INTO ${name} VALUES (${whole(change.key)}, ${values(change.value)}) ON CONFLICT DO NOTHING`
    case 'insert many':
      return `INSERT INTO ${name} SELECT ${whole('n')}, ${values(change.value)} FROM generate_series(100, ${99 + change.count}) n ON CONFLICT DO NOTHING`
    case 'update': {
      const set = column(change.column)
      return `UPDATE ${name} SET ${set.name} = ${valueOf(set.type, change.value)} WHERE k = ${keyValue(kind, change.key)}`
    }
    case 'update many': {
      const set = column(change.column)
      return `UPDATE ${name} SET ${set.name} = ${valueOf(set.type, change.value)} WHERE ${keyNumber(kind)} % ${change.modulus} = 0`
    }
    case 'change key':
      return `UPDATE ${name} SET k = ${keyValue(kind, change.to)} WHERE k = ${keyValue(kind, change.key)}
        AND NOT EXISTS (SELECT 1 FROM ${name} WHERE k = ${keyValue(kind, change.to)})`
    case 'delete':
      return `DELETE FROM ${name} WHERE k = ${keyValue(kind, change.key)}`
    case 'delete many':
      return `DELETE FROM ${name} WHERE ${keyNumber(kind)} % ${change.modulus} = 0`
    case 'truncate':
      return `TRUNCATE ${name}`
    default:
      return `SELECT FROM ${name} LIMIT 0`
  }
}

/** The rows that Live shows are those that are there. */
async function expectCounted(source: TestDatabase, session: ReplicaSession, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { rows } = await source.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${name}`)
    const shown = session.live().tables.find((table) => table.name === name)
    expect(shown, `rows of ${name} as shown`).toMatchObject({ rows: rows[0]!.rows })
  }
}

let runs = 0

/** Lets the history happen on a real Postgres, in a database of its own, and follows it; fails where a row differs at the end. */
export async function followHistory(source: TestDatabase, folder: string, history: RandomHistory): Promise<void> {
  const run = runs++
  let tables: readonly Table[] = history.shapes.map(({ key: kind, columns }, index) => ({
    name: `h${run}_${index}`,
    key: kind,
    columns: columns.map((type, place) => ({ name: columnNames[place]!, type })),
  }))
  for (const table of tables) await source.query(createStatements(table))
  const commit = async ({ steps, aborted }: Transaction): Promise<void> => {
    let now = tables
    const statements = steps.map(({ table, statement: change, undone }) => {
      const index = table % now.length
      const changed = shapeChangeOf(now[index]!, change, now.map(({ name }) => name))
      const sql = changed?.sql ?? sqlOf(now[index]!, change)
      if (undone) return `SAVEPOINT undone; ${sql}; ROLLBACK TO undone`
      if (changed) now = now.with(index, changed.after)
      return sql
    })
    await source.query(`BEGIN; ${statements.join('; ')}; ${aborted ? 'ROLLBACK' : 'COMMIT'}`)
    if (!aborted) tables = now
  }
  for (const before of history.before) await commit(before)

  const options = { filePath: newFilePath(folder) }
  let session: ReplicaSession = await openReplica(folder, source, options)
  let follower: TypescriptProcess | null = null
  const killFollower = async (afterMs: number): Promise<void> => {
    if (!follower) return
    await delay(afterMs)
    await follower.kill()
    follower = null
    session = await openReplica(folder, source, options)
  }
  try {
    for (const { transaction: during, event: happens, killAfterMs } of history.while) {
      await commit(during)
      await killFollower(killAfterMs)
      if (happens === 'caught up') await session.whenCaughtUp()
      if (happens === 'paused and resumed') await session.pause().then(() => session.resume())
      if (happens === 'closed and opened') {
        await session.close()
        session = await openReplica(folder, source, options)
      }
      if (happens === 'copied again') {
        await until('its tables are known', () => session.live().tables.length > 0)
        const { name } = session.live().tables[0]!
        await session.resyncTable({ schema: 'public', name })
      }
      if (happens === 'followed and killed') {
        await session.close()
        follower = startTypescript('tests/support/followProcess.ts', { arguments: [JSON.stringify({ ...options, address: source.address }), folder] })
        await follower.waitForLine('that it is open', (line) => line === 'open' || null)
      }
    }
    await killFollower(0)
    await session.whenCaughtUp()
    const names = tables.map(({ name }) => name)
    await expectSameRows(source, session, names)
    await expectCounted(source, session, names)
  } finally {
    await follower?.kill()
    await session.close()
    await dropFromSource(testHost(folder), { filePath: options.filePath, address: source.address }).catch(() => undefined)
    await source.query(`DROP TABLE ${tables.map(({ name }) => name).join(', ')}`)
  }
}
