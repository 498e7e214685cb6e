import { useState } from 'react'
import type { GridApi } from 'ag-grid-community'
import {
  ArrowDownNarrowWide, ArrowUpNarrowWide, ArrowUpRight, Columns3, Copy, Eye, EyeOff, Filter, FilterX, Pin, PinOff,
  RotateCcw, RulerDimensionLine, Snowflake,
  SquareArrowOutUpRight, X,
} from 'lucide-react'
import type { TextFormat } from '../../../main/contract/export.ts'
import type { ResultRange } from '../../../main/contract/resultRange.ts'
import type { ResultView } from '../../../main/contract/resultView.ts'
import type { ColumnFormat } from '../../../main/contract/settings.ts'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { Menu } from '../Menu.tsx'
import type { MenuItem } from '../Menu.tsx'
import type { PopoverPlace } from '../Popover.tsx'
import { formatsOf } from './cellText.ts'
import type { GridRow } from './columnDefinitions.ts'
import { FilterForm } from './FilterForm.tsx'
import type { CellPlace } from './ResultGrid.tsx'
import { valueTest, withFilter, withSort } from './viewSteps.ts'

export type OpenMenu =
  | { kind: 'column'; column: number; place: PopoverPlace }
  | { kind: 'cell'; cell: CellPlace; place: PopoverPlace }

interface GridMenuProps {
  menu: OpenMenu
  api: GridApi<GridRow> | null
  columns: readonly ResultColumn[]
  view: ResultView
  isTable: boolean
  selected: ResultRange | null
  format(column: number): ColumnFormat
  isReference(column: number): boolean
  onFormat(column: number, format: ColumnFormat): void
  /** The columns were moved, hidden or pinned through the menu. */
  onArrange(): void
  /** Back to how the columns lie by themselves. */
  onReset(): void
  onView(view: ResultView): void
  onCopy(range: ResultRange, format: TextFormat, headers: boolean): void
  onCopyCell(place: CellPlace): void
  onOpenCell(place: CellPlace): void
  onFollow(place: CellPlace, row: readonly Cell[]): void
  onSelectColumn(column: number): void
  onClose(): void
}

const copyFormats: [TextFormat, string][] = [
  ['csv', 'Copy as CSV'],
  ['json', 'Copy as JSON'],
  ['markdown', 'Copy as Markdown'],
  ['sql', 'Copy as INSERT'],
]

/** The menu of a column or of a cell, and the filter that it leads to. */
export function GridMenu(props: GridMenuProps) {
  const { menu, columns, view, onView, onClose } = props
  const [isFiltering, setIsFiltering] = useState(false)
  const index = menu.kind === 'column' ? menu.column : menu.cell.column
  const column = columns[index]!
  if (isFiltering) {
    return (
      <FilterForm
        place={menu.place}
        column={column}
        onApply={(test) => onView(withFilter(view, { column: index, test }))}
        onClose={onClose}
      />
    )
  }
  const groups = menu.kind === 'column' ? columnGroups(props, index, () => setIsFiltering(true)) : cellGroups(props, menu.cell)
  const label = menu.kind === 'column' ? `Column ${column.name}` : `Cell of ${column.name}`
  return <Menu place={menu.place} label={label} groups={groups} onClose={onClose} />
}

