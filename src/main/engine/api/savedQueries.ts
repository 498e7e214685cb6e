import { api, type Services } from './services.ts'

export function savedQueriesHandlers({ settings, stopped }: Services) {
  const { savedQueries } = settings
  return {
    watch: api.savedQueries.watch.handler(({ signal }) =>
      savedQueries.watch(signal ? AbortSignal.any([signal, stopped]) : stopped),
    ),
    write: api.savedQueries.write.handler(({ input }) => savedQueries.write(input)),
    rename: api.savedQueries.rename.handler(({ input }) => savedQueries.rename(input)),
    remove: api.savedQueries.remove.handler(async ({ input }) => ({ removed: await savedQueries.remove(input) })),
    useFolder: api.savedQueries.useFolder.handler(async ({ input }) => ({
      folder: await savedQueries.useFolder(input.folder),
    })),
  }
}
