import { api, type Services } from './services.ts'

export function statisticsHandlers({ workbench }: Services) {
  const relations = () => workbench.requireOpen().relations
  return {
    ofTable: api.statistics.ofTable.handler(({ input, signal }) => relations().statisticsOfTable(input, signal)),
    ofColumn: api.statistics.ofColumn.handler(({ input, signal }) =>
      relations().summaryOfColumn(input, input.column, signal),
    ),
    ofResult: api.statistics.ofResult.handler(({ input, signal }) =>
      relations().statisticsOfResult(input.queryId, signal),
    ),
  }
}
