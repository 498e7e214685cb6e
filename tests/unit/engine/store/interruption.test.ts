import { setTimeout as delay } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { interruptOnAbort } from '../../../../src/main/engine/store/interruption.ts'
import { inTransaction } from '../../../../src/main/engine/store/replicaFile.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

test('a transaction that is told as failed is not in the file, whenever its connection is interrupted', async () => {
  await using folder = await temporaryFolder()
  const instance = await DuckDBInstance.create(folder.join('replica.duckdb'))
  const [connection, reader] = [await instance.connect(), await instance.connect()]
  await connection.run('CREATE TABLE rounds (n INTEGER)')
  const told: number[] = []
  const isOver = new AbortController()
  // A commit takes about a millisecond.
  const interrupting = (async () => {
    while (!isOver.signal.aborted) {
      const aborted = new AbortController()
      const endInterrupting = interruptOnAbort(connection, aborted.signal)
      aborted.abort()
      endInterrupting()
      await delay(Math.random() * 3)
    }
  })()
  for (let round = 0; round < 400; round++) {
    const kept = await inTransaction(connection, () => connection.run(`INSERT INTO rounds VALUES (${round})`)).then(
      () => true,
      () => false,
    )
    if (kept) told.push(round)
  }
  isOver.abort()
  await interrupting
  expect(told.length).toBeGreaterThan(0)
  const found = await reader.runAndReadAll('SELECT n FROM rounds ORDER BY n')
  expect(found.getRows().map(([n]) => n)).toEqual(told)
  reader.closeSync()
  connection.closeSync()
  instance.closeSync()
})
