import { api, type Services } from './services.ts'

export function historyHandlers({ settings, workbench }: Services) {
  const history = () => settings.history(workbench.requireOpen().workspace.id)
  return {
    list: api.history.list.handler(({ input }) => history().list(input)),
    clear: api.history.clear.handler(async () => {
      await history().clear()
      return { cleared: true }
    }),
  }
}
