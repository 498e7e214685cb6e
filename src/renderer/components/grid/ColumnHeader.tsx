import { createContext, useContext } from 'react'
import type { MouseEvent } from 'react'
import { ArrowDown, ArrowUp, EllipsisVertical, Filter } from 'lucide-react'
import type { ResultView } from '../../../main/contract/resultView.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import type { PopoverPlace } from '../Popover.tsx'

/** What the headers of a grid show and do. */
export interface HeaderContext {
  columns: readonly ResultColumn[]
  view: ResultView
  /** False where nothing can be sorted. */
  isTable: boolean
  onSort(column: number, isAdded: boolean): void
  onSelectColumn(column: number, isExtended: boolean): void
  onMenu(column: number, place: PopoverPlace): void
}

export const HeaderContext = createContext<HeaderContext | null>(null)

const words = { ascending: 'sorted, smallest first', descending: 'sorted, greatest first' }

/** Name, type, and how the column is sorted and filtered. A click sorts, with Ctrl it selects the column. */
export function ColumnHeader({ index }: { index: number }) {
  const context = useContext(HeaderContext)
  const column = context?.columns[index]
  if (!context || !column) return null
  const { view, isTable } = context
  const at = view.order.findIndex((order) => order.column === index)
  const direction = view.order[at]?.direction
  const Arrow = direction === 'ascending' ? ArrowUp : ArrowDown
  const isFiltered = view.filters.some((filter) => filter.column === index)
  function onClick(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey) context!.onSelectColumn(index, event.shiftKey)
    else if (isTable) context!.onSort(index, event.shiftKey)
  }
  function openMenu(event: MouseEvent<HTMLElement>): void {
    event.preventDefault()
    event.stopPropagation()
    const { left, bottom } = event.currentTarget.getBoundingClientRect()
    context!.onMenu(index, { left, top: bottom })
  }
  return (
    <div className="resultHeaderFrame" onContextMenu={openMenu}>
      <div className="resultHeader" title={`${column.name}\n${column.type}`} onClick={onClick}>
        <span className="resultHeaderName">{column.name}</span>
        <span className="resultHeaderType">{column.type}</span>
      </div>
      {direction && (
        <span className="headerMark" title={words[direction]}>
          <Arrow size={13} strokeWidth={2} aria-label={words[direction]} />
          {view.order.length > 1 && <sub>{at + 1}</sub>}
        </span>
      )}
      {isFiltered && (
        <span className="headerMark" title="filtered">
          <Filter size={12} strokeWidth={2} aria-label="filtered" />
        </span>
      )}
      <button
        type="button" className="headerMenu" tabIndex={-1} aria-label={`Menu of ${column.name}`} onClick={openMenu}
      >
        <EllipsisVertical size={14} strokeWidth={1.75} aria-hidden />
      </button>
    </div>
  )
}
