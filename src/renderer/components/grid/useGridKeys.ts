import { useCallback } from 'react'
import type { KeyboardEvent as ReactKeyboardEvent, RefObject } from 'react'
import type { CellKeyDownEvent, FullWidthCellKeyDownEvent, GridApi } from 'ag-grid-community'
import { ROW_NUMBER_COLUMN } from './columnDefinitions.ts'
import type { GridRow } from './columnDefinitions.ts'
import { cellForTab, focusCell, isJump, isMenuKey, jump } from './gridKeys.ts'
import type { CellPlace } from './ResultGrid.tsx'
import type { CellSelection } from './useCellSelection.ts'

/** What the keys do; places are of the result, corners of the window in pixels. */
interface GridDeeds {
  openCell(place: CellPlace): void
  openCellMenu(place: CellPlace, at: { left: number; top: number }): void
  openColumnMenu(column: number): void
  /** Sorts by the column as a click on its header does. */
  sort(column: number, isAdded: boolean): void
  copy(withHeaders: boolean): void
}

interface GridKeys {
  onCellKeyDown(event: CellKeyDownEvent<GridRow> | FullWidthCellKeyDownEvent<GridRow>): void
  /** On a header: Enter sorts, the menu key opens its menu. To be told before AG Grid is. */
  onHeaderKeyDown(event: ReactKeyboardEvent): void
  /** Tab has come to the grid. Answers false where there is no cell to be focused. */
  focusFromTab(event: { api: GridApi<GridRow> }): boolean
  /** Tab leaves the grid, of which it is one stop: arrows go about inside. */
  leaveByTab(): false
}

const leaveByTab = (): false => false

/** The keys of a grid, beside those that are AG Grid's own. */
export function useGridKeys(
  frame: RefObject<HTMLDivElement | null>,
  selection: CellSelection,
  placeOf: (api: GridApi<GridRow>) => CellPlace | null,
  deeds: GridDeeds,
): GridKeys {
  const { openCell, openCellMenu, openColumnMenu, sort, copy } = deeds
  const onCellKeyDown = useCallback<GridKeys['onCellKeyDown']>(
    ({ api, event }) => {
      const key = event as KeyboardEvent | null
      if (!key) return
      const place = placeOf(api)
      if (key.key === 'Enter' && key.shiftKey && place) openCell(place)
      else if (isMenuKey(key) && place) {
        const { left = 0, bottom: top = 0 } = frame.current?.querySelector('.ag-cell-focus')?.getBoundingClientRect() ?? {}
        openCellMenu(place, { left, top })
      } else if (isJump(key) && !key.shiftKey) jump(api, key)
      else if (key.key.toLowerCase() === 'c' && (key.ctrlKey || key.metaKey)) {
        // Text that was marked with the mouse is copied as it is marked.
        if (window.getSelection()?.isCollapsed === false) return
        copy(key.shiftKey)
      } else if (!selection.key(key)) return
      key.preventDefault()
    },
    [copy, frame, openCell, openCellMenu, placeOf, selection],
  )

  const onHeaderKeyDown = useCallback(
    (event: ReactKeyboardEvent) => {
      const id = (event.target as HTMLElement).closest('.ag-header-cell')?.getAttribute('col-id')
      if (!id || id === ROW_NUMBER_COLUMN) return
      if (isMenuKey(event.nativeEvent)) openColumnMenu(Number(id))
      else if (event.key === 'Enter') sort(Number(id), event.shiftKey)
      else return
      event.preventDefault()
      event.stopPropagation()
    },
    [openColumnMenu, sort],
  )

  const focusFromTab = useCallback<GridKeys['focusFromTab']>(
    ({ api }) => {
      const place = cellForTab(api, frame.current!)
      if (!place) return false
      selection.comeBack(place.row, place.column)
      focusCell(api, place)
      return true
    },
    [frame, selection],
  )

  return { onCellKeyDown, onHeaderKeyDown, focusFromTab, leaveByTab }
}
