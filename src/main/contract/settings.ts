import { oc } from '@orpc/contract'
import { z } from 'zod'
import { parameterValuesSchema, sessionSettingsSchema } from './query.ts'
import { engineNameSchema } from './values.ts'

export const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['comfortable', 'compact']).default('comfortable'),
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
})
export type EditorTab = z.infer<typeof editorTabSchema>

export const editorTabsSchema = z.object({
  tabs: z.array(editorTabSchema),
  activeTabId: z.string().nullable(),
})
export type EditorTabs = z.infer<typeof editorTabsSchema>

export const settingsContract = {
  readPreferences: oc.output(preferencesSchema),
  writePreferences: oc.input(preferencesSchema).output(preferencesSchema),
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
