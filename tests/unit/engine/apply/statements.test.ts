import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCopyStatement, publishCopyStatements, replicaName, segmentStatements, truncateStatement } from '../../../../src/main/engine/apply/statements.ts'
import { stagedShapeOf } from '../../../../src/main/engine/batch/stagedShape.ts'
import { spill, StagedTable } from '../../../../src/main/engine/batch/stagedTable.ts'
import { planTable, type TablePlan } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { identifier } from '../../../../src/main/engine/store/sql.ts'
import { column, relation } from '../source/relation.ts'
import { SourceTable, type Value } from '../stagedHistory.ts'

let folder: string
let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-apply-'))
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
  rmSync(folder, { recursive: true, force: true })
})

const text = (attnum: number, name: string) =>
  column({ attnum, name, typeOid: 25, baseTypeOid: 25, typeName: 'text', nullable: true })

/** Two key columns, so that half of a key says nothing, and two that may be left out. */
const columns = [column({ name: 'id' }), text(2, 'part'), text(3, 'body'), text(4, 'Note "x"')]

const plans = {
  'a composite key': { plan: planTable(relation({ columns, primaryKey: [1, 2], identityKey: [1, 2] })), key: [0, 1], sends: 'key' },
  'a key and full old rows': {
    plan: planTable(relation({ columns, replicaIdentity: 'full', primaryKey: [1, 2], identityKey: [1, 2, 3, 4] })),
    key: [0, 1],
    sends: 'full',
  },
  'no key and full old rows': {
    plan: planTable(relation({ columns, replicaIdentity: 'full', primaryKey: [], identityKey: [1, 2, 3, 4] })),
    key: [],
    sends: 'full',
  },
} as const

let batchNumber = 0

function stage(plan: TablePlan): StagedTable {
  return new StagedTable(plan.oid, stagedShapeOf(plan), folder, `batch-${batchNumber++}`, (bytes) => Buffer.allocUnsafe(bytes))
}

