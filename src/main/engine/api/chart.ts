import { api, type Services } from './services.ts'

export function chartHandlers({ workbench }: Services) {
  return {
    read: api.chart.read.handler(({ input, signal }) =>
      workbench.requireOpen().relations.chartOfResult(input.queryId, input.settings, signal),
    ),
  }
}
