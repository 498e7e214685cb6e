import { oc } from '@orpc/contract'
import { z } from 'zod'
import { cellSchema } from './values.ts'

export const chartKindSchema = z.enum([
  'line',
  'area',
  'bar',
  'stacked',
  'scatter',
  'pie',
  'histogram',
  'heatmap',
  'pivot',
])
export type ChartKind = z.infer<typeof chartKindSchema>

export const aggregateSchema = z.enum(['none', 'count', 'sum', 'avg', 'median', 'min', 'max'])
export type Aggregate = z.infer<typeof aggregateSchema>

export const timeBucketSchema = z.enum(['none', 'auto', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'])
export type TimeBucket = z.infer<typeof timeBucketSchema>

/**
 * How a result is drawn. Small and by column names, so that it is kept with a saved query and still fits
 * when the query has changed a little; a column that is gone is left out.
 */
export const chartSettingsSchema = z.object({
  kind: chartKindSchema,
  /** What lies along the axis: categories, time, or a number. */
  x: z.string().nullable(),
  /** What is measured; with `count` it may be empty. */
  y: z.array(z.string()).max(8).default([]),
  /** Splits the measure into one series a value; the columns of a heat map or pivot. */
  series: z.string().nullable().default(null),
  /** `none` draws the rows as they are. */
  aggregate: aggregateSchema.default('none'),
  /** Instants along `x` are put together by this. */
  bucket: timeBucketSchema.default('auto'),
})
export type ChartSettings = z.infer<typeof chartSettingsSchema>

export const chartDataSchema = z.object({
  /** `[x, series, y…]`; the series is null where there is none. A histogram's are `[from, to, count]`. */
  rows: z.array(z.array(cellSchema)),
  /** Names of the measures, in the order of the rows' cells. */
  measures: z.array(z.string()),
  /** By what instants were put together. */
  bucket: timeBucketSchema,
  /** One sentence where not everything is drawn. */
  note: z.string().nullable(),
})
export type ChartData = z.infer<typeof chartDataSchema>

export const chartContract = {
  /**
   * What a chart of an open result draws: grouped in DuckDB over all rows that the result has by now, never
   * more than a few thousand points. Throws QUERY_UNKNOWN, and CHART_COLUMN_MISSING where `x` or every
   * measure is gone.
   */
  read: oc.input(z.object({ queryId: z.string(), settings: chartSettingsSchema })).output(chartDataSchema),
}
