import { api, type Services } from './services.ts'

export function verifyHandlers({ workbench, stopped }: Services) {
  return {
    run: api.verify.run.handler(({ input, signal }) =>
      workbench.requireOpen().verify.run(input, signal ? AbortSignal.any([signal, stopped]) : stopped),
    ),
  }
}
