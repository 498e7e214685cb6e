import type { ExportProgress } from '../../contract/export.ts'
import { downloadsFolder } from '../export/downloadsFolder.ts'
import { exportResult, rangeAsText } from '../export/exportResult.ts'
import type { ExportRequest } from '../export/exportResult.ts'
import type { OpenResult } from '../query/openResult.ts'
import { api, type Services } from './services.ts'

type Written = Omit<ExportRequest, 'path' | 'overwrite'>

export function exportHandlers({ host, workbench, downloads, stopped }: Services) {
  const untilStopped = (signal: AbortSignal | undefined): AbortSignal =>
    signal ? AbortSignal.any([signal, stopped]) : stopped

  async function* toDownload(
    result: OpenResult,
    fileName: string,
    written: Written,
    signal: AbortSignal,
  ): AsyncGenerator<ExportProgress, void, void> {
    const download = await downloads.begin(fileName)
    let isOffered = false
    try {
      const request = { ...written, path: download.path, overwrite: true }
      for await (const progress of exportResult(result, request, { clock: host.clock, signal })) {
        if (progress.state !== 'done') {
          yield progress
          continue
        }
        const downloadId = await download.offer()
        isOffered = true
        yield { ...progress, downloadId }
      }
    } finally {
      if (!isOffered) await download.discard()
    }
  }

  return {
    folder: api.export.folder.handler(async () => ({ folder: await downloadsFolder() })),
    chooseFile: api.export.chooseFile.handler(async ({ input }) => ({
      path: (await host.chooseFile?.(input.path)) ?? null,
    })),
    run: api.export.run.handler(async function* ({ input, signal }) {
      const { result, release } = workbench.requireOpen().queries.whole(input.queryId)
      const { target } = input
      try {
        yield* target.kind === 'download'
          ? toDownload(result, target.fileName, input, untilStopped(signal))
          : exportResult(result, { ...input, ...target }, { clock: host.clock, signal: untilStopped(signal) })
      } finally {
        await release()
      }
    }),
    text: api.export.text.handler(({ input, signal }) =>
      rangeAsText(workbench.requireOpen().queries.shown(input.queryId), input, untilStopped(signal)),
    ),
  }
}
