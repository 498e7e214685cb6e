import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { resultRangeSchema } from './resultRange.ts'

export const textFormatSchema = z.enum(['csv', 'tsv', 'json', 'ndjson', 'markdown', 'sql'])
export type TextFormat = z.infer<typeof textFormatSchema>

export const exportFormatSchema = z.enum([...textFormatSchema.options, 'parquet', 'xlsx'])
export type ExportFormat = z.infer<typeof exportFormatSchema>

const formatted = {
  /** The names of the columns, where the format can do without. */
  headers: z.boolean(),
  /** For SQL: the table that INSERT names, as it is to be written. */
  tableName: z.string().min(1).max(500).default('result'),
}

export const exportProgressSchema = z.object({
  state: z.enum(['reading', 'writing', 'done']),
  rows: z.number().int(),
  /** Null while the engine still reads. */
  totalRows: z.number().int().nullable(),
  bytes: z.number().int(),
  elapsedMs: z.number(),
  /** What the format could not keep, a sentence each. */
  notes: z.array(z.string()),
  /** With `done` of a download: where the host hands the file over, once. */
  downloadId: z.string().nullable(),
})
export type ExportProgress = z.infer<typeof exportProgressSchema>

const fileName = z.string().min(1).max(200)

export const exportTargetSchema = z.discriminatedUnion('kind', [
  /** A file of this machine; `~` is the home folder. */
  z.object({ kind: z.literal('file'), path: z.string().min(1).max(4096), overwrite: z.boolean() }),
  /** Kept by the engine until a browser has fetched it. */
  z.object({ kind: z.literal('download'), fileName }),
])
export type ExportTarget = z.infer<typeof exportTargetSchema>

/** Where the browser host serves downloads; one's id follows. */
export const DOWNLOADS_PATH = '/downloads/'

const queryId = z.string().min(1).max(64)

export const exportContract = {
  /** The folder that a file goes to unless another one is named. */
  folder: oc.output(z.object({ folder: z.string() })),
  /** Asks by the system's own dialog, which also asks before a file is replaced; null where the person chose none, or the host has no dialog. */
  chooseFile: oc.input(z.object({ path: z.string().min(1).max(4096) })).output(z.object({ path: z.string().nullable() })),
  /**
   * Writes every row of an open result to a file, and tells how far it is. A result of
   * the source that was cut is asked for again, whole. Ending the iteration cancels; then, and after a
   * failure, there is no file. Fails with FILE_EXISTS unless `overwrite`.
   */
  run: oc
    .input(
      z.object({
        queryId,
        format: exportFormatSchema,
        target: exportTargetSchema,
        columns: resultRangeSchema.shape.columns,
        ...formatted,
      }),
    )
    .output(eventIterator(exportProgressSchema)),
  /** A range as text, for the clipboard: at most so much that the window bears it; `rows` says how far it went. */
  text: oc
    .input(z.object({ queryId, format: textFormatSchema, range: resultRangeSchema, ...formatted }))
    .output(z.object({ text: z.string(), rows: z.number().int(), isCut: z.boolean() })),
}
