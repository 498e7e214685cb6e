import type { ResultPage } from '../../../main/contract/query.ts'

/**
 * The pages of one result that the window holds: a bounded number, the least recently read is dropped.
 * A page that was cut short because its rows were not there yet is handed out and not kept.
 */
export interface ResultPages {
  readonly pageRows: number
  /** The page that begins at `offset`, a multiple of `pageRows`. Asked twice at once, it is fetched once. */
  read(offset: number): Promise<ResultPage>
}

interface ResultPagesOptions {
  first: ResultPage
  pageRows: number
  keepPages: number
  fetchPage(offset: number, limit: number): Promise<ResultPage>
}

function isWhole(page: ResultPage, pageRows: number): boolean {
  return page.rows.length === pageRows || page.progress.complete
}

export function createResultPages({ first, pageRows, keepPages, fetchPage }: ResultPagesOptions): ResultPages {
  /** In order of their last reading. */
  const kept = new Map<number, ResultPage>()
  const underway = new Map<number, Promise<ResultPage>>()

  function keep(offset: number, page: ResultPage): void {
    if (!isWhole(page, pageRows)) return
    kept.delete(offset)
    kept.set(offset, page)
    for (const oldest of kept.keys()) {
      if (kept.size <= keepPages) break
      kept.delete(oldest)
    }
  }
  keep(0, first)

  async function fetchAndKeep(offset: number): Promise<ResultPage> {
    try {
      const page = await fetchPage(offset, pageRows)
      keep(offset, page)
      return page
    } finally {
      underway.delete(offset)
    }
  }

  return {
    pageRows,
    read(offset) {
      const page = kept.get(offset)
      if (page) {
        keep(offset, page)
        return Promise.resolve(page)
      }
      let fetching = underway.get(offset)
      if (!fetching) {
        fetching = fetchAndKeep(offset)
        underway.set(offset, fetching)
      }
      return fetching
    },
  }
}
