import type { ColumnFilter, ColumnTest, ResultView } from '../../../main/contract/resultView.ts'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'

/** Steps from one view of a result to the next; each is pure. */

type Direction = ResultView['order'][number]['direction']

/** Ascending, then descending, then as the statement gives it; `isAdded` keeps the other columns. */
export function withNextSort(view: ResultView, column: number, isAdded: boolean): ResultView {
  const now = view.order.find((order) => order.column === column)?.direction
  return withSort(view, column, now === undefined ? 'ascending' : now === 'ascending' ? 'descending' : null, isAdded)
}

export function withSort(view: ResultView, column: number, direction: Direction | null, isAdded = false): ResultView {
  const next = direction ? [{ column, direction }] : []
  if (!isAdded) return { ...view, order: next }
  const isThere = view.order.some((order) => order.column === column)
  const order = isThere
    ? view.order.flatMap((order) => (order.column === column ? next : [order]))
    : [...view.order, ...next]
  return { ...view, order }
}

export function withFilter(view: ResultView, filter: ColumnFilter): ResultView {
  const isThere = view.filters.some((other) => JSON.stringify(other) === JSON.stringify(filter))
  return isThere ? view : { ...view, filters: [...view.filters, filter] }
}

export function withoutFilter(view: ResultView, at: number): ResultView {
  return { ...view, filters: view.filters.toSpliced(at, 1) }
}

/** Rows that have this value in the column, or those that do not. */
export function valueTest(cell: Cell, isKept: boolean): ColumnTest {
  if (cell === null) return { kind: isKept ? 'null' : 'not-null' }
  return { kind: isKept ? 'equal' : 'not-equal', value: cell }
}

export const testWords: Readonly<Record<ColumnTest['kind'], string>> = {
  equal: '=',
  'not-equal': '≠',
  less: '<',
  'at-most': '≤',
  greater: '>',
  'at-least': '≥',
  contains: 'contains',
  lacks: 'does not contain',
  begins: 'begins with',
  ends: 'ends with',
  null: 'is NULL',
  'not-null': 'is not NULL',
}

/** The tests that make sense of a column, the likeliest first. */
export function testsOf({ kind }: ResultColumn): ColumnTest['kind'][] {
  const order: ColumnTest['kind'][] = ['equal', 'not-equal', 'greater', 'at-least', 'less', 'at-most']
  const text: ColumnTest['kind'][] = ['contains', 'lacks', 'begins', 'ends']
  const nulls: ColumnTest['kind'][] = ['null', 'not-null']
  switch (kind) {
    case 'number':
    case 'instant':
      return [...order, ...text, ...nulls]
    case 'boolean':
      return ['equal', 'not-equal', ...nulls]
    case 'text':
      return ['contains', 'equal', 'not-equal', 'lacks', 'begins', 'ends', ...order.slice(2), ...nulls]
    default:
      return [...text, 'equal', 'not-equal', ...nulls]
  }
}

const SHOWN_CHARACTERS = 40

export function filterWords({ column, test }: ColumnFilter, columns: readonly ResultColumn[]): string {
  const value = 'value' in test ? ` ${test.value === '' ? "''" : cut(test.value)}` : ''
  return `${columns[column]?.name ?? '?'} ${testWords[test.kind]}${value}`
}

function cut(value: string): string {
  return value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value
}
