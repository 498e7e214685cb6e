import { oc } from '@orpc/contract'
import { z } from 'zod'
import { maskRuleSchema } from './masks.ts'
import { rangeTotalsSchema, resultRangeSchema } from './resultRange.ts'
import { resultViewSchema, wholeResult } from './resultView.ts'
import { cellSchema, engineNameSchema, faultSchema, resultColumnSchema } from './values.ts'

/** Time by its place; all in milliseconds, null where not reached. */
export const queryTimingsSchema = z.object({
  /** Until the engine had its first row (planning and execution up to it). */
  firstRowMs: z.number().nullable(),
  /** Until the engine had its last row. */
  lastRowMs: z.number().nullable(),
  /** Reading rows out of the engine, over the network where there is one. */
  transferMs: z.number().nullable(),
})
export type QueryTimings = z.infer<typeof queryTimingsSchema>

export const resultProgressSchema = z.object({
  /** Rows that can be read now. */
  rowsReady: z.number().int(),
  /** True once the last row is there; `rowsReady` is then the result's row count. */
  complete: z.boolean(),
  /** Set where the result was cut at the row limit of source queries. */
  cutAtRows: z.number().int().nullable(),
  /** Set where the query failed after its first rows. */
  fault: faultSchema.nullable(),
  timings: queryTimingsSchema,
})
export type ResultProgress = z.infer<typeof resultProgressSchema>

export const resultPageSchema = z.object({
  offset: z.number().int(),
  rows: z.array(z.array(cellSchema)),
  /** Cells longer than 4,096 characters, cut there: [row within the page, column]. */
  cutCells: z.array(z.tuple([z.number().int(), z.number().int()])),
  progress: resultProgressSchema,
})
export type ResultPage = z.infer<typeof resultPageSchema>

const queryId = z.string().min(1).max(64)

/** Values by the parameter's name: `customer` of `:customer`, `1` of `$1`. Text as a person writes it; null is SQL NULL. */
export const parameterValuesSchema = z.record(z.string(), z.string().nullable())
export type ParameterValues = z.infer<typeof parameterValuesSchema>

/** The session that a statement runs in, as far as a person sets it. Null: as the engine has it. */
export const sessionSettingsSchema = z.object({
  /** The statement is ended after this. Null: 60 s on the source, no limit on the replica. */
  timeoutSeconds: z.number().int().min(1).max(3600).nullable(),
  /** Where names without a schema are looked for first. Null: `public`, or the source role's own path. */
  schema: z.string().min(1).max(128).nullable(),
  /** The IANA zone in which instants are read and written. Null: UTC. */
  timeZone: z.string().min(1).max(64).nullable(),
})
export type SessionSettings = z.infer<typeof sessionSettingsSchema>
export const ordinarySession: SessionSettings = { timeoutSeconds: null, schema: null, timeZone: null }

const statementToRun = z.object({
  /** Chosen by the caller, so that it can cancel before the answer. */
  queryId,
  engine: engineNameSchema,
  sql: z.string(),
  parameters: parameterValuesSchema.optional(),
  session: sessionSettingsSchema.optional(),
})
export type StatementToRun = z.infer<typeof statementToRun>

export const shownPlanSchema = z.object({
  /** JSON, as the engine prints it. */
  plan: z.string(),
  /** True where the statement was run for it. */
  analyzed: z.boolean(),
  elapsedMs: z.number(),
})
export type ShownPlan = z.infer<typeof shownPlanSchema>

export const queryContract = {
  /** Runs one statement, read-only. Answers with the first page as soon as the engine has it. */
  start: oc
    .input(
      statementToRun.extend({
        /** What is searched, filtered and sorted by the engine, around the statement. */
        view: resultViewSchema.default(wholeResult),
        pageRows: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(
      z.object({
        columns: z.array(resultColumnSchema),
        /** False where the engine does not take the statement as a table (EXPLAIN, SHOW): it has no other view. */
        isTable: z.boolean(),
        page: resultPageSchema,
      }),
    ),
  /** The names of a statement's parameters, each once, in order: `:customer` is `customer`, `$1` is `1`. */
  parameters: oc.input(z.object({ sql: z.string() })).output(z.object({ names: z.array(z.string()) })),
  /** The engine's plan of one statement; with `analyze` it runs the statement, read-only, and measures it. */
  explain: oc.input(statementToRun.extend({ analyze: z.boolean() })).output(shownPlanSchema),
  /** Any page, in any order; waits (bounded) for rows that the engine has not produced yet. */
  page: oc
    .input(z.object({ queryId, offset: z.number().int().min(0), limit: z.number().int().min(1).max(1000) }))
    .output(resultPageSchema),
  progress: oc.input(z.object({ queryId })).output(resultProgressSchema),
  /** One cell, whole. */
  cell: oc
    .input(z.object({ queryId, row: z.number().int().min(0), column: z.number().int().min(0) }))
    .output(z.object({ cell: cellSchema })),
  /** What a range of the rows so far comes to; null before there are rows. */
  totals: oc.input(z.object({ queryId, range: resultRangeSchema })).output(rangeTotalsSchema.nullable()),
  /** Stops the work on the server too. Rows already read stay readable. */
  cancel: oc.input(z.object({ queryId })).output(z.object({ cancelled: z.boolean() })),
  /** Forgets the result and frees its space. */
  close: oc.input(z.object({ queryId })).output(z.object({ closed: z.boolean() })),
}

export const catalogColumnSchema = z.object({
  name: z.string(),
  type: z.string(),
  /** The source's type, for a replica column. */
  sourceType: z.string().nullable(),
  key: z.boolean(),
  /** A sentence or two where the column is masked, kept as text, or was renamed. */
  note: z.string().nullable(),
  /** What its values in the replica are masked by; left out where they are not. */
  mask: maskRuleSchema.optional(),
})
export const catalogTableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'view', 'partitioned']),
  rows: z.number().nullable(),
  /** False for tables that the source has and the replica does not copy. */
  replicated: z.boolean(),
  columns: z.array(catalogColumnSchema),
})
export type CatalogTable = z.infer<typeof catalogTableSchema>

export const catalogContract = {
  /** Schemas, tables and columns of one engine, for the tree and for completion. */
  tables: oc.input(z.object({ engine: engineNameSchema })).output(z.array(catalogTableSchema)),
  /** Function names of one engine, for completion. */
  functions: oc.input(z.object({ engine: engineNameSchema })).output(z.array(z.string())),
}
