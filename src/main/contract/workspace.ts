import { oc } from '@orpc/contract'
import { z } from 'zod'
import { maskChoiceSchema } from './masks.ts'
import { preflightReportSchema, sourceAddressSchema } from './source.ts'
import { instantSchema, tableNameSchema } from './values.ts'

/** A workspace is one replica file and the source that it follows. */
export const workspaceSchema = z.object({
  id: z.string(),
  name: z.string(),
  filePath: z.string(),
  /** The source without its password. */
  source: sourceAddressSchema.omit({ password: true }),
  isDemo: z.boolean(),
  /** Marked by the user; the window hatches its edge. */
  isProduction: z.boolean(),
  lastOpenedAt: instantSchema.nullable(),
})
export type Workspace = z.infer<typeof workspaceSchema>

export const workspaceContract = {
  list: oc.output(z.array(workspaceSchema)),
  /** The open one, or null. */
  current: oc.output(workspaceSchema.nullable()),
  /** Makes publication and slot, copies the tables, follows. Answers once the slot is asked for. */
  start: oc
    .input(
      z.object({
        name: z.string().min(1),
        address: sourceAddressSchema,
        tables: z.array(tableNameSchema).min(1),
        /** Columns of which no value is copied as it is. */
        masks: z.array(maskChoiceSchema).optional(),
        isProduction: z.boolean().default(false),
        /** Default: a file named for the workspace in the app's data folder. */
        filePath: z.string().optional(),
        /** Keep the password in the system's keychain. */
        keepPassword: z.boolean().default(true),
      }),
    )
    .output(workspaceSchema),
  /** Opens an earlier one and follows on; `PASSWORD_NEEDED` where none is kept. */
  open: oc.input(z.object({ id: z.string(), password: z.string().optional() })).output(workspaceSchema),
  /** Starts the embedded Postgres with its shop and traffic if need be, and opens its workspace. */
  openDemo: oc.output(workspaceSchema),
  /** Stops following and closes the file; slot and publication stay for the next time. */
  close: oc.output(z.object({ closed: z.boolean() })),
  /** Drops slot and publication on the source, and deletes the file if asked to. */
  remove: oc
    .input(z.object({ id: z.string(), deleteFile: z.boolean() }))
    .output(z.object({ droppedSlot: z.boolean(), droppedPublications: z.array(z.string()) })),
  /** Stops the stream (the source keeps its log for us) and goes on with it. */
  pause: oc.output(z.object({ paused: z.boolean() })),
  resume: oc.output(z.object({ paused: z.boolean() })),
  /** Copies one table again from a new snapshot, while the others go on. */
  resyncTable: oc.input(tableNameSchema).output(z.object({ started: z.boolean() })),
  /** Masks columns otherwise than now; their tables are copied again, while the others go on. */
  maskColumns: oc.input(z.object({ columns: z.array(maskChoiceSchema).min(1) })).output(z.object({ started: z.boolean() })),
  /** The open workspace's source as preflight sees it: what could be followed, and what stands against it. */
  checkSource: oc.output(preflightReportSchema),
  /** Follows more tables of the source: they are copied while the others go on. Those that are followed already stay. */
  addTables: oc.input(z.object({ tables: z.array(tableNameSchema).min(1) })).output(z.object({ added: z.number().int() })),
  /** Stops following a table: takes it out of the publication, and drops its copy from the file. */
  removeTable: oc.input(tableNameSchema).output(z.object({ removed: z.boolean() })),
  /**
   * Drops slot and publications where they are there, makes them anew, and copies every table into the same file:
   * the way out of SLOT_MISSING, SLOT_LOST, SLOT_AHEAD and SOURCE_RESTORED.
   */
  copyEverythingAgain: oc.output(z.object({ started: z.boolean() })),
}