function columnGroups(props: GridMenuProps, index: number, onFilter: () => void): MenuItem[][] {
  const { api, columns, view, isTable, format, onFormat, onArrange, onReset, onView, onSelectColumn } = props
  const column = columns[index]!
  const id = String(index)
  const direction = view.order.find((order) => order.column === index)?.direction
  const pinned = api?.getColumn(id)?.isPinned() ?? false
  const hidden = (api?.getColumns() ?? []).filter((other) => !other.isVisible())
  const displayed = api?.getAllDisplayedColumns().map((other) => other.getColId()) ?? []
  const isLast = displayed.length <= 2
  const upToHere = displayed.slice(0, displayed.indexOf(id) + 1)
  const arrange = (change: (grid: GridApi<GridRow>) => void) => (): void => {
    if (api) change(api)
    onArrange()
  }
  return [
    [
      {
        label: 'Sort ascending', icon: ArrowUpNarrowWide, isDisabled: !isTable || direction === 'ascending',
        perform: () => onView(withSort(view, index, 'ascending')),
      },
      {
        label: 'Sort descending', icon: ArrowDownNarrowWide, isDisabled: !isTable || direction === 'descending',
        perform: () => onView(withSort(view, index, 'descending')),
      },
      ...(direction
        ? [{ label: 'Do not sort by it', icon: X, perform: () => onView(withSort(view, index, null, true)) }]
        : []),
    ],
    [
      { label: 'Filter…', icon: Filter, isDisabled: !isTable, replaces: true, perform: onFilter },
      ...(view.filters.some((filter) => filter.column === index)
        ? [
            {
              label: 'Remove its filters', icon: FilterX,
              perform: () => onView({ ...view, filters: view.filters.filter((filter) => filter.column !== index) }),
            },
          ]
        : []),
    ],
    formatsOf(column).map((choice) => ({
      label: choice.label, isDisabled: format(index) === choice.format, perform: () => onFormat(index, choice.format),
    })),
    [
      pinned
        ? { label: 'Let it scroll again', icon: PinOff, perform: arrange((grid) => grid.setColumnsPinned([id], null)) }
        : { label: 'Pin to the left', icon: Pin, perform: arrange((grid) => grid.setColumnsPinned([id], 'left')) },
      ...(upToHere.length > 2
        ? [
            {
              label: 'Freeze up to here', icon: Snowflake,
              perform: arrange((grid) => grid.setColumnsPinned(upToHere, 'left')),
            },
          ]
        : []),
      { label: 'Fit the width', icon: RulerDimensionLine, perform: arrange((grid) => grid.autoSizeColumns([id])) },
      { label: 'Hide', icon: EyeOff, isDisabled: isLast, perform: arrange((grid) => grid.setColumnsVisible([id], false)) },
      ...(hidden.length > 0
        ? [
            {
              label: hidden.length === 1 ? 'Show the hidden column' : `Show the ${hidden.length} hidden columns`,
              icon: Eye, perform: arrange((grid) => grid.setColumnsVisible(hidden, true)),
            },
          ]
        : []),
    ],
    [{ label: 'Arrange all columns as they came', icon: RotateCcw, perform: onReset }],
    [
      { label: 'Select the column', icon: Columns3, keys: 'Ctrl+Space', perform: () => onSelectColumn(index) },
      { label: 'Copy the name', icon: Copy, perform: () => void navigator.clipboard.writeText(column.name) },
    ],
  ]
}

function cellGroups(props: GridMenuProps, place: CellPlace): MenuItem[][] {
  const { api, view, isTable, selected, isReference, onView, onCopy, onCopyCell, onOpenCell, onFollow } = props
  const row = api?.getDisplayedRowAtIndex(place.row)?.data
  const cell = row?.cells[place.column] ?? null
  const range = selected ?? { firstRow: place.row, rowCount: 1, columns: [place.column] }
  const isOne = range.rowCount === 1 && range.columns.length === 1
  // A cell that is cut cannot be compared with.
  const canFilter = isTable && row !== undefined && !row.cut?.has(place.column)
  const filter = (isKept: boolean): void =>
    onView(withFilter(view, { column: place.column, test: valueTest(cell, isKept) }))
  return [
    [
      {
        label: 'Copy', icon: Copy, keys: 'Ctrl+C',
        perform: () => (isOne ? onCopyCell(place) : onCopy(range, 'tsv', false)),
      },
      { label: 'Copy with headers', keys: 'Ctrl+Shift+C', perform: () => onCopy(range, 'tsv', true) },
      ...copyFormats.map(([format, label]) => ({ label, perform: () => onCopy(range, format, true) })),
    ],
    [
      { label: 'Open the cell', icon: SquareArrowOutUpRight, keys: 'Shift+Enter', perform: () => onOpenCell(place) },
      ...(isReference(place.column) && cell !== null
        ? [{ label: 'Go to the row it points to', icon: ArrowUpRight, perform: () => onFollow(place, row!.cells) }]
        : []),
    ],
    [
      { label: 'Only rows with this value', icon: Filter, isDisabled: !canFilter, perform: () => filter(true) },
      { label: 'Only rows without it', icon: FilterX, isDisabled: !canFilter, perform: () => filter(false) },
    ],
  ]
}
