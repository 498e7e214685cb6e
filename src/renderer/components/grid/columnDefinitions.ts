import { createElement } from 'react'
import type {
  ColDef, IHeaderParams, ITooltipParams, ValueFormatterParams, ValueGetterParams,
} from 'ag-grid-community'
import type { Cell, ResultColumn, ValueKind } from '../../../main/contract/values.ts'
import { formatCount } from '../format.ts'
import { gridText, instantHover, markOf, widthInCharacters } from './cellText.ts'
import type { CellMark } from './cellText.ts'

/** One row as the grid holds it: the cells of the page, and which of them the page has cut. */
export interface GridRow {
  cells: readonly Cell[]
  cut: ReadonlySet<number> | null
}

export const ROW_NUMBER_COLUMN = 'row-number'

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

function Header(props: IHeaderParams & { name: string; type: string }) {
  return createElement(
    'div',
    { className: 'resultHeader', title: `${props.name}\n${props.type}` },
    createElement('span', { className: 'resultHeaderName' }, props.name),
    createElement('span', { className: 'resultHeaderType' }, props.type),
  )
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
    width: rowNumberPixels(rows),
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
 * how they look is told by text and class alone, so that scrolling mounts no component a cell.
 */
export function columnDefinitions(
  columns: readonly ResultColumn[],
  firstRows: readonly (readonly Cell[])[],
  rowsNow: number,
): ColDef<GridRow>[] {
  const definitions = columns.map((column, index): ColDef<GridRow> => {
    const base = kindClasses[column.kind]
    return {
      colId: String(index),
      headerName: column.name,
      headerComponent: Header,
      headerComponentParams: { name: column.name, type: column.type },
      headerClass: column.kind === 'number' ? 'headerNumber' : undefined,
      valueGetter: ({ data }: ValueGetterParams<GridRow>) => data?.cells[index],
      valueFormatter: ({ value, data }: ValueFormatterParams<GridRow, Cell | undefined>) =>
        data ? gridText(value ?? null, column) : '',
      cellClass: ({ value, data }) => {
        const mark = data ? markOf((value as Cell | undefined) ?? null, column) : null
        const classes = [base]
        if (mark) classes.push(markClasses[mark])
        if (data?.cut?.has(index)) classes.push('cellCut')
        return classes
      },
      tooltipValueGetter:
        column.kind === 'instant'
          ? ({ value }: ITooltipParams<GridRow>) => instantHover((value as Cell | undefined) ?? null, column, zone)
          : undefined,
      width: cellPixels(widthInCharacters(column, index, firstRows)),
      minWidth: 48,
      resizable: true,
      sortable: false,
    }
  })
  return [rowNumbers(rowsNow), ...definitions]
}
