import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCopyStatement, publishCopyStatements, replicaName, segmentStatements } from '../../../../src/main/engine/apply/statements.ts'
import { stagedShapeOf } from '../../../../src/main/engine/batch/stagedShape.ts'
import { spill, StagedTable } from '../../../../src/main/engine/batch/stagedTable.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { comparableText, postgresTexts } from '../../../support/replicaText.ts'
import { relation } from '../source/relation.ts'
import { SourceTable, type Value } from '../stagedHistory.ts'
import { typeCases } from '../typemap/cases.ts'

let folder: string
let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-whole-rows-'))
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
  await connection.run('CREATE SCHEMA public')
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(typeCases.filter(({ values }) => values.length > 0))('rows without a key, of $sourceType', ({ column, values }) => {
  const plan = planTable(relation({ columns: [column], primaryKey: [], identityKey: [column.attnum], replicaIdentity: 'full' }))
  const [planned] = plan.columns

  async function apply(change: (table: SourceTable) => void, rows: Value[][]): Promise<Value[][]> {
    const staged = new StagedTable(plan.oid, stagedShapeOf(plan), folder, 'batch', (bytes) => Buffer.allocUnsafe(bytes))
    const table = new SourceTable(staged, [], 'full')
    table.rows = rows
    change(table)
    for (const segment of staged.segments) {
      spill(segment)
      for (const statement of segmentStatements(plan, segment)) await connection.run(statement)
    }
    return table.rows
  }

  it('are told apart to the last bit: of three equal ones the one goes that the source removed', async () => {
    for (const statement of [createCopyStatement(plan), ...publishCopyStatements(plan)]) await connection.run(statement)
    const all = [...values, null]
    let rows = await apply((table) => {
      for (const value of [...all, ...all, ...all]) table.insert([value])
    }, [])
    rows = await apply((table) => {
      for (const value of all) table.delete(table.rows.findIndex(([other]) => other === value))
    }, rows)
    rows = await apply((table) => {
      for (const value of values) table.update(table.rows.findIndex(([other]) => other === value), [null], [true])
    }, rows)
    const back = await postgresTexts(connection, replicaName(plan), 'v', planned!.plan.replicaType)
    expect(back.map(String).sort()).toEqual(rows.map(([value]) => String(comparableText(planned!.plan.replicaType, value!))).sort())
  })
})
