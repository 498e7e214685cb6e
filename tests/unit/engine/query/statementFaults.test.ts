import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MillraceError } from '../../../../src/main/contract/errors.ts'
import { faultOfReplicaStatement, faultOfSourceStatement } from '../../../../src/main/engine/query/statementFaults.ts'

let instance: DuckDBInstance
let connection: DuckDBConnection
beforeAll(async () => {
  instance = await DuckDBInstance.create()
  connection = await instance.connect()
  await connection.run('SET errors_as_json = true; CREATE TABLE orders (id INTEGER, total INTEGER)')
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

async function faultOf(sql: string): Promise<MillraceError> {
  const error: unknown = await connection.run(sql).then(
    () => expect.fail('it should not run'),
    (thrown: unknown) => thrown,
  )
  return faultOfReplicaStatement(error, sql)
}

describe('an error of DuckDB', () => {
  it.each([
    ['SELECT totall FROM orders', 7, 'Names like it: "total".'],
    ['SELECT o.totl FROM orders o', 7, 'Names like it: "total".'],
    ['SELECT * FROM order_', 14, 'Did you mean "orders"?'],
    ['SELECT id, sum(total) FROM orders', 7, 'Either add it to the GROUP BY list, or use "ANY_VALUE(id)" if the exact value of "id" is not important.'],
    ['SELECT sum(1, 2, 3)', 7, 'Check the names and types of the columns.'],
    ['SELECT id FRM orders', 14, 'Mend the statement where it is underlined.'],
  ])('%s has its place, and the engine\'s own hint for advice', async (sql, offset, advice) => {
    expect(await faultOf(sql)).toMatchObject({ code: 'QUERY_FAILED', place: { offset }, advice })
  })

  it('ends calmly', async () => {
    expect((await faultOf('SELECT totall FROM orders')).message).toBe('Referenced column "totall" not found in FROM clause.')
  })
})

describe('an error of Postgres', () => {
  const serverError = (part: object) => Object.assign(new Error('column "totall" does not exist'), { severity: 'ERROR', code: '42703', ...part })

  it('has the server\'s own hint for advice', () => {
    const hint = 'Perhaps you meant to reference the column "orders.total".'
    const fault = faultOfSourceStatement(serverError({ hint, position: '8' }), 'SELECT totall FROM orders')
    expect(fault).toMatchObject({ advice: hint, place: { offset: 7 }, message: 'Column "totall" does not exist.' })
    expect(faultOfSourceStatement(serverError({}), '').advice).toBe('Check the names and types.')
  })

  it('gives nothing away of a row, in its hint neither', () => {
    const fault = faultOfSourceStatement(serverError({ code: 'P0001', message: 'no', hint: 'Ask "Ann Lee" about 4711.' }), 'SELECT f()')
    expect(JSON.stringify(fault.toFault())).not.toMatch(/Ann|4711/)
  })
})
