import { readCatalogs } from '../../app/catalogs.ts'
import type { Command } from '../../app/commands.ts'
import { handToExplore } from '../../app/statementInHand.ts'
import { openSchemaPicture, useOpenedTable } from '../../app/tablePages.ts'
import { selectAllFrom } from '../../components/sql/names.ts'
import { readPage, useSchema } from './store.ts'

const group = 'Schema'

export function schemaCommands(): Command[] {
  const opened = () => useOpenedTable.getState().table
  return [
    {
      id: 'schema.refresh', label: 'Read the schemas and the page of the table anew', keys: ['F5'], group,
      perform: async () => {
        const table = opened()
        await Promise.all([readCatalogs(), table && readPage(table)])
      },
    },
    {
      id: 'schema.openRows', label: 'Open the rows of the table', keys: ['Ctrl+Enter'], group,
      when: () => useSchema.getState().page !== null && opened() !== null,
      perform: () => {
        const page = useSchema.getState().page!
        handToExplore({ title: page.name, sql: selectAllFrom(page), engine: page.replica ? 'replica' : 'source' })
      },
    },
    {
      id: 'schema.picture', label: 'Show the picture of the schema', keys: ['Alt+P'], group,
      when: () => opened() !== null,
      perform: openSchemaPicture,
    },
    {
      id: 'schema.focusTables', label: 'Go to the tables', keys: ['Alt+S'], group,
      perform: () => document.getElementById('schema-tables')?.focus(),
    },
  ]
}
