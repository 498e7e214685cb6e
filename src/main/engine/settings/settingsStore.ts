import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { MillraceError } from '../../contract/errors.ts'
import { editorTabsSchema, gridLayoutsSchema, preferencesSchema } from '../../contract/settings.ts'
import type { EditorTabs, GridLayout, GridLayouts, Preferences } from '../../contract/settings.ts'
import { workspaceSchema } from '../../contract/workspace.ts'
import type { Workspace } from '../../contract/workspace.ts'
import type { Host } from '../ports.ts'
import { HistoryStore } from './historyStore.ts'
import { JsonFile } from './jsonFile.ts'
import { SavedQueriesFolder } from './savedQueries.ts'

const workspacesFileSchema = z.object({ workspaces: z.array(workspaceSchema) })
type WorkspacesFile = z.infer<typeof workspacesFileSchema>

/** The oldest layouts go beyond this. */
const MOST_LAYOUTS = 1_000

const noTabs: EditorTabs = { tabs: [], activeTabId: null }

/** What a workspace without an id of its own is filed under: queries before the first connection. */
const NO_WORKSPACE = 'none'

/**
 * Preferences, workspaces and editor tabs, as JSON files in the app's data folder; passwords in the
 * host's secret store, under `workspace:<id>`, and never in a file of ours.
 */
export class SettingsStore {
  private readonly host: Host
  private readonly preferences: JsonFile<Preferences>
  private readonly workspaces: JsonFile<WorkspacesFile>
  /** The person's own `.sql` files. */
  readonly savedQueries: SavedQueriesFolder
  private readonly histories = new Map<string, HistoryStore>()
  private readonly tabs = new Map<string, JsonFile<EditorTabs>>()
  private readonly layouts = new Map<string, JsonFile<GridLayouts>>()
  private readonly onUnreadable: (what: string, keptAs: string) => void

  /** `onUnreadable` is told of a file that could not be read and where it was set aside. */
  constructor(host: Host, onUnreadable: (what: string, keptAs: string) => void = () => {}) {
    this.host = host
    this.onUnreadable = onUnreadable
    this.preferences = this.file('preferences.json', preferencesSchema, preferencesSchema.parse({}))
    this.workspaces = this.file('workspaces.json', workspacesFileSchema, { workspaces: [] })
    this.savedQueries = new SavedQueriesFolder({
      defaultFolder: join(host.paths.dataFolder, 'queries'),
      chosenFolder: async () => (await this.readPreferences()).savedQueriesFolder,
      chooseFolder: async (savedQueriesFolder) => {
        await this.preferences.update((preferences) => ({ ...preferences, savedQueriesFolder }))
      },
    })
  }

  readPreferences(): Promise<Preferences> {
    return this.preferences.read()
  }

  /** The folder of saved queries is set by `savedQueries.useFolder`, which looks whether there is one. */
  writePreferences(preferences: Preferences): Promise<Preferences> {
    return this.preferences.update(({ savedQueriesFolder }) => ({ ...preferences, savedQueriesFolder }))
  }

  /** The one that was opened last comes first. */
  async listWorkspaces(): Promise<Workspace[]> {
    const { workspaces } = await this.workspaces.read()
    return workspaces.toSorted((a, b) => (b.lastOpenedAt ?? '').localeCompare(a.lastOpenedAt ?? ''))
  }

  /** Throws WORKSPACE_UNKNOWN. */
  async readWorkspace(id: string): Promise<Workspace> {
    const found = (await this.listWorkspaces()).find((workspace) => workspace.id === id)
    if (found) return found
    throw new MillraceError({
      code: 'WORKSPACE_UNKNOWN',
      message: 'There is no such workspace any more.',
      advice: 'Choose another one, or connect anew.',
    })
  }

  async writeWorkspace(workspace: Workspace): Promise<void> {
    await this.workspaces.update(({ workspaces }) => ({
      workspaces: [...workspaces.filter(({ id }) => id !== workspace.id), workspace],
    }))
  }

  /** Forgets the workspace and its password. Its tabs stay on disk, for a workspace of the same name and file. */
  async removeWorkspace(id: string): Promise<void> {
    await this.workspaces.update(({ workspaces }) => ({
      workspaces: workspaces.filter((workspace) => workspace.id !== id),
    }))
    await this.host.secrets.delete(secretName(id))
  }

  readTabs(workspaceId: string | null): Promise<EditorTabs> {
    return this.tabsFile(workspaceId).read()
  }

  async writeTabs(workspaceId: string | null, tabs: EditorTabs): Promise<void> {
    await this.tabsFile(workspaceId).update(() => tabs)
  }

  readLayouts(workspaceId: string | null): Promise<GridLayouts> {
    return this.layoutsFile(workspaceId).read()
  }

  /** Null forgets it. */
  async writeLayout(workspaceId: string | null, key: string, layout: GridLayout | null): Promise<void> {
    await this.layoutsFile(workspaceId).update(({ [key]: _before, ...others }) => {
      const kept = layout === null ? others : { ...others, [key]: layout }
      return Object.fromEntries(Object.entries(kept).slice(-MOST_LAYOUTS))
    })
  }

  readPassword(workspaceId: string): Promise<string | null> {
    return this.host.secrets.get(secretName(workspaceId))
  }

  writePassword(workspaceId: string, password: string): Promise<void> {
    return this.host.secrets.set(secretName(workspaceId), password)
  }

  deletePassword(workspaceId: string): Promise<void> {
    return this.host.secrets.delete(secretName(workspaceId))
  }

  /** What was run in that workspace. */
  history(workspaceId: string): HistoryStore {
    const known = this.histories.get(workspaceId)
    if (known) return known
    const store = new HistoryStore(join(this.host.paths.dataFolder, 'history', `${fileNameOf(workspaceId)}.jsonl`))
    this.histories.set(workspaceId, store)
    return store
  }

  private tabsFile(workspaceId: string | null): JsonFile<EditorTabs> {
    return this.workspaceFile(this.tabs, 'tabs', workspaceId, editorTabsSchema, noTabs)
  }

  private layoutsFile(workspaceId: string | null): JsonFile<GridLayouts> {
    return this.workspaceFile(this.layouts, 'layouts', workspaceId, gridLayoutsSchema, {})
  }

  /** One file a workspace; the same object each time, so that writes go one after the other. */
  private workspaceFile<Content>(
    known: Map<string, JsonFile<Content>>,
    folder: string,
    workspaceId: string | null,
    schema: z.ZodType<Content>,
    initial: Content,
  ): JsonFile<Content> {
    const id = workspaceId ?? NO_WORKSPACE
    const found = known.get(id) ?? this.file(join(folder, `${fileNameOf(id)}.json`), schema, initial)
    known.set(id, found)
    return found
  }

  private file<Content>(name: string, schema: z.ZodType<Content>, initial: Content): JsonFile<Content> {
    return new JsonFile({
      path: join(this.host.paths.dataFolder, name),
      schema,
      initial,
      onUnreadable: ({ keptAs }) => {
        this.host.logger.warn('a settings file could not be read and was set aside', { name, keptAs })
        this.onUnreadable(name, keptAs)
      },
    })
  }
}

function secretName(workspaceId: string): string {
  return `workspace:${workspaceId}`
}

/** An id from a file may hold anything; a file name of ours may not. */
function fileNameOf(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 32)
}
