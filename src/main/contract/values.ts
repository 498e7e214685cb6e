import { z } from 'zod'
import { faultCodes } from './errors.ts'

/** One cell as the engine's exact text; null is SQL NULL, '' is the empty string. */
export const cellSchema = z.string().nullable()
export type Cell = z.infer<typeof cellSchema>

/** A log position as Postgres prints it, `16/B374D848`. */
export const lsnTextSchema = z.string().regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i)

/** An instant as ISO 8601 in UTC with its `Z`. */
export const instantSchema = z.string()

export const engineNameSchema = z.enum(['source', 'replica'])
/** `source` is Postgres, rows, blue; `replica` is DuckDB, columns, gold. */
export type EngineName = z.infer<typeof engineNameSchema>

export const tableNameSchema = z.object({ schema: z.string().min(1), name: z.string().min(1) })
export type TableName = z.infer<typeof tableNameSchema>

export const faultSchema = z.object({
  code: z.enum(faultCodes),
  message: z.string(),
  advice: z.string(),
  place: z.object({ offset: z.number().int(), length: z.number().int().optional() }).optional(),
  detail: z.string().optional(),
})

/** How the window draws a value; the exact type name stands beside it. */
export const valueKindSchema = z.enum(['number', 'text', 'boolean', 'instant', 'json', 'binary', 'list', 'other'])
export type ValueKind = z.infer<typeof valueKindSchema>

export const resultColumnSchema = z.object({
  name: z.string(),
  /** The type as its engine names it: `DECIMAL(12,2)`, `timestamp with time zone`. */
  type: z.string(),
  kind: valueKindSchema,
})
export type ResultColumn = z.infer<typeof resultColumnSchema>
