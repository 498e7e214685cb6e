import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { makeRoomFor } from '../../../../src/main/engine/store/memory.ts'

test('longer rows get more of the memory, shorter ones after them do not take it back, and none gets all', async () => {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '256MiB' })
  const connection = await instance.connect()
  const limitAfter = async (rowBytes: number): Promise<string> => {
    await makeRoomFor(connection, rowBytes)
    const reader = await connection.runAndReadAll(`SELECT current_setting('memory_limit')`)
    return String(reader.getRows()[0]![0])
  }
  expect(await limitAfter(15 << 20)).toBe('256.0 MiB')
  const forLong = await limitAfter(40 << 20)
  expect(Number.parseFloat(forLong)).toBeGreaterThan(500)
  expect(await limitAfter(20 << 20)).toBe(forLong)
  expect(await limitAfter(900 << 20)).toBe('640.0 MiB')
  connection.closeSync()
  instance.closeSync()
})
