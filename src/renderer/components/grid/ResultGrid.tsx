import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, Ref } from 'react'
import type { CellKeyDownEvent, ColDef, FullWidthCellKeyDownEvent, GridApi, IDatasource } from 'ag-grid-community'
import { AgGridReact } from 'ag-grid-react'
import type { TextFormat } from '../../../main/contract/export.ts'
import type { ResultProgress } from '../../../main/contract/query.ts'
import type { ResultRange } from '../../../main/contract/resultRange.ts'
import type { ResultView } from '../../../main/contract/resultView.ts'
import type { ColumnFormat, GridLayout } from '../../../main/contract/settings.ts'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { usePreferences } from '../../app/preferences.ts'
import { cellPixels, columnDefinitions, ROW_NUMBER_COLUMN, rowNumberPixels } from './columnDefinitions.ts'
import type { GridLook, GridRow } from './columnDefinitions.ts'
import { HeaderContext } from './ColumnHeader.tsx'
import { widthInCharacters } from './cellText.ts'
import { GridMenu } from './GridMenu.tsx'
import type { OpenMenu } from './GridMenu.tsx'
import { gridTheme } from './gridModules.ts'
import type { ResultPages } from './resultPages.ts'
import { steadyWheel, stretchOf } from './tallScroll.ts'
import { useCellSelection } from './useCellSelection.ts'
import { withNextSort } from './viewSteps.ts'
import './ResultGrid.css'

export interface CellPlace {
  row: number
  column: number
}

/** What the place around a grid may ask of it. */
export interface ResultGridHandle {
  openColumnMenu(column: number): void
}

interface ResultGridProps {
  /** A new key is a new result: the grid starts anew. Another view of it keeps key and columns. */
  resultKey: string
  columns: readonly ResultColumn[]
  pages: ResultPages
  firstRows: readonly (readonly Cell[])[]
  progress: ResultProgress
  label: string
  view: ResultView
  /** How the columns lie when the result comes; null as they are by themselves. */
  layout: GridLayout | null
  /** A person has arranged the columns. */
  onLayout(layout: GridLayout | null): void
  /** False where the engine gives no other view. */
  isTable: boolean
  /** The whole value, for copying a cell that the page has cut. */
  readCell(place: CellPlace): Promise<Cell>
  onView(view: ResultView): void
  /** Puts a range on the clipboard. */
  onCopy(range: ResultRange, format: TextFormat, headers: boolean): void
  /** What is selected now. */
  onSelect(range: ResultRange | null): void
  /** Columns whose values point to rows of another table. */
  references: ReadonlySet<number>
  onFollow(place: CellPlace, row: readonly Cell[]): void
  onOpenCell(place: CellPlace): void
  /** The focused cell has changed. */
  onFocusCell?(place: CellPlace): void
  onPageFault(thrown: unknown): void
  handle?: Ref<ResultGridHandle>
}

const BLOCK_LIMIT = 20
/** Keys that select are ours; AG Grid would move its focus with some of them. */
const selecting = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', ' '])
const shared: ColDef<GridRow> = {
  suppressKeyboardEvent: ({ event }) =>
    jumpsToCorner(event) ||
    (event.shiftKey && selecting.has(event.key)) ||
    ((event.ctrlKey || event.metaKey) && /^[ a]$/i.test(event.key)) ||
    isMenuKey(event),
}
/** Where a reference's arrow stands, from the right edge of its cell. */
const REFERENCE_PIXELS = 22
const rowPixels = { comfortable: 28, compact: 24 }

/** True for the keys that jump to a corner: in a result that is read in blocks the grid's own lose the focus. */
function jumpsToCorner(event: globalThis.KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && (event.key === 'Home' || event.key === 'End')
}

function isMenuKey(event: globalThis.KeyboardEvent): boolean {
  return event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)
}

function jump(api: GridApi<GridRow>, key: string, columns: number): void {
  const toEnd = key === 'End'
  const row = toEnd ? api.getDisplayedRowCount() - 1 : 0
  const column = String(toEnd ? columns - 1 : 0)
  api.ensureIndexVisible(row)
  api.ensureColumnVisible(column)
  // The row is drawn with the next frame; there is nothing to focus before.
  requestAnimationFrame(() => requestAnimationFrame(() => api.isDestroyed() || api.setFocusedCell(row, column)))
}

/** What the grid was told of a result when it came. */
interface FirstSight {
  resultKey: string
  columns: readonly ResultColumn[]
  firstRows: readonly (readonly Cell[])[]
  rows: number
  layout: GridLayout | null
  /** As chosen since. */
  formats: Map<number, ColumnFormat>
}

