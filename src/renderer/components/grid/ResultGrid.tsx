import { useCallback, useEffect, useMemo, useRef } from 'react'
import type {
  CellClickedEvent, CellDoubleClickedEvent, CellKeyDownEvent, ColDef, FullWidthCellKeyDownEvent, GridApi, IDatasource,
} from 'ag-grid-community'
import { AgGridReact } from 'ag-grid-react'
import type { ResultProgress } from '../../../main/contract/query.ts'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { usePreferences } from '../../app/preferences.ts'
import { cellPixels, columnDefinitions, ROW_NUMBER_COLUMN, rowNumberPixels } from './columnDefinitions.ts'
import type { GridRow } from './columnDefinitions.ts'
import { widthInCharacters } from './cellText.ts'
import { gridTheme } from './gridModules.ts'
import type { ResultPages } from './resultPages.ts'
import { steadyWheel, stretchOf } from './tallScroll.ts'
import './ResultGrid.css'

export interface CellPlace {
  row: number
  column: number
}

interface ResultGridProps {
  /** A new key is a new result: the grid starts anew. */
  resultKey: string
  columns: readonly ResultColumn[]
  pages: ResultPages
  firstRows: readonly (readonly Cell[])[]
  progress: ResultProgress
  label: string
  /** The whole value, for copying a cell that the page has cut. */
  readCell(place: CellPlace): Promise<Cell>
  onOpenCell(place: CellPlace): void
  /** The focused cell has changed. */
  onFocusCell?(place: CellPlace): void
  onPageFault(thrown: unknown): void
}

const BLOCK_LIMIT = 20
const shared: ColDef<GridRow> = { suppressKeyboardEvent: ({ event }) => jumpsToCorner(event) }
const rowPixels = { comfortable: 28, compact: 24 }

/** True for the keys that jump to a corner: in a result that is read in blocks the grid's own lose the focus. */
function jumpsToCorner(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && (event.key === 'Home' || event.key === 'End')
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
  const { resultKey, columns, pages, firstRows, progress, label } = props
  const { readCell, onOpenCell, onFocusCell, onPageFault } = props
  const density = usePreferences((state) => state.preferences.density)
  const apiRef = useRef<GridApi<GridRow> | null>(null)
  const frame = useRef<HTMLDivElement>(null)

  const initialRowCount = useRef(progress.rowsReady)
  const columnDefs = useMemo(
    () => columnDefinitions(columns, firstRows, initialRowCount.current),
    [columns, firstRows],
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

  const placeOf = useCallback((api: GridApi<GridRow>): CellPlace | null => {
    const focused = api.getFocusedCell()
    if (!focused || focused.column.getColId() === ROW_NUMBER_COLUMN) return null
    return { row: focused.rowIndex, column: Number(focused.column.getColId()) }
  }, [])

  const copyFocused = useCallback(
    async (api: GridApi<GridRow>) => {
      const place = placeOf(api)
      const row = place ? api.getDisplayedRowAtIndex(place.row)?.data : undefined
      if (!place || !row) return
      const value = row.cut?.has(place.column) ? await readCell(place) : row.cells[place.column]
      await navigator.clipboard.writeText(value ?? '')
      const cell = frame.current?.querySelector('.ag-cell-focus')
      cell?.classList.add('justCopied')
      setTimeout(() => cell?.classList.remove('justCopied'), 400)
    },
    [placeOf, readCell],
  )

  const onKeyDown = useCallback(
    (event: CellKeyDownEvent<GridRow> | FullWidthCellKeyDownEvent<GridRow>) => {
      const key = event.event as KeyboardEvent | null
      if (!key) return
      const place = placeOf(event.api)
      if (jumpsToCorner(key)) {
        key.preventDefault()
        jump(event.api, key.key, columns.length)
      } else if (key.key === 'Enter' && key.shiftKey && place) {
        key.preventDefault()
        onOpenCell(place)
      } else if (key.key.toLowerCase() === 'c' && (key.ctrlKey || key.metaKey) && !key.shiftKey) {
        // Text that was marked with the mouse is copied as it is marked.
        if (window.getSelection()?.isCollapsed === false) return
        key.preventDefault()
        void copyFocused(event.api)
      }
    },
    [columns.length, copyFocused, onOpenCell, placeOf],
  )

  const open = useCallback(
    (event: CellDoubleClickedEvent<GridRow> | CellClickedEvent<GridRow>) => {
      const place = placeOf(event.api)
      if (place) onOpenCell(place)
    },
    [onOpenCell, placeOf],
  )

  return (
    <div ref={frame} className="resultGrid" role="region" aria-label={label}>
      <AgGridReact<GridRow>
        key={resultKey}
        theme={gridTheme}
        rowModelType="infinite"
        columnDefs={columnDefs}
        defaultColDef={shared}
        datasource={datasource}
        cacheBlockSize={pages.pageRows}
        maxBlocksInCache={BLOCK_LIMIT}
        infiniteInitialRowCount={Math.max(1, initialRowCount.current)}
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
        tooltipShowDelay={400}
        tooltipShowMode="standard"
        alwaysShowVerticalScroll={false}
        overlayNoRowsTemplate="<span class='noRows'>No rows</span>"
        onGridReady={({ api }) => {
          apiRef.current = api
        }}
        onCellKeyDown={onKeyDown}
        onCellDoubleClicked={open}
        onCellFocused={({ api }) => {
          const place = placeOf(api)
          if (place) onFocusCell?.(place)
        }}
      />
    </div>
  )
}
