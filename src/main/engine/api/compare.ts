import { api, type Services } from './services.ts'

export function compareHandlers({ workbench, stopped }: Services) {
  return {
    run: api.compare.run.handler(({ input, signal }) =>
      workbench.compare(input, signal ? AbortSignal.any([signal, stopped]) : stopped),
    ),
  }
}