function layoutOf(api: GridApi<GridRow>, formats: ReadonlyMap<number, ColumnFormat>): GridLayout {
  const columns = api.getColumnState().filter(({ colId }) => colId !== ROW_NUMBER_COLUMN)
  return {
    columns: columns.map(({ colId, width, hide, pinned }) => ({
      at: Number(colId),
      widthPixels: Math.round(width ?? 1),
      isHidden: hide === true,
      isPinned: pinned === 'left',
      format: formats.get(Number(colId)) ?? 'own',
    })),
  }
}

/** A number that is cut cannot be read: its column grows to hold it, and never shrinks again. */
function widenNumbers(
  api: GridApi<GridRow>,
  columns: readonly ResultColumn[],
  rows: readonly (readonly Cell[])[],
): void {
  const wider: { key: string; newWidth: number }[] = []
  for (const [index, column] of columns.entries()) {
    if (column.kind !== 'number') continue
    const wanted = cellPixels(widthInCharacters(column, index, rows))
    const now = api.getColumn(String(index))?.getActualWidth() ?? wanted
    if (wanted > now) wider.push({ key: String(index), newWidth: wanted })
  }
  if (wider.length > 0) api.setColumnWidths(wider)
}

function datasourceOf(
  pages: ResultPages,
  onRows: (rows: readonly (readonly Cell[])[]) => void,
  onPageFault: (thrown: unknown) => void,
): IDatasource {
  return {
    getRows({ startRow, successCallback, failCallback }) {
      pages.read(startRow).then(
        ({ rows, cutCells, progress }) => {
          const cut = new Map<number, Set<number>>()
          for (const [row, column] of cutCells) cut.set(row, (cut.get(row) ?? new Set()).add(column))
          const gridRows: GridRow[] = rows.map((cells, at) => ({ cells, cut: cut.get(at) ?? null }))
          onRows(rows)
          successCallback(gridRows, progress.complete ? progress.rowsReady : undefined)
        },
        (thrown: unknown) => {
          failCallback()
          onPageFault(thrown)
        },
      )
    },
  }
}

/**
 * The grid asks for blocks of rows as it is scrolled and forgets those far away, so a result of any
 * length costs the window the same. AG Grid stretches its scroll above Chromium's height limit.
 */
