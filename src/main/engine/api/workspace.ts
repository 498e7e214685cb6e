import { requestsOf } from '../maskChoices.ts'
import { api, type Services } from './services.ts'
import { checkSource } from './source.ts'

export function workspaceHandlers({ settings, workbench }: Services) {
  return {
    list: api.workspace.list.handler(() => settings.listWorkspaces()),
    current: api.workspace.current.handler(() => workbench.current?.workspace ?? null),
    start: api.workspace.start.handler(({ input }) => workbench.start(input)),
    open: api.workspace.open.handler(({ input }) => workbench.reopen(input)),
    openDemo: api.workspace.openDemo.handler(() => workbench.openDemo()),
    close: api.workspace.close.handler(async () => ({ closed: await workbench.closeWorkspace() })),
    remove: api.workspace.remove.handler(({ input }) => workbench.remove(input)),
    pause: api.workspace.pause.handler(async () => {
      await workbench.requireOpen().session.pause()
      return { paused: true }
    }),
    resume: api.workspace.resume.handler(async () => {
      await workbench.requireOpen().session.resume()
      return { paused: false }
    }),
    resyncTable: api.workspace.resyncTable.handler(async ({ input }) => {
      await workbench.requireOpen().session.resyncTable(input)
      return { started: true }
    }),
    maskColumns: api.workspace.maskColumns.handler(async ({ input }) => {
      await workbench.requireOpen().session.maskColumns(requestsOf(input.columns))
      return { started: true }
    }),
    checkSource: api.workspace.checkSource.handler(({ signal }) =>
      checkSource(workbench.requireOpen().session.address, signal),
    ),
    addTables: api.workspace.addTables.handler(async ({ input }) => {
      await workbench.requireOpen().session.addTables(input.tables)
      return { added: input.tables.length }
    }),
    removeTable: api.workspace.removeTable.handler(async ({ input }) => {
      await workbench.requireOpen().session.removeTable(input)
      return { removed: true }
    }),
    copyEverythingAgain: api.workspace.copyEverythingAgain.handler(async () => {
      await workbench.requireOpen().session.copyEverythingAgain()
      return { started: true }
    }),
  }
}
