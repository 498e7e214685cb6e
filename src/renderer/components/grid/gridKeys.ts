import type { GridApi } from 'ag-grid-community'
import { displayedColumns } from './columnDefinitions.ts'
import type { GridRow } from './columnDefinitions.ts'

const selecting = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', ' '])

/** The cell where the focus is or goes. */
export interface FocusPlace {
  row: number
  /** As AG Grid names it. */
  column: string
}

/** True for what AG Grid must leave alone: keys that select, jump, or open a menu. */
export function isOurKey(event: KeyboardEvent): boolean {
  const isCommand = event.ctrlKey || event.metaKey
  return (
    isJump(event) ||
    (event.shiftKey && selecting.has(event.key)) ||
    (isCommand && /^[ a]$/i.test(event.key)) ||
    isMenuKey(event)
  )
}

export function isMenuKey(event: KeyboardEvent): boolean {
  return event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)
}

/** The keys that go along a row, and with Ctrl to a corner: AG Grid's own lose the focus in a result that is read in blocks. */
export function isJump({ key }: KeyboardEvent): boolean {
  return key === 'Home' || key === 'End'
}

/** Focuses the first or last cell of the row, or of the whole result, and scrolls there. */
export function jump(api: GridApi<GridRow>, { key, ctrlKey, metaKey }: KeyboardEvent): void {
  const isEnd = key === 'End'
  const column = displayedColumns(api).at(isEnd ? -1 : 0)
  const corner = isEnd ? api.getDisplayedRowCount() - 1 : 0
  const row = ctrlKey || metaKey ? corner : api.getFocusedCell()?.rowIndex
  if (column !== undefined && row !== undefined) focusCell(api, { row, column })
}

/** Scrolls to a cell and focuses it: at once, or where it was out of sight with the next frame, when it is drawn. */
export function focusCell(api: GridApi<GridRow>, place: FocusPlace): void {
  api.ensureIndexVisible(place.row)
  api.ensureColumnVisible(place.column)
  api.setFocusedCell(place.row, place.column)
  if (hasFocus(place)) return
  requestAnimationFrame(() => requestAnimationFrame(() => api.isDestroyed() || api.setFocusedCell(place.row, place.column)))
}

function hasFocus({ row, column }: FocusPlace): boolean {
  const cell = document.activeElement?.closest('.ag-cell')
  return cell?.getAttribute('col-id') === column && cell.closest('.ag-row')?.getAttribute('row-index') === String(row)
}

/** Where Tab comes to: the cell that had the focus, else the first in sight; null where there is none. */
export function cellForTab(api: GridApi<GridRow>, frame: HTMLElement): FocusPlace | null {
  const columns = displayedColumns(api)
  const before = api.getFocusedCell()
  const row = before && before.rowIndex < api.getDisplayedRowCount() ? before.rowIndex : firstRowInSight(frame)
  const column = columns.find((id) => id === before?.column.getColId()) ?? columns[0]
  return row === null || column === undefined ? null : { row, column }
}

function firstRowInSight(frame: HTMLElement): number | null {
  const top = frame.querySelector('.ag-header')?.getBoundingClientRect().bottom ?? 0
  const inSight = [...frame.querySelectorAll('.ag-row')]
    .filter((row) => row.getBoundingClientRect().top >= top - 1)
    .map((row) => Number(row.getAttribute('row-index')))
  return inSight.length === 0 ? null : Math.min(...inSight)
}
