import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { chartSettingsSchema } from './chart.ts'
import { parameterValuesSchema } from './query.ts'
import { faultSchema } from './values.ts'

/** What a saved query's front matter says of it. */
export const savedQueryWordsSchema = z.object({
  title: z.string(),
  description: z.string(),
  /** The values that its parameters begin with. */
  parameters: parameterValuesSchema,
  chart: chartSettingsSchema.nullable(),
})
export type SavedQueryWords = z.infer<typeof savedQueryWordsSchema>

export const savedQuerySchema = savedQueryWordsSchema.extend({
  /** Within the folder, with slashes: `finance/revenue.sql`. It is the query's name. */
  path: z.string(),
  sql: z.string(),
  /** Of the file's content: another one whenever anybody changes it. */
  version: z.string(),
})
export type SavedQuery = z.infer<typeof savedQuerySchema>

export const savedQueriesSchema = z.object({
  /** The folder of the files; absolute. */
  folder: z.string(),
  isDefaultFolder: z.boolean(),
  /** By path. */
  queries: z.array(savedQuerySchema),
  /** Why the folder could not be read, or null. */
  fault: faultSchema.nullable(),
})
export type SavedQueries = z.infer<typeof savedQueriesSchema>

const path = z.string().min(1).max(400)

export const savedQueriesContract = {
  /** What is in the folder now, and again whenever a file changes, for as long as it is read. */
  watch: oc.output(eventIterator(savedQueriesSchema)),
  /**
   * Writes the file whole. `version` is the one that the text was read with, null for a new file; where the
   * file has another one by now, it is left alone: SAVED_QUERY_CHANGED.
   */
  write: oc
    .input(savedQueryWordsSchema.extend({ path, sql: z.string().max(1_000_000), version: z.string().nullable() }))
    .output(savedQuerySchema),
  /** Gives the file another name, in another folder too. Throws SAVED_QUERY_CHANGED, and FILE_EXISTS where the name is taken. */
  rename: oc.input(z.object({ path, version: z.string(), to: path })).output(savedQuerySchema),
  remove: oc.input(z.object({ path, version: z.string() })).output(z.object({ removed: z.boolean() })),
  /** Uses another folder from now on; null is the default. Throws SAVED_QUERIES_FOLDER where there is none. */
  useFolder: oc.input(z.object({ folder: z.string().nullable() })).output(z.object({ folder: z.string() })),
}
