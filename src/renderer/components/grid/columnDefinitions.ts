import { createElement } from 'react'
import type {
  ColDef, GridApi, ITooltipParams, ValueFormatterParams, ValueGetterParams,
} from 'ag-grid-community'
import type { ColumnFormat, GridLayout } from '../../../main/contract/settings.ts'
import type { Cell, ResultColumn, ValueKind } from '../../../main/contract/values.ts'
import { formatCount } from '../format.ts'
import { ColumnHeader } from './ColumnHeader.tsx'
import { formattedText, instantHover, markOf, widthInCharacters } from './cellText.ts'
import type { CellMark } from './cellText.ts'

/** One row as the grid holds it: the cells of the page, and which of them the page has cut. */
export interface GridRow {
  cells: readonly Cell[]
  cut: ReadonlySet<number> | null
}

export const ROW_NUMBER_COLUMN = 'row-number'

/** The columns of the result as they are displayed, from the left, without the row numbers. */
export function displayedColumns(api: GridApi<GridRow>): string[] {
  return api.getAllDisplayedColumns().map((column) => column.getColId()).filter((id) => id !== ROW_NUMBER_COLUMN)
}

/** JetBrains Mono at 12.5 px: 0.6 em a character. */
const CHARACTER_PIXELS = 7.5
const CELL_PADDING_PIXELS = 24

/** The pixels that so many characters take in a cell. */
export function cellPixels(characters: number): number {
  return Math.round(characters * CHARACTER_PIXELS) + CELL_PADDING_PIXELS
}

/** The row number's column fits the number of the last row. */
export function rowNumberPixels(rows: number): number {
  return Math.max(56, cellPixels(formatCount(rows).length))
}

const kindClasses: Record<ValueKind, string> = {
  number: 'cellNumber',
  text: 'cellText',
  boolean: 'cellBoolean',
  instant: 'cellInstant',
  json: 'cellJson',
  binary: 'cellBinary',
  list: 'cellList',
  other: 'cellText',
}

const markClasses: Record<Exclude<CellMark, null>, string> = {
  null: 'cellNull',
  empty: 'cellEmpty',
  'json-null': 'cellJsonNull',
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** What of the look changes while the grid stands; it is asked for with every cell that is drawn. */
export interface GridLook {
  isInRange(rowIndex: number, colId: string): boolean
  formatOf(column: number): ColumnFormat
  /** True where the column points to another table. */
  isReference(column: number): boolean
}

function rowNumbers(rows: number): ColDef<GridRow> {
  return {
    colId: ROW_NUMBER_COLUMN,
    headerName: '#',
    headerComponent: () => createElement('span', { className: 'onlyForReaders' }, 'Row'),
    valueGetter: ({ node }) => (node?.rowIndex == null ? '' : node.rowIndex + 1),
    valueFormatter: ({ value }: ValueFormatterParams<GridRow, number | ''>) => (value === '' ? '' : formatCount(value)),
    cellClass: 'cellRowNumber',
    headerClass: 'headerRowNumber',
    pinned: 'left',
    initialWidth: rowNumberPixels(rows),
    minWidth: 48,
    lockPosition: 'left',
    suppressMovable: true,
    suppressNavigable: true,
    resizable: true,
    sortable: false,
  }
}

/**
 * Columns by their place, not by name: names repeat and have dots. Values are the engine's exact text;
 * how they look is told by text and class alone, so that scrolling mounts no component a cell. They lie as the
 * layout has them, where there is one.
 */
export function columnDefinitions(
  columns: readonly ResultColumn[],
  firstRows: readonly (readonly Cell[])[],
  rowsNow: number,
  look: GridLook,
  layout: GridLayout | null,
): ColDef<GridRow>[] {
  const definitions = columns.map((column, index): ColDef<GridRow> => {
    const base = kindClasses[column.kind]
    const laid = layout?.columns.find(({ at }) => at === index)
    return {
      colId: String(index),
      headerName: column.name,
      headerComponent: ColumnHeader,
      headerComponentParams: { index },
      headerClass: column.kind === 'number' ? 'headerNumber' : undefined,
      valueGetter: ({ data }: ValueGetterParams<GridRow>) => data?.cells[index],
      valueFormatter: ({ value, data }: ValueFormatterParams<GridRow, Cell | undefined>) =>
        data ? formattedText(value ?? null, column, look.formatOf(index), zone) : '',
      cellClass: ({ value, data }) => {
        const mark = data ? markOf((value as Cell | undefined) ?? null, column) : null
        const classes = [base]
        if (mark) classes.push(markClasses[mark])
        if (data?.cut?.has(index)) classes.push('cellCut')
        if (value != null && look.isReference(index)) classes.push('cellReference')
        return classes
      },
      cellClassRules: { inRange: ({ node }) => look.isInRange(node.rowIndex ?? -1, String(index)) },
      tooltipValueGetter:
        column.kind === 'instant'
          ? ({ value }: ITooltipParams<GridRow>) => instantHover((value as Cell | undefined) ?? null, column, zone)
          : undefined,
      initialWidth: laid?.widthPixels ?? cellPixels(widthInCharacters(column, index, firstRows)),
      initialHide: laid?.isHidden,
      initialPinned: laid?.isPinned ? 'left' : undefined,
      minWidth: 48,
      resizable: true,
      sortable: false,
    }
  })
  const order = layout?.columns.map(({ at }) => at) ?? columns.map((_, at) => at)
  return [rowNumbers(rowsNow), ...order.flatMap((at) => definitions[at] ?? [])]
}
