import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { maskedColumnSchema } from './masks.ts'
import { lastVerificationSchema } from './verify.ts'
import { faultSchema, instantSchema, lsnTextSchema } from './values.ts'

/** The states of the stream, see `engine/sync/machine.ts` for the transitions. */
export const syncStateSchema = z.enum([
  'stopped',
  'connecting',
  'preparing',
  'copying',
  'catching-up',
  'following',
  'retrying',
  'paused',
  'stopping',
  'failed',
])
export type SyncState = z.infer<typeof syncStateSchema>

export const tableStateSchema = z.enum(['init', 'copying', 'catching-up', 'ready', 'errored', 'excluded'])
export type TableState = z.infer<typeof tableStateSchema>

export const liveTableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  state: tableStateSchema,
  /** Why it is `errored`, or what to know of it; one sentence. */
  reason: z.string().nullable(),
  /** The source has no such table any more: what is copied of it can be kept or removed, not copied again. */
  isGone: z.boolean(),
  /** Rows in the replica, by its own count. */
  rows: z.number(),
  /** While copying: what has come and what is expected. */
  copy: z
    .object({ rows: z.number(), bytes: z.number(), estimatedRows: z.number().nullable(), startedAt: instantSchema })
    .nullable(),
  inserts: z.number(),
  updates: z.number(),
  deletes: z.number(),
  truncates: z.number(),
  changesPerSecond: z.number(),
  lastChangeAt: instantSchema.nullable(),
  /** What the last verification said of it; null where there was none. */
  verified: lastVerificationSchema.nullable(),
  /** Columns that are kept as their Postgres text. */
  textColumns: z.array(z.object({ name: z.string(), sourceType: z.string(), note: z.string().optional() })),
  /** Columns of which only masked values are copied; left out where there are none. */
  maskedColumns: z.array(maskedColumnSchema).optional(),
})
export type LiveTable = z.infer<typeof liveTableSchema>

export const lagSchema = z.object({
  /**
   * `idle`: everything that the source has committed is here and nothing comes;
   * `following`: changes come and are applied as they come;
   * `behind`: the source has more than we have applied, and it is more than a moment's worth;
   * `unknown`: the source cannot be asked.
   */
  situation: z.enum(['idle', 'following', 'behind', 'unknown']),
  /** Seconds by the source's clock by which the replica's content is old; null when unknown. */
  freshnessSeconds: z.number().nullable(),
  /** Bytes of log that the source has and we have not received. */
  receivedLagBytes: z.number().nullable(),
  /** Bytes received and not yet durable in the file. */
  flushLagBytes: z.number().nullable(),
  /** Source's log position minus the file's checkpoint, in bytes. */
  endToEndLagBytes: z.number().nullable(),
  /** Commit on the source to visible in the replica over the window, in milliseconds. */
  commitToVisible: z.object({
    windowSeconds: z.number(),
    transactions: z.number(),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
  }),
  changesPerSecond: z.number(),
  transactionsPerSecond: z.number(),
  bytesPerSecond: z.number(),
  sourceLsn: lsnTextSchema.nullable(),
  receivedLsn: lsnTextSchema.nullable(),
  checkpointLsn: lsnTextSchema.nullable(),
  /** Commit time of the last source transaction in the file, by the source's clock. */
  lastCommitAt: instantSchema.nullable(),
  /** Source's clock minus ours, in milliseconds, as last measured. */
  clockOffsetMs: z.number().nullable(),
})
export type Lag = z.infer<typeof lagSchema>

export const slotHealthSchema = z.object({
  name: z.string(),
  health: z.enum(['ok', 'unreserved', 'lost', 'missing', 'unknown']),
  active: z.boolean(),
  /** Bytes of log that the source keeps for our slot. */
  retainedBytes: z.number().nullable(),
  /** `max_slot_wal_keep_size` in bytes; null where the source sets no limit. */
  budgetBytes: z.number().nullable(),
})
export type SlotHealth = z.infer<typeof slotHealthSchema>

export const liveEventSchema = z.object({
  id: z.number().int(),
  at: instantSchema,
  severity: z.enum(['info', 'warning', 'error']),
  /** One sentence. */
  text: z.string(),
})
export type LiveEvent = z.infer<typeof liveEventSchema>

/** A change of a table's shape on the source, and what became of it here. */
export const liveSchemaChangeSchema = z.object({
  at: instantSchema,
  /** The source transaction's commit; where it was found in the catalog, how far the replica was when it was noted. */
  lsn: lsnTextSchema.nullable(),
  schema: z.string(),
  name: z.string(),
  /** In words, like `add column discount numeric(12,2) default 0`. */
  change: z.string(),
  outcome: z.enum(['applied', 'copied again', 'parked']),
})
export type LiveSchemaChange = z.infer<typeof liveSchemaChangeSchema>

/** One point of the lag chart; a point a second. */
export const lagPointSchema = z.object({
  /** Milliseconds since the epoch, our clock. */
  atMs: z.number(),
  freshnessSeconds: z.number().nullable(),
  lagBytes: z.number().nullable(),
  changesPerSecond: z.number(),
})
export type LagPoint = z.infer<typeof lagPointSchema>

export const liveSnapshotSchema = z.object({
  workspaceId: z.string().nullable(),
  state: syncStateSchema,
  /** Why it is `retrying` or `failed`. */
  fault: faultSchema.nullable(),
  /** When `retrying`: the instant of the next attempt. */
  nextAttemptAt: instantSchema.nullable(),
  attempt: z.number().int(),
  /** One sentence of what is being done just now, e.g. what slot creation waits for. */
  activity: z.string().nullable(),
  lag: lagSchema,
  slot: slotHealthSchema.nullable(),
  tables: z.array(liveTableSchema),
  /** Newest first, at most 100. */
  events: z.array(liveEventSchema),
  /** Newest first, at most 100. */
  schemaChanges: z.array(liveSchemaChangeSchema),
  fileBytes: z.number().nullable(),
  demo: z.object({ running: z.boolean(), transactionsPerSecond: z.number() }).nullable(),
})
export type LiveSnapshot = z.infer<typeof liveSnapshotSchema>

export const liveContract = {
  /** The whole picture at once and then a few times a second, for as long as it is read. */
  watch: oc.output(eventIterator(liveSnapshotSchema)),
  /** The last 15 minutes, oldest first. */
  history: oc.output(z.array(lagPointSchema)),
}

export const demoContract = {
  /** Source transactions a second that the demo's traffic aims at; 0 is silence. */
  setRate: oc
    .input(z.object({ transactionsPerSecond: z.number().min(0).max(2000) }))
    .output(z.object({ transactionsPerSecond: z.number() })),
}
