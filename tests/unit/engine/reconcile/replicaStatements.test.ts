import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashed } from '../../../../src/main/engine/reconcile/replicaStatements.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { relation } from '../source/relation.ts'
import { typeCases } from '../typemap/cases.ts'

let instance: DuckDBInstance
let connection: DuckDBConnection
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

describe('what a row without a key is known by', () => {
  it.each(typeCases.filter(({ values }) => values.length > 0))('is another for each value of $sourceType, and for NULL', async ({ column, values }) => {
    const [planned] = planTable(relation({ columns: [column], primaryKey: [], identityKey: [] })).columns
    const { plan } = planned!
    const texts = values.map((text) => plan.convert(`CAST(decode(unhex('${Buffer.from(text).toString('hex')}')) AS ${plan.stageType})`))
    const rows = [...texts, `CAST(NULL AS ${plan.replicaType})`].map((value) => `SELECT ${value} AS v`)
    const reader = await connection.runAndReadAll(`SELECT count(DISTINCT hash(${hashed(planned!, 'v')}))::INTEGER FROM (${rows.join(' UNION ALL ')})`)
    expect(reader.getRows()[0]![0]).toBe(new Set(values).size + 1)
  })
})
