import { downloadsFolder } from '../export/downloadsFolder.ts'
import { exportResult, rangeAsText } from '../export/exportResult.ts'
import { api, type Services } from './services.ts'

export function exportHandlers({ host, workbench, stopped }: Services) {
  const untilStopped = (signal: AbortSignal | undefined): AbortSignal =>
    signal ? AbortSignal.any([signal, stopped]) : stopped
  return {
    folder: api.export.folder.handler(async () => ({ folder: await downloadsFolder() })),
    run: api.export.run.handler(async function* ({ input, signal }) {
      const { result, release } = workbench.requireOpen().queries.whole(input.queryId)
      try {
        yield* exportResult(result, input, { clock: host.clock, signal: untilStopped(signal) })
      } finally {
        await release()
      }
    }),
    text: api.export.text.handler(({ input, signal }) =>
      rangeAsText(workbench.requireOpen().queries.shown(input.queryId), input, untilStopped(signal)),
    ),
  }
}
