import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { cellSchema, faultSchema, resultColumnSchema, tableNameSchema } from './values.ts'

/** A bar of a histogram: values from `from` (included) up to `to` (not included), as the column's text. */
export const histogramBarSchema = z.object({ from: z.string(), to: z.string(), count: z.number().int() })
export type HistogramBar = z.infer<typeof histogramBarSchema>

export const columnStatisticsSchema = z.object({
  /** Rows looked at, NULLs included. */
  rows: z.number().int(),
  nulls: z.number().int(),
  distinct: z.number().int(),
  /** False where `distinct` and the quantiles are estimates, because the column is long. */
  isExact: z.boolean(),
  /** Null where the type has no order worth telling (JSON, bytes, lists), or where there is no value. */
  minimum: cellSchema,
  maximum: cellSchema,
  /** The values below which a quarter, a half and three quarters of the column lie; for numbers and instants. */
  quartiles: z.tuple([z.string(), z.string(), z.string()]).nullable(),
  mean: z.number().nullable(),
  /** The most frequent values; empty where hardly any value repeats, or where counting them all would take long. */
  topValues: z.array(z.object({ value: z.string(), count: z.number().int() })),
  /** For numbers, dates and timestamps. */
  histogram: z.array(histogramBarSchema).nullable(),
})
export type ColumnStatistics = z.infer<typeof columnStatisticsSchema>

/** What is known of a column at a glance. */
export const columnSummarySchema = columnStatisticsSchema
  .pick({ rows: true, nulls: true, distinct: true, isExact: true, minimum: true, maximum: true })
  .extend({ column: resultColumnSchema })
export type ColumnSummary = z.infer<typeof columnSummarySchema>

export const statisticsEventSchema = z.discriminatedUnion('kind', [
  /** Comes first: what there is to be computed. `note` says where it is not the whole. */
  z.object({ kind: z.literal('begun'), columns: z.array(resultColumnSchema), note: z.string().nullable() }),
  z.object({ kind: z.literal('column'), index: z.number().int(), statistics: columnStatisticsSchema }),
  z.object({ kind: z.literal('failed'), index: z.number().int(), fault: faultSchema }),
])
export type StatisticsEvent = z.infer<typeof statisticsEventSchema>

/** Column by column as they are computed; whoever stops reading stops the work. */
export const statisticsContract = {
  /** Of a table or view of the replica. Throws TABLE_MISSING for what only the source has. */
  ofTable: oc.input(tableNameSchema).output(eventIterator(statisticsEventSchema)),
  /** Of one column, in one pass. Throws TABLE_MISSING; null where the table has no such column. Whoever aborts stops the work. */
  ofColumn: oc.input(tableNameSchema.extend({ column: z.string() })).output(columnSummarySchema.nullable()),
  /** Of the rows that an open result has by now, of either engine. Throws QUERY_UNKNOWN. */
  ofResult: oc.input(z.object({ queryId: z.string() })).output(eventIterator(statisticsEventSchema)),
}
