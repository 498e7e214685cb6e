import { oc } from '@orpc/contract'
import { z } from 'zod'
import { tableNameSchema } from './values.ts'

export const sslModeSchema = z.enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'])
export type SslMode = z.infer<typeof sslModeSchema>

/** Where a Postgres is and how to get in. The password travels only from the form to the engine. */
export const sourceAddressSchema = z.object({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65535),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string().optional(),
  sslmode: sslModeSchema,
  /** Paths of PEM files on the engine's machine. */
  sslrootcert: z.string().optional(),
  sslcert: z.string().optional(),
  sslkey: z.string().optional(),
})
export type SourceAddress = z.infer<typeof sourceAddressSchema>

export const findingSchema = z.object({
  /** Stable name of the check: `server-version`, `wal-level`, `free-slots`, `table-select`… */
  check: z.string(),
  severity: z.enum(['ok', 'note', 'warning', 'blocker']),
  /** One sentence: what was found. */
  found: z.string(),
  /** One sentence: what to do; empty where nothing is to be done. */
  advice: z.string(),
  /** What a DBA would run to mend it. */
  sql: z.string().optional(),
  table: tableNameSchema.optional(),
})
export type Finding = z.infer<typeof findingSchema>

export const replicaIdentitySchema = z.enum(['default', 'nothing', 'full', 'index'])

export const sourceColumnSchema = z.object({
  name: z.string(),
  /** As `format_type` prints it. */
  type: z.string(),
  nullable: z.boolean(),
  key: z.boolean(),
  /** The DuckDB type it becomes. */
  replicaType: z.string(),
  /** False where it is kept as its Postgres text because DuckDB has no exact type for it. */
  exact: z.boolean(),
  note: z.string().optional(),
})

export const sourceTableSchema = z.object({
  oid: z.number().int(),
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'partitioned']),
  /** The planner's estimate; null where the table was never analyzed. */
  estimatedRows: z.number().nullable(),
  totalBytes: z.number(),
  replicaIdentity: replicaIdentitySchema,
  /** The columns that find a row again; empty where there are none. */
  key: z.array(z.string()),
  /** What can be followed: every change, inserts and truncates only, or nothing (see `reason`). */
  follows: z.enum(['every-change', 'inserts-only', 'nothing']),
  /** One sentence where `follows` is not `every-change`, or where something needs a look. */
  reason: z.string().optional(),
  columns: z.array(sourceColumnSchema),
})
export type SourceTable = z.infer<typeof sourceTableSchema>

export const preflightReportSchema = z.object({
  /** True where no finding is a blocker. */
  ready: z.boolean(),
  server: z
    .object({
      version: z.string(),
      majorVersion: z.number().int(),
      systemId: z.string(),
      database: z.string(),
      user: z.string(),
      inRecovery: z.boolean(),
      tls: z.boolean(),
      /** Milliseconds of one round trip. */
      roundTripMs: z.number(),
    })
    .nullable(),
  findings: z.array(findingSchema),
  tables: z.array(sourceTableSchema),
})
export type PreflightReport = z.infer<typeof preflightReportSchema>

export const sourceContract = {
  /** Reads a URL or a libpq keyword string; an empty text takes the libpq environment variables. */
  parse: oc.input(z.object({ text: z.string() })).output(sourceAddressSchema),
  /** Connects and looks, makes nothing. A refused connection is an error; a found obstacle a finding. */
  check: oc.input(z.object({ address: sourceAddressSchema })).output(preflightReportSchema),
}
