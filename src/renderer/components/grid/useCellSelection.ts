import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { RefObject } from 'react'
import type { GridApi } from 'ag-grid-community'
import type { ResultRange } from '../../../main/contract/resultRange.ts'
import { displayedColumns } from './columnDefinitions.ts'
import type { GridRow } from './columnDefinitions.ts'
import { cellAt, includes, rangeAfterKey, rowsBetween, spanOf, wholeColumns, wholeGrid } from './cellRange.ts'
import type { CellRange, GridBounds } from './cellRange.ts'

/** Near an edge of the rows a drag scrolls on, a row with every tick. */
const EDGE_PIXELS = 24
const TICK_MS = 40

export interface CellSelection {
  isInRange(rowIndex: number, colId: string): boolean
  /** What is selected, by the places of the columns in the result; null where nothing is. */
  selected(): ResultRange | null
  range(): CellRange | null
  select(range: CellRange | null): void
  /** A cell or a row number was pressed. */
  press(rowIndex: number, colId: string, event: MouseEvent): void
  /** The focus has come to a cell, by a key or because it was pressed. */
  focus(rowIndex: number, colId: string): void
  /** The focus is about to come back to a cell: where that is of the selection, the selection stays. */
  comeBack(rowIndex: number, colId: string): void
  /** The pointer has come over a cell while its button is held. */
  drag(rowIndex: number, colId: string): void
  /** Answers true where the key has changed the selection. */
  key(event: KeyboardEvent): boolean
  selectColumn(colId: string, isExtended: boolean): void
  selectAll(): void
  /** The displayed columns have changed: what was selected means nothing any more. */
  forget(): void
}

