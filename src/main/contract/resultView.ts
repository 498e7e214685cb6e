import { z } from 'zod'

/**
 * What a person narrows a result to. Values are text as it is written or shown; the engine binds them as
 * parameters and reads them as the column's own type. Columns are known by their place in the result,
 * because names repeat.
 */

const value = z.string().max(10_000)

/** By the column's own type. `not-equal` keeps rows without a value. */
export const comparisonSchema = z.enum(['equal', 'not-equal', 'less', 'at-most', 'greater', 'at-least'])
export type Comparison = z.infer<typeof comparisonSchema>

/** By the value's text, whatever its type; upper and lower case are the same. `lacks` keeps rows without a value. */
export const textTestSchema = z.enum(['contains', 'lacks', 'begins', 'ends'])

export const columnTestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['null', 'not-null']) }),
  z.object({ kind: comparisonSchema, value }),
  z.object({ kind: textTestSchema, value }),
])
export type ColumnTest = z.infer<typeof columnTestSchema>

const columnPlace = z.number().int().min(0)

export const columnFilterSchema = z.object({ column: columnPlace, test: columnTestSchema })
export type ColumnFilter = z.infer<typeof columnFilterSchema>

export const columnOrderSchema = z.object({ column: columnPlace, direction: z.enum(['ascending', 'descending']) })
export type ColumnOrder = z.infer<typeof columnOrderSchema>

export const resultViewSchema = z.object({
  /** Rows that hold this text in any column; empty for all. */
  search: z.string().max(1_000),
  /** All of them hold. */
  filters: z.array(columnFilterSchema).max(100),
  /** The first one counts most. Rows without a value stand last in either direction. */
  order: z.array(columnOrderSchema).max(20),
})
export type ResultView = z.infer<typeof resultViewSchema>

/** The result as the statement gives it. */
export const wholeResult: ResultView = { search: '', filters: [], order: [] }

export function isWhole({ search, filters, order }: ResultView): boolean {
  return search === '' && filters.length === 0 && order.length === 0
}
