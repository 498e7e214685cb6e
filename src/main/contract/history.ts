import { oc } from '@orpc/contract'
import { z } from 'zod'
import { faultCodes } from './errors.ts'
import { engineNameSchema, instantSchema } from './values.ts'

/** One statement that a person ran. The values of its parameters are not kept. */
export const historyEntrySchema = z.object({
  id: z.string(),
  startedAt: instantSchema,
  engine: engineNameSchema,
  /** The first 100,000 characters. */
  sql: z.string(),
  durationMs: z.number(),
  /** Rows that came; null where it failed before its first. */
  rows: z.number().int().nullable(),
  fault: z.object({ code: z.enum(faultCodes), message: z.string() }).nullable(),
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>

export const historyContract = {
  /** Of the open workspace, newest first; those that hold every word of `search`, whatever its case. */
  list: oc
    .input(z.object({ search: z.string().max(200).default(''), limit: z.number().int().min(1).max(1000).default(200) }))
    .output(z.array(historyEntrySchema)),
  /** Forgets all of the open workspace. */
  clear: oc.output(z.object({ cleared: z.boolean() })),
}
