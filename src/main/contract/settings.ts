import { oc } from '@orpc/contract'
import { z } from 'zod'
import { parameterValuesSchema, sessionSettingsSchema } from './query.ts'
import { chartSettingsSchema } from './chart.ts'
import { engineNameSchema } from './values.ts'
import { verifyShareSchema } from './verify.ts'

/** A beginning of a statement that a person has made: its letters bring it up, `${1:table}` and `$0` are places to fill in. */
export const snippetSchema = z.object({
  prefix: z.string().regex(/^[A-Za-z_]\w{0,19}$/),
  words: z.string().max(80),
  body: z.string().min(1).max(10_000),
})
export type Snippet = z.infer<typeof snippetSchema>

export const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['comfortable', 'compact']).default('comfortable'),
  /** More than the usual contrast; `system` asks the system. */
  contrast: z.enum(['system', 'usual', 'high']).default('system'),
  /** Of everything in the window. */
  zoomPercent: z.number().int().min(70).max(200).default(100),
  /** Shortcuts that a person has set, by the command's id; an empty list takes its keys away. */
  keys: z.record(z.string(), z.array(z.string().max(40)).max(4)).default({}),
  /**
   * The IANA zone in which instants are written, in results where a tab has none of its own; null is UTC in results and
   * the machine's zone in the rest of the window.
   */
  timeZone: z.string().max(64).nullable().default(null),
  /** How the whole part of a number is grouped where it is shown; copies and exports are never grouped. */
  digitGrouping: z.enum(['space', 'comma', 'none']).default('space'),
  /** Of the time, how much a verification spends reading the source. */
  verifyShare: verifyShareSchema.default(0.5),
  /** The person's own snippets, beside those that come with the app. */
  snippets: z.array(snippetSchema).max(200).default([]),
  /** The folder of the saved queries; null is the app's own. */
  savedQueriesFolder: z.string().nullable().default(null),
})
export type Preferences = z.infer<typeof preferencesSchema>

export const editorTabSchema = z.object({
  id: z.string(),
  title: z.string(),
  sql: z.string(),
  engine: engineNameSchema,
  /** The values that its parameters had last. */
  parameters: parameterValuesSchema.optional(),
  session: sessionSettingsSchema.optional(),
  /** Where its text is a saved query: the file, and what the file held when they were last equal. */
  saved: z.object({ path: z.string(), version: z.string(), sql: z.string() }).optional(),
  /** How its result is drawn, where the person has chosen it. */
  chart: chartSettingsSchema.optional(),
})
export type EditorTab = z.infer<typeof editorTabSchema>

export const editorTabsSchema = z.object({
  tabs: z.array(editorTabSchema),
  activeTabId: z.string().nullable(),
})
export type EditorTabs = z.infer<typeof editorTabsSchema>

export const columnFormatSchema = z.enum(['own', 'grouped', 'plain', 'local'])
/** How a person wants a column shown; `own` is what its values call for. */
export type ColumnFormat = z.infer<typeof columnFormatSchema>

/** How the columns of a result lie in the grid, from the left. */
export const gridLayoutSchema = z.object({
  columns: z.array(
    z.object({
      /** Its place in the result. */
      at: z.number().int().min(0),
      widthPixels: z.number().int().min(1).max(10_000),
      isHidden: z.boolean(),
      /** Stays at the left edge while the others scroll. */
      isPinned: z.boolean(),
      format: columnFormatSchema,
    }),
  ),
})
export type GridLayout = z.infer<typeof gridLayoutSchema>

/** By what a result is known again, the one that was changed last at the end. */
export const gridLayoutsSchema = z.record(z.string(), gridLayoutSchema)
export type GridLayouts = z.infer<typeof gridLayoutsSchema>

export const settingsContract = {
  readPreferences: oc.output(preferencesSchema),
  writePreferences: oc.input(preferencesSchema).output(preferencesSchema),
  /** The layouts of results that a person has arranged in the open workspace. */
  readLayouts: oc.output(gridLayoutsSchema),
  /** Null forgets it. The oldest go beyond a thousand. */
  writeLayout: oc
    .input(z.object({ key: z.string().min(1).max(8_000), layout: gridLayoutSchema.nullable() }))
    .output(z.object({ written: z.boolean() })),
  /** The tabs of the open workspace; written on every pause in typing, so a crash loses nothing. */
  readTabs: oc.output(editorTabsSchema),
  writeTabs: oc.input(editorTabsSchema).output(z.object({ written: z.boolean() })),
}

export const appInfoSchema = z.object({
  version: z.string(),
  host: z.enum(['electron', 'browser']),
  duckdbVersion: z.string(),
  dataFolder: z.string(),
  /** False where passwords last for this run only; `reason` says why. */
  keepsSecrets: z.boolean(),
  secretsNote: z.string().nullable(),
})

export const appContract = {
  info: oc.output(appInfoSchema),
}
