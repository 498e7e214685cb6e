import { MillraceError } from '../../contract/errors.ts'
import { parameterNames } from '../query/parameters.ts'
import type { QueryService } from '../query/queryService.ts'
import { totalsOf } from '../query/totals.ts'
import { api, type Services } from './services.ts'

export function queryHandlers({ workbench, stopped }: Services) {
  const queries = (): QueryService => workbench.requireOpen().queries
  return {
    start: api.query.start.handler(({ input }) => queries().start(input)),
    parameters: api.query.parameters.handler(({ input }) => ({ names: parameterNames(input.sql) })),
    explain: api.query.explain.handler(({ input }) => queries().explain(input)),
    page: api.query.page.handler(({ input }) => queries().page(input.queryId, input.offset, input.limit)),
    progress: api.query.progress.handler(({ input }) => queries().progress(input.queryId)),
    cell: api.query.cell.handler(async ({ input }) => ({
      cell: await queries().cell(input.queryId, input.row, input.column),
    })),
    totals: api.query.totals.handler(({ input, signal }) =>
      totalsOf(queries().shown(input.queryId), input.range, signal ? AbortSignal.any([signal, stopped]) : stopped),
    ),
    cancel: api.query.cancel.handler(async ({ input }) => ({ cancelled: await queries().cancel(input.queryId) })),
    close: api.query.close.handler(async ({ input }) => ({ closed: await closeResult(queries, input.queryId) })),
  }
}

/** A result whose workspace was closed is closed too. */
async function closeResult(queries: () => QueryService, queryId: string): Promise<boolean> {
  try {
    return await queries().closeResult(queryId)
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'WORKSPACE_NONE') return false
    throw error
  }
}
