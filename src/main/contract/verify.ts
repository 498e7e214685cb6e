import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { faultSchema, instantSchema, lsnTextSchema, tableNameSchema } from './values.ts'

/**
 * `full`: every row of both sides; `cheap`: counts and aggregates by ranges of the key, and every row of the ranges
 * that differ, so that a change which leaves all aggregates as they were goes unseen.
 */
export const verifyModeSchema = z.enum(['full', 'cheap'])
export type VerifyMode = z.infer<typeof verifyModeSchema>

/** Above 0, so that a run ends; 1 is without rest. */
export const verifyShareSchema = z.number().min(0.01).max(1)

export const tableOutcomeSchema = z.enum(['waiting', 'running', 'same', 'repaired', 'differs', 'not-verified'])
/** `repaired`: every difference that was found was mended, and looked at again. */
export type TableOutcome = z.infer<typeof tableOutcomeSchema>

export const rowDifferenceSchema = z.object({
  /** `missing` in the replica; `extra` there, more often than on the source or not there at all; `altered`. */
  kind: z.enum(['missing', 'extra', 'altered']),
  /** The key's values as Postgres's text, in the order of `keyColumns`; empty where the table has no key. */
  key: z.array(z.string()),
  /** Where altered: the names of the columns that differ. */
  columns: z.array(z.string()),
  /** How many rows: more than one where equal rows of a table without a key differ in number. */
  rows: z.number().int(),
  repaired: z.boolean(),
})
export type RowDifference = z.infer<typeof rowDifferenceSchema>

export const verifiedTableSchema = tableNameSchema.extend({
  outcome: tableOutcomeSchema,
  /** Why it is `not-verified`, or what to know of its outcome; one sentence. */
  reason: z.string().nullable(),
  /** What the source had committed by then was compared. */
  lsn: lsnTextSchema.nullable(),
  /** Rows of the source that were compared one by one or in aggregates. */
  rowsCompared: z.number().int(),
  rowsMissing: z.number().int(),
  rowsExtra: z.number().int(),
  rowsAltered: z.number().int(),
  rowsRepaired: z.number().int(),
  /** Rows that changed at every look, or of a table without a key that did: nothing can be said of them. */
  rowsUnsettled: z.number().int(),
  keyColumns: z.array(z.string()),
  /** At most 100; the numbers above count all. */
  differences: z.array(rowDifferenceSchema),
})
export type VerifiedTable = z.infer<typeof verifiedTableSchema>

export const verificationSchema = z.object({
  runId: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  mode: verifyModeSchema,
  repair: z.boolean(),
  startedAt: instantSchema,
  finishedAt: instantSchema.nullable(),
  tables: z.array(verifiedTableSchema),
  /** Rows compared so far, and those expected in all by the replica's count. */
  rows: z.number(),
  expectedRows: z.number(),
  /** At the pace so far; null until there is one. */
  remainingMs: z.number().nullable(),
  /** What is done just now, in one sentence. */
  activity: z.string().nullable(),
  fault: faultSchema.nullable(),
})
export type Verification = z.infer<typeof verificationSchema>

/** What the last run said of one table. */
export const lastVerificationSchema = z.object({
  at: instantSchema,
  mode: verifyModeSchema,
  outcome: tableOutcomeSchema,
  reason: z.string().nullable(),
  rowsCompared: z.number(),
  /** Missing, extra and altered together, before any repair. */
  rowsDiffering: z.number(),
  rowsRepaired: z.number(),
})
export type LastVerification = z.infer<typeof lastVerificationSchema>

export const verifyContract = {
  /** The verification so far, a few times a second; stop reading to cancel. Throws VERIFY_RUNNING. */
  run: oc
    .input(
      z.object({
        /** Default: every table that the file follows. */
        tables: z.array(tableNameSchema).optional(),
        mode: verifyModeSchema.default('full'),
        repair: z.boolean().default(false),
        /** Of the time, how much is spent reading the source; the rest is rest. */
        share: verifyShareSchema.optional(),
      }),
    )
    .output(eventIterator(verificationSchema)),
}
