import { api, type Services } from './services.ts'

export function settingsHandlers({ settings, workbench }: Services) {
  const workspaceId = (): string | null => workbench.current?.workspace.id ?? null
  return {
    readPreferences: api.settings.readPreferences.handler(() => settings.readPreferences()),
    writePreferences: api.settings.writePreferences.handler(({ input }) => settings.writePreferences(input)),
    readTabs: api.settings.readTabs.handler(() => settings.readTabs(workspaceId())),
    readLayouts: api.settings.readLayouts.handler(() => settings.readLayouts(workspaceId())),
    writeLayout: api.settings.writeLayout.handler(async ({ input }) => {
      await settings.writeLayout(workspaceId(), input.key, input.layout)
      return { written: true }
    }),
    writeTabs: api.settings.writeTabs.handler(async ({ input }) => {
      await settings.writeTabs(workspaceId(), input)
      return { written: true }
    }),
  }
}
