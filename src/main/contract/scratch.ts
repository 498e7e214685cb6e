import { oc } from '@orpc/contract'
import { z } from 'zod'

/** The catalog in which a user's own tables and views lie, beside the replica and never in it. */
export const SCRATCH = 'scratch'

/** A table there that is never written: to delete nothing from it makes a transaction one that writes to scratch. */
export const SCRATCH_MARK = `${SCRATCH}.millrace.mark`

/** Bytes of one piece of an upload, at most. */
export const UPLOAD_PIECE_BYTES = 256 * 1024

const name = z.string().min(1).max(200)
const uploadId = z.string().min(1).max(64)

export const scratchTableSchema = z.object({ name: z.string(), rows: z.number() })
export type ScratchTable = z.infer<typeof scratchTableSchema>

export const scratchContract = {
  /** Makes a table of a CSV, TSV, JSON or Parquet file on the engine's machine. Throws SCRATCH_*. */
  importPath: oc.input(z.object({ path: z.string().min(1), table: name })).output(scratchTableSchema),
  /** A file that the window holds comes in pieces, one after the other: the answer to each asks for the next. */
  beginUpload: oc.input(z.object({ uploadId, fileName: z.string() })).output(z.object({ begun: z.boolean() })),
  /** `bytes` is base64. Throws SCRATCH_UPLOAD_LOST where a piece is missing before it. */
  uploadPiece: oc
    .input(z.object({ uploadId, offset: z.number().int().min(0), bytes: z.string().max(UPLOAD_PIECE_BYTES * 2) }))
    .output(z.object({ receivedBytes: z.number() })),
  /** Makes a table of what has come, and forgets the pieces. */
  finishUpload: oc.input(z.object({ uploadId, table: name })).output(scratchTableSchema),
  abortUpload: oc.input(z.object({ uploadId })).output(z.object({ aborted: z.boolean() })),
  rename: oc.input(z.object({ name, to: name })).output(z.object({ name: z.string() })),
  /** A table or a view. */
  drop: oc.input(z.object({ name })).output(z.object({ dropped: z.boolean() })),
}