export function ResultGrid(props: ResultGridProps) {
  const { resultKey, columns, pages, firstRows, progress, label, view, isTable, references } = props
  const { readCell, onOpenCell, onFocusCell, onPageFault, onSelect, onView, onCopy, onFollow, onLayout } = props
  const density = usePreferences((state) => state.preferences.density)
  const apiRef = useRef<GridApi<GridRow> | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const [menu, setMenu] = useState<OpenMenu | null>(null)
  const closeMenu = useCallback(() => setMenu(null), [])
  const selection = useCellSelection(apiRef, frame, onSelect)

  // Another view has the same columns: the grid keeps its widths, and what was hidden stays so.
  const first = useRef<FirstSight | null>(null)
  if (first.current?.resultKey !== resultKey) {
    const formats = new Map(props.layout?.columns.map(({ at, format }) => [at, format]))
    first.current = { resultKey, columns, firstRows, rows: progress.rowsReady, layout: props.layout, formats }
  }
  const shown = first.current
  const referencesRef = useRef(references)
  referencesRef.current = references
  const look = useMemo(
    (): GridLook => ({
      isInRange: (rowIndex, colId) => selection.isInRange(rowIndex, colId),
      formatOf: (column) => first.current?.formats.get(column) ?? 'own',
      isReference: (column) => referencesRef.current.has(column),
    }),
    [selection],
  )
  useEffect(() => {
    const api = apiRef.current
    if (api && !api.isDestroyed()) api.refreshCells({ force: true, suppressFlash: true })
  }, [references])

  const columnDefs = useMemo(
    () => columnDefinitions(shown.columns, shown.firstRows, shown.rows, look, shown.layout),
    [shown, look],
  )
  const widen = useCallback(
    (rows: readonly (readonly Cell[])[]) => {
      const api = apiRef.current
      if (api && !api.isDestroyed()) widenNumbers(api, columns, rows)
    },
    [columns],
  )
  const datasource = useMemo(() => datasourceOf(pages, widen, onPageFault), [pages, widen, onPageFault])

  useEffect(
    () => steadyWheel(frame.current!, () => stretchOf(apiRef.current?.getDisplayedRowCount() ?? 0, rowPixels[density])),
    [density],
  )

  // Other rows: what was selected among the old ones means nothing.
  useEffect(() => {
    selection.select(null)
    const api = apiRef.current
    if (api && !api.isDestroyed() && api.getDisplayedRowCount() > 0) api.ensureIndexVisible(0, 'top')
  }, [pages, selection])

  // While the engine reads on, the count grows; blocks that were short are asked for again.
  useEffect(() => {
    const api = apiRef.current
    if (!api || api.isDestroyed()) return
    const before = api.getDisplayedRowCount()
    if (before !== progress.rowsReady || progress.complete) api.setRowCount(progress.rowsReady, progress.complete)
    const newWidth = rowNumberPixels(progress.rowsReady)
    if (newWidth > (api.getColumn(ROW_NUMBER_COLUMN)?.getActualWidth() ?? 0)) {
      api.setColumnWidths([{ key: ROW_NUMBER_COLUMN, newWidth }])
    }
    if (before < pages.pageRows && progress.rowsReady > before) api.refreshInfiniteCache()
  }, [progress.rowsReady, progress.complete, pages])

  // Told once a hand has let go; widths that the grid grows by itself are no arrangement.
  const tellLayout = useCallback(() => {
    const api = apiRef.current
    if (api && !api.isDestroyed()) onLayout(layoutOf(api, first.current!.formats))
  }, [onLayout])

  const resetLayout = useCallback(() => {
    const { columns: all, firstRows: rows, rows: count, formats } = first.current!
    formats.clear()
    const state = columnDefinitions(all, rows, count, look, null).map(({ colId, initialWidth, pinned }) => ({
      colId: colId!, width: initialWidth, hide: false, pinned: pinned ?? null,
    }))
    apiRef.current?.applyColumnState({ state, applyOrder: true })
    apiRef.current?.refreshCells({ force: true, suppressFlash: true })
    onLayout(null)
  }, [look, onLayout])

  const placeOf = useCallback((api: GridApi<GridRow>): CellPlace | null => {
    const focused = api.getFocusedCell()
    if (!focused || focused.column.getColId() === ROW_NUMBER_COLUMN) return null
    return { row: focused.rowIndex, column: Number(focused.column.getColId()) }
  }, [])

  const copyCell = useCallback(
    async (place: CellPlace) => {
      const row = apiRef.current?.getDisplayedRowAtIndex(place.row)?.data
      const isAtHand = row && !row.cut?.has(place.column)
      const value = isAtHand ? row.cells[place.column] : await readCell(place)
      await navigator.clipboard.writeText(value ?? '')
      const cell = frame.current?.querySelector('.ag-cell-focus')
      cell?.classList.add('justCopied')
      setTimeout(() => cell?.classList.remove('justCopied'), 400)
    },
    [readCell],
  )

  /** One cell is copied as it is; more of them as a table. */
  const copy = useCallback(
    (api: GridApi<GridRow>) => {
      const range = selection.selected()
      const place = placeOf(api)
      if (range && (range.rowCount > 1 || range.columns.length > 1)) onCopy(range, 'tsv', false)
      else if (place) void copyCell(place)
    },
    [copyCell, onCopy, placeOf, selection],
  )

  const openCellMenu = useCallback(
    (place: CellPlace, at: { left: number; top: number }) => setMenu({ kind: 'cell', place: at, cell: place }),
    [],
  )

  const onKeyDown = useCallback(
    (event: CellKeyDownEvent<GridRow> | FullWidthCellKeyDownEvent<GridRow>) => {
      const key = event.event as globalThis.KeyboardEvent | null
      if (!key) return
      const place = placeOf(event.api)
      const isCommand = key.ctrlKey || key.metaKey
      if (key.key === 'Enter' && key.shiftKey && place) {
        key.preventDefault()
        onOpenCell(place)
      } else if (isMenuKey(key) && place) {
        key.preventDefault()
        const { left = 0, bottom: top = 0 } = frame.current?.querySelector('.ag-cell-focus')?.getBoundingClientRect() ?? {}
        openCellMenu(place, { left, top })
      } else if (selection.key(key)) {
        key.preventDefault()
      } else if (jumpsToCorner(key)) {
        key.preventDefault()
        jump(event.api, key.key, columns.length)
      } else if (key.key.toLowerCase() === 'c' && isCommand) {
        // Text that was marked with the mouse is copied as it is marked.
        if (window.getSelection()?.isCollapsed === false) return
        key.preventDefault()
        const range = selection.selected()
        if (key.shiftKey && range) onCopy(range, 'tsv', true)
        else copy(event.api)
      }
    },
    [columns.length, copy, onCopy, onOpenCell, openCellMenu, placeOf, selection],
  )

  const openColumnMenu = useCallback((column: number) => {
    apiRef.current?.ensureColumnVisible(String(column))
    const header = frame.current?.querySelector(`.ag-header-cell[col-id="${column}"]`)
    const { left = 0, bottom: top = 0 } = header?.getBoundingClientRect() ?? {}
    setMenu({ kind: 'column', column, place: { left, top } })
  }, [])
  useImperativeHandle(props.handle, () => ({ openColumnMenu }), [openColumnMenu])

  /** On a header: Enter sorts as a click does, the menu key opens its menu. */
  function onHeaderKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const id = (event.target as HTMLElement).closest('.ag-header-cell')?.getAttribute('col-id')
    if (!id || id === ROW_NUMBER_COLUMN) return
    if (isMenuKey(event.nativeEvent)) openColumnMenu(Number(id))
    else if (event.key === 'Enter' && isTable) onView(withNextSort(view, Number(id), event.shiftKey))
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const headers = useMemo(
    (): HeaderContext => ({
      columns,
      view,
      isTable,
      onSort: (column, isAdded) => onView(withNextSort(view, column, isAdded)),
      onSelectColumn: (column, isExtended) => selection.selectColumn(String(column), isExtended),
      onMenu: (column, place) => setMenu({ kind: 'column', column, place }),
    }),
    [columns, isTable, onView, selection, view],
  )

  return (
    <div
      ref={frame}
      className="resultGrid"
      role="region"
      aria-label={label}
      onKeyDownCapture={onHeaderKeyDown}
    >
      <HeaderContext.Provider value={headers}>
        <AgGridReact<GridRow>
          key={resultKey}
          theme={gridTheme}
          rowModelType="infinite"
          columnDefs={columnDefs}
          defaultColDef={shared}
          datasource={datasource}
          cacheBlockSize={pages.pageRows}
          maxBlocksInCache={BLOCK_LIMIT}
          infiniteInitialRowCount={Math.max(1, shown.rows)}
          cacheOverflowSize={1}
          maxConcurrentDatasourceRequests={2}
          blockLoadDebounceMillis={40}
          rowHeight={rowPixels[density]}
          headerHeight={44}
          rowBuffer={12}
          animateRows={false}
          // Rows are placed by `top`: a transform is a 32-bit float, which is off by pixels at tens of millions.
          suppressRowTransform
          suppressColumnMoveAnimation
          suppressDragLeaveHidesColumns
          suppressCellFocus={false}
          enableCellTextSelection={false}
          preventDefaultOnContextMenu
          tooltipShowDelay={400}
          tooltipShowMode="standard"
          alwaysShowVerticalScroll={false}
          overlayNoRowsTemplate="<span class='noRows'>No rows</span>"
          onGridReady={({ api }) => {
            apiRef.current = api
            selection.forget()
          }}
          onCellKeyDown={onKeyDown}
          onCellMouseOver={({ rowIndex, column, event }) => {
            if (rowIndex !== null && (event as MouseEvent).buttons === 1) selection.drag(rowIndex, column.getColId())
          }}
          onCellClicked={({ rowIndex, column, event, data }) => {
            const mouse = event as MouseEvent
            const index = Number(column.getColId())
            if (rowIndex === null || !data || !references.has(index) || data.cells[index] == null) return
            const cell = (mouse.target as HTMLElement).closest('.ag-cell')
            const isOnArrow = cell !== null && mouse.clientX > cell.getBoundingClientRect().right - REFERENCE_PIXELS
            if (isOnArrow || mouse.ctrlKey || mouse.metaKey) onFollow({ row: rowIndex, column: index }, data.cells)
          }}
          onCellContextMenu={({ rowIndex, column, event }) => {
            const mouse = event as MouseEvent
            if (rowIndex === null || column.getColId() === ROW_NUMBER_COLUMN) return
            openCellMenu({ row: rowIndex, column: Number(column.getColId()) }, { left: mouse.clientX, top: mouse.clientY })
          }}
          onCellDoubleClicked={({ api }) => {
            const place = placeOf(api)
            if (place) onOpenCell(place)
          }}
          onDisplayedColumnsChanged={() => selection.forget()}
          onColumnResized={({ finished, source }) => finished && source === 'uiColumnResized' && tellLayout()}
          onColumnMoved={({ finished, source }) => finished && source === 'uiColumnMoved' && tellLayout()}
          onCellFocused={({ api }) => {
            const place = placeOf(api)
            if (!place) return
            onFocusCell?.(place)
            selection.focus(place.row, String(place.column))
          }}
        />
      </HeaderContext.Provider>
      {menu && (
        <GridMenu
          menu={menu}
          api={apiRef.current}
          columns={columns}
          view={view}
          isTable={isTable}
          selected={selection.selected()}
          format={look.formatOf}
          isReference={(column) => references.has(column)}
          onFormat={(column, format) => {
            shown.formats.set(column, format)
            apiRef.current?.refreshCells({ force: true, suppressFlash: true })
            tellLayout()
          }}
          onArrange={tellLayout}
          onReset={resetLayout}
          onView={onView}
          onCopy={onCopy}
          onCopyCell={(place) => void copyCell(place)}
          onOpenCell={onOpenCell}
          onFollow={onFollow}
          onSelectColumn={(column) => selection.selectColumn(String(column), false)}
          onClose={closeMenu}
        />
      )}
    </div>
  )
}
