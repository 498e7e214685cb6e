import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ResultStore } from '../../../../src/main/engine/query/resultStore.ts'

let results: ResultStore

beforeEach(async () => {
  results = await ResultStore.open(tmpdir())
})
afterEach(() => results.close())

it('pages are read while rows still come, and every row is there once, in its order', async () => {
  const spool = await results.createSpool(['VARCHAR', 'VARCHAR'], 'UTC')
  const pages: Promise<unknown>[] = []
  let rows = 0
  for (let round = 0; round < 150; round++) {
    spool.appendText(Array.from({ length: 300 }, () => [String((rows += 1)), 'long'.repeat(40)]))
    spool.flush()
    const offset = Math.max(0, rows - 2000)
    pages.push(spool.page(offset, 2000).then((page) => expect(page.rows[0]![0]).toBe(String(offset + 1))))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(pages)
  for (const offset of [0, 12_345, rows - 1]) expect((await spool.page(offset, 1)).rows[0]![0]).toBe(String(offset + 1))
  await spool.close()
})
