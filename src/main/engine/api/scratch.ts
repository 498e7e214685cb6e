import { api, type Services } from './services.ts'

export function scratchHandlers({ workbench }: Services) {
  const scratch = () => workbench.requireOpen().scratch
  return {
    importPath: api.scratch.importPath.handler(({ input, signal }) =>
      scratch().importPath(input.path, input.table, signal),
    ),
    beginUpload: api.scratch.beginUpload.handler(async ({ input }) => {
      await scratch().beginUpload(input.uploadId, input.fileName)
      return { begun: true }
    }),
    uploadPiece: api.scratch.uploadPiece.handler(async ({ input }) => ({
      receivedBytes: await scratch().uploadPiece(input.uploadId, input.offset, Buffer.from(input.bytes, 'base64')),
    })),
    finishUpload: api.scratch.finishUpload.handler(({ input, signal }) =>
      scratch().finishUpload(input.uploadId, input.table, signal),
    ),
    abortUpload: api.scratch.abortUpload.handler(async ({ input }) => ({
      aborted: await scratch().abortUpload(input.uploadId),
    })),
    rename: api.scratch.rename.handler(async ({ input }) => {
      await scratch().rename(input.name, input.to)
      return { name: input.to }
    }),
    drop: api.scratch.drop.handler(async ({ input }) => {
      await scratch().drop(input.name)
      return { dropped: true }
    }),
  }
}
