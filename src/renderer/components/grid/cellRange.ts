/**
 * A rectangle of cells as a person draws it, from the anchor to the head. Columns are counted as they
 * are displayed, from the left, without the row numbers.
 */
export interface CellRange {
  anchorRow: number
  anchorColumn: number
  headRow: number
  headColumn: number
}

export interface CellSpan {
  firstRow: number
  lastRow: number
  firstColumn: number
  lastColumn: number
}

/** What there is to be selected, and how many rows a page of it is. */
export interface GridBounds {
  rows: number
  columns: number
  pageRows: number
}

export function cellAt(row: number, column: number): CellRange {
  return { anchorRow: row, anchorColumn: column, headRow: row, headColumn: column }
}

export function spanOf(range: CellRange): CellSpan {
  return {
    firstRow: Math.min(range.anchorRow, range.headRow),
    lastRow: Math.max(range.anchorRow, range.headRow),
    firstColumn: Math.min(range.anchorColumn, range.headColumn),
    lastColumn: Math.max(range.anchorColumn, range.headColumn),
  }
}

export function isOneCell({ anchorRow, anchorColumn, headRow, headColumn }: CellRange): boolean {
  return anchorRow === headRow && anchorColumn === headColumn
}

export function cellCount({ firstRow, lastRow, firstColumn, lastColumn }: CellSpan): number {
  return (lastRow - firstRow + 1) * (lastColumn - firstColumn + 1)
}

export function includes(range: CellRange, row: number, column: number): boolean {
  const { firstRow, lastRow, firstColumn, lastColumn } = spanOf(range)
  return row >= firstRow && row <= lastRow && column >= firstColumn && column <= lastColumn
}

export function wholeGrid({ rows, columns }: GridBounds): CellRange {
  return { anchorRow: 0, anchorColumn: 0, headRow: Math.max(0, rows - 1), headColumn: Math.max(0, columns - 1) }
}

export function rowsBetween(anchorRow: number, headRow: number, { columns }: GridBounds): CellRange {
  return { anchorRow, anchorColumn: 0, headRow, headColumn: Math.max(0, columns - 1) }
}

export function wholeColumns(anchorColumn: number, headColumn: number, { rows }: GridBounds): CellRange {
  return { anchorRow: 0, anchorColumn, headRow: Math.max(0, rows - 1), headColumn }
}

interface Key {
  key: string
  shiftKey: boolean
  ctrlKey: boolean
  metaKey: boolean
}

/** The range that a key makes of one, as in a spreadsheet; null where the key means something else. */
export function rangeAfterKey(range: CellRange, key: Key, bounds: GridBounds): CellRange | null {
  const command = key.ctrlKey || key.metaKey
  if (command && key.key.toLowerCase() === 'a') return wholeGrid(bounds)
  if (key.key === ' ' && command) return wholeColumns(range.anchorColumn, range.headColumn, bounds)
  if (key.key === ' ' && key.shiftKey) return rowsBetween(range.anchorRow, range.headRow, bounds)
  if (!key.shiftKey) return null
  const lastRow = Math.max(0, bounds.rows - 1)
  const lastColumn = Math.max(0, bounds.columns - 1)
  const { headRow, headColumn } = range
  const to = (row: number, column: number): CellRange => ({
    ...range,
    headRow: Math.min(lastRow, Math.max(0, row)),
    headColumn: Math.min(lastColumn, Math.max(0, column)),
  })
  switch (key.key) {
    case 'ArrowUp':
      return to(command ? 0 : headRow - 1, headColumn)
    case 'ArrowDown':
      return to(command ? lastRow : headRow + 1, headColumn)
    case 'ArrowLeft':
      return to(headRow, command ? 0 : headColumn - 1)
    case 'ArrowRight':
      return to(headRow, command ? lastColumn : headColumn + 1)
    case 'PageUp':
      return to(headRow - bounds.pageRows, headColumn)
    case 'PageDown':
      return to(headRow + bounds.pageRows, headColumn)
    case 'Home':
      return to(command ? 0 : headRow, 0)
    case 'End':
      return to(command ? lastRow : headRow, lastColumn)
    default:
      return null
  }
}
