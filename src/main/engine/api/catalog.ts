import { api, type Services } from './services.ts'

export function catalogHandlers({ workbench }: Services) {
  return {
    tables: api.catalog.tables.handler(({ input }) => workbench.requireOpen().catalog.tables(input.engine)),
    functions: api.catalog.functions.handler(({ input }) => workbench.requireOpen().catalog.functions(input.engine)),
    table: api.catalog.table.handler(({ input }) => workbench.requireOpen().tablePages.read(input)),
    foreignKeys: api.catalog.foreignKeys.handler(() => workbench.requireOpen().tablePages.foreignKeys()),
  }
}
