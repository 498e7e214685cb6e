import { describe, expect, it } from 'vitest'
import type { ResultPage } from '../../../../../src/main/contract/query.ts'
import { createResultPages } from '../../../../../src/renderer/components/grid/resultPages.ts'

function page(offset: number, rows: number, complete = false): ResultPage {
  return {
    offset,
    rows: Array.from({ length: rows }, (_, at) => [String(offset + at)]),
    cutCells: [],
    progress: {
      rowsReady: offset + rows, complete, cutAtRows: null, fault: null,
      timings: { firstRowMs: 1, lastRowMs: null, transferMs: null },
    },
  }
}

function pagesWith(first: ResultPage, fetchPage: (offset: number) => Promise<ResultPage>) {
  const asked: number[] = []
  const pages = createResultPages({
    first, pageRows: 10, keepPages: 3,
    fetchPage: (offset) => {
      asked.push(offset)
      return fetchPage(offset)
    },
  })
  return { pages, asked }
}

describe('the pages of a result', () => {
  it('do not ask again for the page that came with the answer', async () => {
    const { pages, asked } = pagesWith(page(0, 10), async (offset) => page(offset, 10))
    expect((await pages.read(0)).rows).toHaveLength(10)
    expect(asked).toEqual([])
  })

  it('ask once for a page that is wanted twice at the same time', async () => {
    const { pages, asked } = pagesWith(page(0, 10), async (offset) => page(offset, 10))
    const [first, second] = await Promise.all([pages.read(10), pages.read(10)])
    expect(first).toBe(second)
    expect(asked).toEqual([10])
  })

  it('keep a bounded number, the last read ones, however far one scrolls', async () => {
    const { pages, asked } = pagesWith(page(0, 10), async (offset) => page(offset, 10))
    await pages.read(10)
    await pages.read(20)
    await pages.read(0)
    await pages.read(30)
    asked.length = 0
    await pages.read(0)
    await pages.read(30)
    expect(asked).toEqual([])
    await pages.read(10)
    expect(asked).toEqual([10])
  })

  it('ask again for a page that was short because its rows were not there yet', async () => {
    const { pages, asked } = pagesWith(page(0, 4), async (offset) => page(offset, 10))
    expect((await pages.read(0)).rows).toHaveLength(10)
    expect(asked).toEqual([0])
  })

  it('keep the short last page of a complete result', async () => {
    const { pages, asked } = pagesWith(page(0, 4, true), async (offset) => page(offset, 10))
    expect((await pages.read(0)).rows).toHaveLength(4)
    expect(asked).toEqual([])
  })

  it('ask again after a failure', async () => {
    let fails = true
    const { pages } = pagesWith(page(0, 10), async (offset) => {
      if (fails) throw new Error('lost')
      return page(offset, 10)
    })
    await expect(pages.read(10)).rejects.toThrow('lost')
    fails = false
    expect((await pages.read(10)).rows).toHaveLength(10)
  })
})
