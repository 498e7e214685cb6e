import { create } from 'zustand'
import type { TableName } from '../../main/contract/values.ts'
import { goTo } from './places.ts'

/** The table whose page is open; null shows the picture of them all. */
export const useOpenedTable = create<{ table: TableName | null }>()(() => ({ table: null }))

/** Opens the page of a table, from wherever its name stands. */
export function openTablePage({ schema, name }: TableName): void {
  useOpenedTable.setState({ table: { schema, name } })
  goTo('schema')
}

export function openSchemaPicture(): void {
  useOpenedTable.setState({ table: null })
  goTo('schema')
}
