import { create } from 'zustand'
import type { ForeignKey, TablePage } from '../../../main/contract/catalog.ts'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import type { TableName } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { keyOf } from './tables.ts'

interface SchemaStore {
  /** The page that is shown; null while another one is read. */
  page: TablePage | null
  pageFault: Fault | null
  foreignKeys: readonly ForeignKey[] | null
  foreignKeysFault: Fault | null
  /** Tables of the picture as the person chose them; null until they did. */
  chosen: ReadonlySet<string> | null
}

export const useSchema = create<SchemaStore>()(() => ({
  page: null,
  pageFault: null,
  foreignKeys: null,
  foreignKeysFault: null,
  chosen: null,
}))

let reading = 0

/** Reads the page of a table; of two readings at once only the later one counts. */
export async function readPage(table: TableName): Promise<void> {
  const own = (reading += 1)
  const { page } = useSchema.getState()
  useSchema.setState({ pageFault: null, ...(page && keyOf(page) !== keyOf(table) ? { page: null } : {}) })
  try {
    const read = await engine.catalog.table({ schema: table.schema, name: table.name })
    if (own === reading) useSchema.setState({ page: read })
  } catch (thrown) {
    if (own === reading) useSchema.setState({ page: null, pageFault: faultOf(thrown) })
  }
}

export async function readForeignKeys(): Promise<void> {
  try {
    useSchema.setState({ foreignKeys: await engine.catalog.foreignKeys(), foreignKeysFault: null })
  } catch (thrown) {
    useSchema.setState({ foreignKeys: [], foreignKeysFault: faultOf(thrown) })
  }
}

/** Another workspace has other tables. */
export function forgetSchema(): void {
  reading += 1
  useSchema.setState({ page: null, pageFault: null, foreignKeys: null, foreignKeysFault: null, chosen: null })
}
