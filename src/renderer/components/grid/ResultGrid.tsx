import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { Ref } from 'react'
import type { ColDef, GridApi, IDatasource } from 'ag-grid-community'
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
import { isOurKey } from './gridKeys.ts'
import { gridTheme } from './gridModules.ts'
import type { ResultPages } from './resultPages.ts'
import { steadyWheel, stretchOf } from './tallScroll.ts'
import { useCellSelection } from './useCellSelection.ts'
import { useGridKeys } from './useGridKeys.ts'
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
const shared: ColDef<GridRow> = { suppressKeyboardEvent: ({ event }) => isOurKey(event) }
/** Where a reference's arrow stands, from the right edge of its cell. */
const REFERENCE_PIXELS = 22
const rowPixels = { comfortable: 28, compact: 24 }

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

  /** One cell is copied as it is; more of them, or with headers, as a table. */
  const copy = useCallback(
    (withHeaders: boolean) => {
      const range = selection.selected()
      const place = apiRef.current && placeOf(apiRef.current)
      const isTable = range !== null && (withHeaders || range.rowCount > 1 || range.columns.length > 1)
      if (isTable) onCopy(range, 'tsv', withHeaders)
      else if (place) void copyCell(place)
    },
    [copyCell, onCopy, placeOf, selection],
  )

  const openCellMenu = useCallback(
    (place: CellPlace, at: { left: number; top: number }) => setMenu({ kind: 'cell', place: at, cell: place }),
    [],
  )

  const openColumnMenu = useCallback((column: number) => {
    apiRef.current?.ensureColumnVisible(String(column))
    const header = frame.current?.querySelector(`.ag-header-cell[col-id="${column}"]`)
    const { left = 0, bottom: top = 0 } = header?.getBoundingClientRect() ?? {}
    setMenu({ kind: 'column', column, place: { left, top } })
  }, [])
  useImperativeHandle(props.handle, () => ({ openColumnMenu }), [openColumnMenu])

  const sort = useCallback(
    (column: number, isAdded: boolean) => {
      if (isTable) onView(withNextSort(view, column, isAdded))
    },
    [isTable, onView, view],
  )
  const deeds = { openCell: onOpenCell, openCellMenu, openColumnMenu, sort, copy }
  const keys = useGridKeys(frame, selection, placeOf, deeds)

  const headers = useMemo(
    (): HeaderContext => ({
      columns,
      view,
      isTable,
      onSort: sort,
      onSelectColumn: (column, isExtended) => selection.selectColumn(String(column), isExtended),
      onMenu: (column, place) => setMenu({ kind: 'column', column, place }),
    }),
    [columns, isTable, selection, sort, view],
  )

  return (
    <div
      ref={frame}
      className="resultGrid"
      role="region"
      aria-label={label}
      onKeyDownCapture={keys.onHeaderKeyDown}
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
          focusGridInnerElement={keys.focusFromTab}
          tabToNextCell={keys.leaveByTab}
          tabToNextHeader={keys.leaveByTab}
          onCellKeyDown={keys.onCellKeyDown}
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
