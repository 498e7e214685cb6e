import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { engineNameSchema, faultSchema, lsnTextSchema } from './values.ts'

export const timedRunSchema = z.object({
  engine: engineNameSchema,
  /** 0 is the first run, shown apart and left out of the median. */
  run: z.number().int(),
  /** Until the first row was there, planning included: the most that both engines tell; milliseconds. */
  serverMs: z.number(),
  /** From the first row to the last, milliseconds. */
  transferMs: z.number(),
  totalMs: z.number(),
  rows: z.number().int(),
})
export type TimedRun = z.infer<typeof timedRunSchema>

/** Over the runs after the first; totals, in milliseconds. */
export const runSummarySchema = z.object({
  engine: engineNameSchema,
  firstRunMs: z.number().nullable(),
  medianMs: z.number().nullable(),
  minMs: z.number().nullable(),
  maxMs: z.number().nullable(),
  /** Standard deviation over mean; 0.05 is 5 %. */
  coefficientOfVariation: z.number().nullable(),
})

/** What an engine says that it did, from a run of its own that is not timed. */
export const workDoneSchema = z.object({
  engine: engineNameSchema,
  rowsScanned: z.number().nullable(),
  /** Source: shared blocks hit and read x block size. Replica: an estimate, labelled so. */
  bytesTouched: z.number().nullable(),
  bytesAreEstimate: z.boolean(),
  columnsRead: z.number().int().nullable(),
  /** The plan as the engine prints it. */
  plan: z.string(),
})

export const comparisonSchema = z.object({
  state: z.enum(['waiting-for-replica', 'running', 'done', 'failed', 'cancelled']),
  runsWanted: z.number().int(),
  runs: z.array(timedRunSchema),
  summaries: z.array(runSummarySchema),
  /** Source median over replica median; null until both have two runs, or not comparable. */
  ratio: z.number().nullable(),
  /** True where the difference is larger than the spread of the runs. */
  differenceIsReal: z.boolean().nullable(),
  /** `null` until both answered. `unordered`: compared as bags, because the order is not total. */
  answer: z
    .object({
      same: z.boolean(),
      sourceRows: z.number().int(),
      replicaRows: z.number().int(),
      comparedAs: z.enum(['ordered', 'unordered']),
      /** One sentence where they differ: which column or how many rows, never a value. */
      difference: z.string().nullable(),
    })
    .nullable(),
  /** Both sides hold the same data, or how far the replica was behind. */
  comparable: z
    .object({ sameData: z.boolean(), sourceLsn: lsnTextSchema, replicaLsn: lsnTextSchema, behindBytes: z.number() })
    .nullable(),
  workDone: z.array(workDoneSchema),
  /** `schema.table.column` of the tables that the statement names, where the replica holds masked values only. */
  maskedColumns: z.array(z.string()).optional(),
  /** Settings set equal, differences told, hardware: short lines. */
  conditions: z.array(z.string()),
  fault: faultSchema.nullable(),
  /** Which engine the fault came from. */
  faultEngine: engineNameSchema.nullable(),
})
export type Comparison = z.infer<typeof comparisonSchema>

export const compareContract = {
  /** The comparison so far, after each run; stop reading to cancel. */
  run: oc
    .input(z.object({ sql: z.string(), runs: z.number().int().min(1).max(50).default(5) }))
    .output(eventIterator(comparisonSchema)),
}
