import { z } from 'zod'

// What main and the engine process say to each other. Everything between window and engine goes
// through the port of `link`, past the main process.

export const toEngineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    dataFolder: z.string(),
    version: z.string(),
    /** What safeStorage promises: see secrets.ts. */
    secretsLast: z.boolean(),
    secretsNote: z.string().nullable(),
  }),
  /** Comes with one MessagePort. */
  z.object({ kind: z.literal('link') }),
  z.object({ kind: z.literal('secret'), id: z.number().int(), secret: z.string().nullable(), failed: z.boolean() }),
  /** Null where the person closed the dialog. */
  z.object({ kind: z.literal('chosenFile'), id: z.number().int(), path: z.string().nullable() }),
  z.object({ kind: z.literal('close') }),
])
export type ToEngine = z.infer<typeof toEngineSchema>

export const toMainSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('secret'),
    id: z.number().int(),
    action: z.enum(['get', 'set', 'delete']),
    name: z.string().min(1).max(200),
    secret: z.string().optional(),
  }),
  /** Asks for the system's dialog to save a file. */
  z.object({ kind: z.literal('chooseFile'), id: z.number().int(), path: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal('closed') }),
])
export type ToMain = z.infer<typeof toMainSchema>
