import { describe, expect, it, vi } from 'vitest'
import type { ColumnSummary } from '../../../../../src/main/contract/statistics.ts'
import { createColumnGlances } from '../../../../../src/renderer/components/editor/columnGlance.ts'

const column = { schema: 'public', name: 'orders', column: 'total' }
const summary: ColumnSummary = {
  column: { name: 'total', type: 'DECIMAL(9,2)', kind: 'number' },
  rows: 10, nulls: 1, distinct: 9, isExact: true, minimum: '0.10', maximum: '9.90',
}
const never = new AbortController().signal

describe('a glance at a column', () => {
  it('asks the engine once a minute at most for each column', async () => {
    let nowMs = 0
    const ask = vi.fn(() => Promise.resolve(summary))
    const glance = createColumnGlances(ask, () => nowMs)
    expect(await glance(column, never)).toBe(summary)
    expect(await glance({ ...column }, never)).toBe(summary)
    expect(ask).toHaveBeenCalledTimes(1)
    await glance({ ...column, column: 'id' }, never)
    expect(ask).toHaveBeenCalledTimes(2)
    nowMs = 60_000
    await glance(column, never)
    expect(ask).toHaveBeenCalledTimes(3)
  })

  it('says nothing where the engine fails or was stopped, and asks again the next time', async () => {
    const ask = vi.fn<() => Promise<ColumnSummary | null>>()
    ask.mockRejectedValueOnce(new Error('cancelled')).mockResolvedValueOnce(null).mockResolvedValueOnce(summary)
    const glance = createColumnGlances(ask, () => 0)
    expect(await glance(column, never)).toBeNull()
    expect(await glance(column, never)).toBeNull()
    expect(await glance(column, never)).toBe(summary)
  })

  it('forgets the oldest of many', async () => {
    const ask = vi.fn(() => Promise.resolve(summary))
    const glance = createColumnGlances(ask, () => 0)
    for (let at = 0; at <= 200; at += 1) await glance({ ...column, column: `c${at}` }, never)
    await glance({ ...column, column: 'c200' }, never)
    expect(ask).toHaveBeenCalledTimes(201)
    await glance({ ...column, column: 'c0' }, never)
    expect(ask).toHaveBeenCalledTimes(202)
  })
})