/** Which cells are selected, by mouse and keys as in a spreadsheet. AG Grid Community has none of it. */
export function useCellSelection(
  apiRef: RefObject<GridApi<GridRow> | null>,
  frame: RefObject<HTMLDivElement | null>,
  onSelect: (range: ResultRange | null) => void,
): CellSelection {
  const state = useRef<{ range: CellRange | null; positions: Map<string, number>; dragsRows: boolean; isDragging: boolean; pressed: string | null }>({
    range: null, positions: new Map(), dragsRows: false, isDragging: false, pressed: null,
  })
  const drawing = useRef(0)
  const tell = useRef(onSelect)
  tell.current = onSelect

  const bounds = useCallback((): GridBounds => {
    const api = apiRef.current
    const rowPixels = api?.getDisplayedRowAtIndex(0)?.rowHeight ?? 28
    return {
      rows: api?.getDisplayedRowCount() ?? 0,
      columns: state.current.positions.size,
      pageRows: Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / rowPixels) - 2),
    }
  }, [apiRef, frame])

  const selection = useMemo((): CellSelection => {
    function locate(): Map<string, number> {
      const api = apiRef.current
      if (api && !api.isDestroyed()) state.current.positions = new Map(displayedColumns(api).map((id, at) => [id, at]))
      return state.current.positions
    }
    function selected(): ResultRange | null {
      const { range, positions } = state.current
      if (!range || positions.size === 0) return null
      const { firstRow, lastRow, firstColumn, lastColumn } = spanOf(range)
      const ids = [...positions.keys()].slice(firstColumn, lastColumn + 1)
      return ids.length === 0 ? null : { firstRow, rowCount: lastRow - firstRow + 1, columns: ids.map(Number) }
    }
    function select(range: CellRange | null): void {
      state.current.range = range
      cancelAnimationFrame(drawing.current)
      drawing.current = requestAnimationFrame(() => {
        const api = apiRef.current
        if (api && !api.isDestroyed()) api.refreshCells({ force: true, suppressFlash: true })
        // Told also between two results: what was selected in the one before is gone with it.
        tell.current(selected())
      })
    }
    function show(row: number, column: number): void {
      const api = apiRef.current
      const id = [...state.current.positions.keys()][column]
      api?.ensureIndexVisible(row)
      if (id !== undefined) api?.ensureColumnVisible(id)
    }
    return {
      isInRange(rowIndex, colId) {
        const { range, positions } = state.current
        const at = positions.get(colId)
        return range !== null && at !== undefined && includes(range, rowIndex, at)
      },
      selected,
      range: () => state.current.range,
      select,
      press(rowIndex, colId, event) {
        // AG Grid tells of the focus later, and more than once: until a key is pressed it says nothing new.
        state.current.pressed = `${rowIndex}/${colId}`
        if (event.button !== 0 && state.current.range && this.isInRange(rowIndex, colId)) return
        const at = locate().get(colId)
        const { range } = state.current
        state.current.dragsRows = at === undefined
        state.current.isDragging = event.button === 0
        if (at === undefined) {
          select(rowsBetween(event.shiftKey && range ? range.anchorRow : rowIndex, rowIndex, bounds()))
        } else if (event.shiftKey && range) select({ ...range, headRow: rowIndex, headColumn: at })
        else select(cellAt(rowIndex, at))
      },
      focus(rowIndex, colId) {
        if (state.current.pressed === `${rowIndex}/${colId}`) return
        const at = locate().get(colId)
        if (at !== undefined) select(cellAt(rowIndex, at))
      },
      comeBack(rowIndex, colId) {
        state.current.pressed = this.isInRange(rowIndex, colId) ? `${rowIndex}/${colId}` : null
      },
      drag(rowIndex, colId) {
        const { range, dragsRows, isDragging, positions } = state.current
        if (!range || !isDragging) return
        if (dragsRows) return select(rowsBetween(range.anchorRow, rowIndex, bounds()))
        const at = positions.get(colId)
        if (at !== undefined) select({ ...range, headRow: rowIndex, headColumn: at })
      },
      key(event) {
        locate()
        const range = state.current.range ?? cellAt(0, 0)
        const next = rangeAfterKey(range, event, bounds())
        if (!next) return false
        select(next)
        // Selecting everything leaves the eye where it is.
        if (event.shiftKey && event.key !== ' ') show(next.headRow, next.headColumn)
        return true
      },
      selectColumn(colId, isExtended) {
        const at = locate().get(colId)
        if (at === undefined) return
        const anchor = isExtended && state.current.range ? state.current.range.anchorColumn : at
        select(wholeColumns(anchor, at, bounds()))
      },
      selectAll() {
        locate()
        select(wholeGrid(bounds()))
      },
      forget() {
        locate()
        if (state.current.range) select(null)
      },
    }
  }, [apiRef, bounds])

  useEffect(() => {
    let scrolling: ReturnType<typeof setInterval> | undefined
    const stop = (): void => {
      clearInterval(scrolling)
      scrolling = undefined
    }
    const onUp = (): void => {
      state.current.isDragging = false
      stop()
    }
    const onMove = (event: PointerEvent): void => {
      stop()
      if (!state.current.isDragging || !frame.current) return
      const { top, bottom } = frame.current.getBoundingClientRect()
      const step = event.clientY > bottom - EDGE_PIXELS ? 1 : event.clientY < top + 44 + EDGE_PIXELS ? -1 : 0
      if (step === 0) return
      scrolling = setInterval(() => {
        const { range } = state.current
        const api = apiRef.current
        if (!range || !api || api.isDestroyed()) return stop()
        const headRow = Math.max(0, Math.min(api.getDisplayedRowCount() - 1, range.headRow + step))
        api.ensureIndexVisible(headRow)
        selection.select({ ...range, headRow })
      }, TICK_MS)
    }
    const onKey = (event: KeyboardEvent): void => {
      state.current.pressed = null
      // The browser would mark the text of the page before AG Grid tells of the key.
      const isAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a'
      if (isAll && (event.target as HTMLElement).closest('.ag-cell') && selection.key(event)) event.preventDefault()
    }
    const element = frame.current
    // AG Grid's own word of a pressed cell comes after that of its focus, which would end the range.
    const onPress = (event: MouseEvent): void => {
      const cell = (event.target as HTMLElement).closest('.ag-cell')
      const rowIndex = Number(cell?.closest('.ag-row')?.getAttribute('row-index') ?? NaN)
      const colId = cell?.getAttribute('col-id')
      if (colId && Number.isInteger(rowIndex)) selection.press(rowIndex, colId, event)
    }
    element?.addEventListener('keydown', onKey, true)
    element?.addEventListener('mousedown', onPress, true)
    window.addEventListener('pointerup', onUp)
    window.addEventListener('pointermove', onMove)
    return () => {
      stop()
      cancelAnimationFrame(drawing.current)
      element?.removeEventListener('keydown', onKey, true)
      element?.removeEventListener('mousedown', onPress, true)
      window.removeEventListener('pointerup', onUp)
      window.removeEventListener('pointermove', onMove)
    }
  }, [apiRef, frame, selection])

  return selection
}