async function create(plan: TablePlan): Promise<void> {
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(plan.replicaSchema)}`)
  for (const statement of [createCopyStatement(plan), ...publishCopyStatements(plan)]) await connection.run(statement)
}

async function apply(plan: TablePlan, staged: StagedTable): Promise<void> {
  await connection.run('BEGIN')
  if (staged.truncated) await connection.run(truncateStatement(plan))
  for (const segment of staged.segments) {
    spill(segment)
    for (const statement of segmentStatements(plan, segment)) await connection.run(statement)
  }
  await connection.run('COMMIT')
}

function sorted(rows: readonly Value[][]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort()
}

async function replica(plan: TablePlan): Promise<string[]> {
  const reader = await connection.runAndReadAll(`SELECT * FROM ${replicaName(plan)}`)
  return sorted(reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value)))))
}

const word = fc.constantFrom(null, '', 'a', 'b', 'long "text",\nwith everything '.repeat(3))
const row = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('x', 'y'), word, word)
  .map(([id, ...rest]): Value[] => [String(id), ...rest])
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('insert' as const), row }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      index: fc.nat(7),
      row,
      /** Columns that the update does not touch. */
      keeps: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
      leavesOut: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), index: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate' as const) }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

function perform(table: SourceTable, change: Operation): void {
  if (change.do === 'insert') table.insert(change.row)
  else if (change.do === 'delete') table.delete(change.index)
  else if (change.do === 'truncate') table.truncate()
  else {
    const old = table.rows[change.index]
    if (!old) return
    const next = change.row.map((value, place) => (change.keeps[place] ? old[place]! : value))
    table.update(change.index, next, change.leavesOut)
  }
}

describe.each(Object.entries(plans))('applying batches to a table with %s', (_, { plan, key, sends }) => {
  it('the replica ends as the source did, whatever was done in whatever batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(operation, { minLength: 1, maxLength: 14 }), { minLength: 1, maxLength: 4 }), async (batches) => {
        await create(plan)
        let rows: Value[][] = []
        for (const changes of batches) {
          const table = new SourceTable(stage(plan), key, sends)
          const before = rows.length
          table.rows = rows
          for (const change of changes) perform(table, change)
          rows = table.rows
          const { truncated, netRows } = table.staged
          expect((truncated ? 0 : before) + netRows).toBe(rows.length)
          await apply(plan, table.staged)
          expect(await replica(plan)).toEqual(sorted(rows))
        }
      }),
      { numRuns: 120 },
    )
  })
})

describe('one batch', () => {
  const { plan } = plans['a composite key']

  async function after(first: readonly Value[][], change: (table: SourceTable) => void): Promise<StagedTable> {
    await create(plan)
    const table = new SourceTable(stage(plan), [0, 1], 'key')
    for (const inserted of first) table.insert([...inserted])
    await apply(plan, table.staged)
    table.staged = stage(plan)
    change(table)
    await apply(plan, table.staged)
    expect(await replica(plan)).toEqual(sorted(table.rows))
    return table.staged
  }
  const leavesOut = [false, false, true, true]

  it('of inserts alone is one statement that searches nothing', async () => {
    const staged = await after([], (table) => table.insert(['1', 'x', 'a', null]))
    expect(segmentStatements(plan, staged.segments[0]!)).toHaveLength(1)
  })

  it('swaps two keys by way of a third', async () => {
    await after([['1', 'x', 'one', null], ['2', 'x', 'two', null]], (table) => {
      table.update(0, ['3', 'x', 'one', null], leavesOut)
      table.update(1, ['1', 'x', 'two', null], leavesOut)
      table.update(0, ['2', 'x', 'one', null], leavesOut)
    })
  })

  it('keeps a value that was left out twice, once with a key change between', async () => {
    await after([['1', 'x', 'long', 'n']], (table) => {
      table.update(0, ['1', 'x', 'long', 'm'], leavesOut)
      table.update(0, ['2', 'x', 'long', 'm'], leavesOut)
      table.update(0, ['2', 'x', 'long', null], leavesOut)
    })
  })

  it('takes a value that was left out from a row that the same batch inserted in the place of a deleted one', async () => {
    await after([['1', 'x', 'old', 'old']], (table) => {
      table.delete(0)
      table.insert(['1', 'x', 'new', null])
      table.update(0, ['1', 'x', 'new', 'b'], leavesOut)
    })
  })

  it('leaves nothing of a row that came and went', async () => {
    const staged = await after([], (table) => {
      table.insert(['1', 'x', 'a', 'b'])
      table.update(0, ['1', 'y', 'a', 'c'], leavesOut)
      table.delete(0)
    })
    expect(staged.netRows).toBe(0)
  })

  it('a truncate forgets what was staged before it, and takes what comes after', async () => {
    const staged = await after([['1', 'x', 'a', 'b']], (table) => {
      table.insert(['2', 'x', 'a', 'b'])
      table.truncate()
      table.insert(['1', 'x', 'new', null])
      table.truncate()
      table.insert(['1', 'x', 'newer', null])
    })
    expect(staged.segments).toHaveLength(1)
  })

  it('larger than memory is staged in its file, and applied whole', async () => {
    await create(plan)
    const table = new SourceTable(stage(plan), [0, 1], 'key')
    const body = 'x'.repeat(100_000)
    for (let id = 1; id <= 300; id++) table.insert([String(id), 'x', body, null])
    table.update(0, ['1', 'x', body, 'changed'], leavesOut)
    const [segment] = table.staged.segments
    expect(segment!.fileBytes).toBeGreaterThan(20_000_000)
    expect(segment!.csv.bytes.length).toBeLessThan(20_000_000)
    await apply(plan, table.staged)
    const reader = await connection.runAndReadAll(`SELECT count(*), min(length(body)), count("Note ""x""") FROM ${replicaName(plan)}`)
    expect(reader.getRows()[0]).toEqual([300n, 100_000n, 1n])
  })
})

describe('rows without a key', () => {
  it('one delete of equal rows removes one, nulls included', async () => {
    const { plan } = plans['no key and full old rows']
    await create(plan)
    const table = new SourceTable(stage(plan), [], 'full')
    for (let copy = 0; copy < 3; copy++) table.insert(['1', 'x', null, 'n'])
    await apply(plan, table.staged)
    table.staged = stage(plan)
    table.delete(0)
    await apply(plan, table.staged)
    expect(await replica(plan)).toEqual(sorted(table.rows))
    expect(table.rows).toHaveLength(2)
  })
})
