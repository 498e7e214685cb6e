import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { makeRoomForRows, makeRoomForTables } from '../../../../src/main/engine/store/memory.ts'

test('long rows and many tables get more of the memory, and what comes after them does not take it back', async () => {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '256MiB' })
  const connection = await instance.connect()
  const limitAfter = async (rowBytes: number): Promise<string> => {
    await makeRoomForRows(connection, rowBytes)
    const reader = await connection.runAndReadAll(`SELECT current_setting('memory_limit')`)
    return String(reader.getRows()[0]![0])
  }
  expect(await limitAfter(15 << 20)).toBe('256.0 MiB')
  const forLong = await limitAfter(40 << 20)
  expect(Number.parseFloat(forLong)).toBeGreaterThan(500)
  expect(await limitAfter(20 << 20)).toBe(forLong)
  expect(await limitAfter(900 << 20)).toBe('640.0 MiB')
  await makeRoomForTables(connection, 100)
  expect(await limitAfter(0)).toBe('640.0 MiB')
  await makeRoomForTables(connection, 1000)
  expect(Number.parseFloat(await limitAfter(0))).toBeGreaterThan(1.1)
  connection.closeSync()
  instance.closeSync()
})
