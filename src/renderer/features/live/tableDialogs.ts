import { create } from 'zustand'
import type { TableName } from '../../../main/contract/values.ts'

/** What a table can be chosen for, where no row of it was clicked. */
export type TablePurpose = 'copy-again' | 'remove'

/** The dialog that is open, wherever it was asked for. */
export type TableDialog =
  | { kind: 'add' }
  | { kind: 'choose'; purpose: TablePurpose }
  | { kind: 'remove'; table: TableName }
  | { kind: 'copy-everything' }

export const useTableDialog = create<{ dialog: TableDialog | null }>()(() => ({ dialog: null }))

export function openTableDialog(dialog: TableDialog): void {
  useTableDialog.setState({ dialog })
}

export function closeTableDialog(): void {
  useTableDialog.setState({ dialog: null })
}
