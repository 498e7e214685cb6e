import { appendFile, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../../../../src/main/contract/history.ts'
import { HistoryStore } from '../../../../src/main/engine/settings/historyStore.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const entry = (id: string, sql: string): HistoryEntry => ({
  id, sql, startedAt: '2026-01-01T00:00:00.000Z', engine: 'replica', durationMs: 1.5, rows: 1, fault: null,
})

describe('the history', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let path: string
  beforeEach(async () => {
    folder = await temporaryFolder()
    path = folder.join('history/a.jsonl')
  })
  afterEach(() => folder.remove())

  const all = { search: '', limit: 1000 }

  it('keeps every run for the next start, newest first', async () => {
    const before = new HistoryStore(path)
    const failed: HistoryEntry = {
      ...entry('2', 'SELECT 2'), rows: null, fault: { code: 'QUERY_FAILED', message: 'No.' },
    }
    await before.add(entry('1', 'SELECT\n1'))
    await before.add(failed)
    expect(await new HistoryStore(path).list(all)).toEqual([failed, entry('1', 'SELECT\n1')])
  })

  it('finds the runs that hold every word, whatever the case', async () => {
    const store = new HistoryStore(path)
    for (const sql of ['SELECT * FROM Orders', 'SELECT * FROM customers', 'select count(*) from orders']) {
      await store.add(entry(sql, sql))
    }
    const found = async (search: string) => (await store.list({ search, limit: 10 })).map(({ sql }) => sql)
    expect(await found('orders select')).toEqual(['select count(*) from orders', 'SELECT * FROM Orders'])
    expect(await found('ORDERS count')).toEqual(['select count(*) from orders'])
    expect(await store.list({ search: '', limit: 2 })).toHaveLength(2)
  })

  it('passes over a line that a crash tore, and loses none beside it', async () => {
    const store = new HistoryStore(path)
    await store.add(entry('1', 'SELECT 1'))
    await appendFile(path, '\n{"id":"torn","sql":"SEL')
    const after = new HistoryStore(path)
    await after.add(entry('2', 'SELECT 2'))
    expect((await new HistoryStore(path).list(all)).map(({ id }) => id)).toEqual(['2', '1'])
  })

  it('is bounded: the oldest go, and the file does not grow without end', async () => {
    const lines = Array.from({ length: 5_600 }, (_, at) => JSON.stringify(entry(`old ${at}`, 'SELECT 1')))
    const first = new HistoryStore(path)
    await first.add(entry('first', 'SELECT 0'))
    await appendFile(path, `\n${lines.join('\n')}`)
    const store = new HistoryStore(path)
    await store.add(entry('new', 'SELECT 2'))
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(5_000)
    const kept = await new HistoryStore(path).list(all)
    expect(kept[0]!.id).toBe('new')
    expect(await store.list({ search: 'SELECT 0', limit: 10 })).toEqual([])
  })

  it('forgets all when asked to', async () => {
    const store = new HistoryStore(path)
    await store.add(entry('1', 'SELECT 1'))
    await store.clear()
    expect(await store.list(all)).toEqual([])
    expect(await new HistoryStore(path).list(all)).toEqual([])
  })
})
