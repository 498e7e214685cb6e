import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ResultStore } from '../../../../src/main/engine/query/resultStore.ts'

const ROWS = 4000

let results: ResultStore

beforeEach(async () => {
  results = await ResultStore.open(tmpdir())
})
afterEach(() => results.close())

// Where both shared a connection, about one run in ten failed: the moment in which a flush can be cut off is short.
it('pages are read while rows still come, and every row is there once, in its order', async () => {
  const spool = await results.createSpool(['VARCHAR'], 'UTC')
  let isOver = false
  const reading = (async () => {
    while (!isOver) {
      const { rows } = await spool.page(Math.max(0, spool.rowCount - 1), 1)
      expect(rows.length).toBeLessThanOrEqual(1)
    }
  })()
  for (let row = 1; row <= ROWS; row++) {
    spool.appendText([[String(row)]])
    spool.flush()
    await new Promise((resolve) => setImmediate(resolve))
  }
  isOver = true
  await reading
  const { rows } = await spool.page(0, ROWS + 1)
  expect(rows.map(([value]) => value)).toEqual(Array.from({ length: ROWS }, (_, at) => String(at + 1)))
  await spool.close()
})
