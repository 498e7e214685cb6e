import { z } from 'zod'

/** A rectangle of a result. */
export const resultRangeSchema = z.object({
  firstRow: z.number().int().min(0),
  rowCount: z.number().int().min(1),
  /** By their place in the result, in the order in which they are wanted. */
  columns: z.array(z.number().int().min(0)).min(1),
})
export type ResultRange = z.infer<typeof resultRangeSchema>

/** What a range comes to. Figures are exact text, as long as they have to be. */
export const rangeTotalsSchema = z.object({
  cells: z.number().int(),
  /** Cells that are not NULL. */
  values: z.number().int(),
  /** Different values by their text, NULL not among them. */
  distinct: z.number().int(),
  /** Of the columns of numbers; null where there are none, or no values. */
  sum: z.string().nullable(),
  /** To six digits more than the values have. */
  average: z.string().nullable(),
  /** Of the numbers, or of instants of one type. */
  least: z.string().nullable(),
  greatest: z.string().nullable(),
  /** False where floating-point numbers are among them, or a sum has more than 38 digits. */
  isExact: z.boolean(),
})
export type RangeTotals = z.infer<typeof rangeTotalsSchema>
