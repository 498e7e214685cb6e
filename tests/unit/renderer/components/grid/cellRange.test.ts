import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cellAt, cellCount, includes, isOneCell, rangeAfterKey, rowsBetween, spanOf, wholeColumns, wholeGrid,
} from '../../../../../src/renderer/components/grid/cellRange.ts'

const bounds = { rows: 100, columns: 5, pageRows: 10 }
const press = (key: string, modifiers: Partial<Record<'shiftKey' | 'ctrlKey' | 'metaKey', boolean>> = {}) => ({
  key, shiftKey: false, ctrlKey: false, metaKey: false, ...modifiers,
})
const shift = (key: string, more = {}) => press(key, { shiftKey: true, ...more })
const head = (key: ReturnType<typeof press>, from = cellAt(50, 2)) => {
  const range = rangeAfterKey(from, key, bounds)
  return range && [range.headRow, range.headColumn]
}

describe('a range of cells', () => {
  it('grows by the keys of a spreadsheet, and its anchor stays', () => {
    expect(head(shift('ArrowDown'))).toEqual([51, 2])
    expect(head(shift('ArrowUp'))).toEqual([49, 2])
    expect(head(shift('ArrowLeft'))).toEqual([50, 1])
    expect(head(shift('ArrowRight'))).toEqual([50, 3])
    expect(head(shift('PageDown'))).toEqual([60, 2])
    expect(head(shift('PageUp'))).toEqual([40, 2])
    expect(head(shift('Home'))).toEqual([50, 0])
    expect(head(shift('End'))).toEqual([50, 4])
    expect(head(shift('ArrowDown', { ctrlKey: true }))).toEqual([99, 2])
    expect(head(shift('ArrowUp', { metaKey: true }))).toEqual([0, 2])
    expect(head(shift('ArrowRight', { ctrlKey: true }))).toEqual([50, 4])
    expect(head(shift('Home', { ctrlKey: true }))).toEqual([0, 0])
    expect(head(shift('End', { ctrlKey: true }))).toEqual([99, 4])
    const grown = rangeAfterKey(cellAt(50, 2), shift('ArrowDown'), bounds)!
    expect([grown.anchorRow, grown.anchorColumn]).toEqual([50, 2])
  })

  it('becomes whole rows, whole columns or everything by Space and Ctrl+A', () => {
    const range = { anchorRow: 4, anchorColumn: 1, headRow: 2, headColumn: 3 }
    expect(spanOf(rangeAfterKey(range, shift(' '), bounds)!)).toEqual({ firstRow: 2, lastRow: 4, firstColumn: 0, lastColumn: 4 })
    expect(spanOf(rangeAfterKey(range, press(' ', { ctrlKey: true }), bounds)!)).toEqual(
      { firstRow: 0, lastRow: 99, firstColumn: 1, lastColumn: 3 },
    )
    expect(rangeAfterKey(range, press('A', { metaKey: true }), bounds)).toEqual(wholeGrid(bounds))
  })

  it('is left alone by every other key', () => {
    for (const key of [press('ArrowDown'), press('a'), shift('x'), shift('Enter'), press(' ')]) {
      expect(rangeAfterKey(cellAt(1, 1), key, bounds)).toBeNull()
    }
  })

  it('never leaves the grid, and an empty grid has a corner', () => {
    const keys = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End']
    fc.assert(fc.property(
      fc.array(fc.record({ key: fc.constantFrom(...keys), ctrlKey: fc.boolean() }), { maxLength: 30 }),
      fc.nat(20), fc.nat(6), fc.integer({ min: 1, max: 30 }),
      (pressed, rows, columns, pageRows) => {
        let range = cellAt(0, 0)
        for (const { key, ctrlKey } of pressed) range = rangeAfterKey(range, shift(key, { ctrlKey }), { rows, columns, pageRows })!
        const { firstRow, lastRow, firstColumn, lastColumn } = spanOf(range)
        expect(firstRow).toBeGreaterThanOrEqual(0)
        expect(firstColumn).toBeGreaterThanOrEqual(0)
        expect(lastRow).toBeLessThan(Math.max(1, rows))
        expect(lastColumn).toBeLessThan(Math.max(1, columns))
      },
    ))
  })

  it('counts its cells and knows them, in whatever direction it was drawn', () => {
    const range = { anchorRow: 4, anchorColumn: 3, headRow: 2, headColumn: 1 }
    expect(cellCount(spanOf(range))).toBe(9)
    expect(includes(range, 3, 2)).toBe(true)
    expect(includes(range, 5, 2)).toBe(false)
    expect(includes(range, 3, 0)).toBe(false)
    expect(isOneCell(cellAt(3, 3))).toBe(true)
    expect(isOneCell(range)).toBe(false)
    expect(spanOf(rowsBetween(7, 5, bounds))).toEqual({ firstRow: 5, lastRow: 7, firstColumn: 0, lastColumn: 4 })
    expect(spanOf(wholeColumns(3, 1, bounds))).toEqual({ firstRow: 0, lastRow: 99, firstColumn: 1, lastColumn: 3 })
  })
})
