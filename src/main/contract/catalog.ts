import { oc } from '@orpc/contract'
import { z } from 'zod'
import { maskRuleSchema } from './masks.ts'
import { replicaIdentitySchema } from './source.ts'
import { faultSchema, instantSchema, tableNameSchema } from './values.ts'

/** A foreign key of the source; `columns[i]` points to `references.columns[i]`. */
export const foreignKeySchema = z.object({
  name: z.string(),
  schema: z.string(),
  table: z.string(),
  columns: z.array(z.string()),
  references: z.object({ schema: z.string(), table: z.string(), columns: z.array(z.string()) }),
})
export type ForeignKey = z.infer<typeof foreignKeySchema>

export const tableIndexSchema = z.object({
  name: z.string(),
  /** As `pg_get_indexdef` prints it. */
  definition: z.string(),
  bytes: z.number(),
  isPrimary: z.boolean(),
  isUnique: z.boolean(),
  /** False while it is being built concurrently, or where that failed. */
  isValid: z.boolean(),
  /** Scans since the server's statistics were last reset. */
  scans: z.number(),
})

export const tableConstraintSchema = z.object({
  name: z.string(),
  kind: z.enum(['primary key', 'unique', 'check', 'exclusion']),
  /** As `pg_get_constraintdef` prints it. */
  definition: z.string(),
})

export const tablePageColumnSchema = z.object({
  name: z.string(),
  /** Where the replica calls it otherwise. */
  replicaName: z.string().nullable(),
  /** Null for what only the replica or the scratch file has. */
  sourceType: z.string().nullable(),
  /** Null where the column is not copied. */
  replicaType: z.string().nullable(),
  /** True where the replica keeps it as its Postgres text. */
  isText: z.boolean(),
  note: z.string().nullable(),
  nullable: z.boolean(),
  defaultExpression: z.string().nullable(),
  isKey: z.boolean(),
  comment: z.string().nullable(),
  /** What its values in the replica are masked by; left out where they are not. */
  mask: maskRuleSchema.optional(),
  /** The replica follows the column, so that it can be masked otherwise; left out where it does not. */
  isFollowed: z.boolean().optional(),
})
export type TablePageColumn = z.infer<typeof tablePageColumnSchema>

export const tablePageSchema = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'view', 'partitioned']),
  comment: z.string().nullable(),
  columns: z.array(tablePageColumnSchema),
  /** Null where the source has no such table, or could not be asked (`sourceFault`). */
  source: z
    .object({
      /** The planner's estimate; null where the table was never analyzed. */
      estimatedRows: z.number().nullable(),
      heapBytes: z.number(),
      indexBytes: z.number(),
      /** Values kept out of line. */
      toastBytes: z.number(),
      analyzedAt: instantSchema.nullable(),
      replicaIdentity: replicaIdentitySchema,
      constraints: z.array(tableConstraintSchema),
      indexes: z.array(tableIndexSchema),
      foreignKeys: z.array(foreignKeySchema),
      referencedBy: z.array(foreignKeySchema),
    })
    .nullable(),
  sourceFault: faultSchema.nullable(),
  /** Null where the replica has no such table. */
  replica: z
    .object({
      /** Null for a view. */
      rows: z.number().nullable(),
      /**
       * Blocks of the file that hold it, as of the last checkpoint: an upper bound, since blocks are shared. Null
       * where none is written yet, and for a view.
       */
      bytes: z.number().nullable(),
      copiedAt: instantSchema.nullable(),
      /** The SQL of a view. */
      definition: z.string().nullable(),
    })
    .nullable(),
})
export type TablePage = z.infer<typeof tablePageSchema>

export const tablePageContract = {
  /** Everything that is known of one table on both sides. Throws TABLE_MISSING where neither has it. */
  table: oc.input(tableNameSchema).output(tablePageSchema),
  /** Every foreign key of the source's user tables, for following and for the schema picture. */
  foreignKeys: oc.output(z.array(foreignKeySchema)),
}
