import { create } from 'zustand'
import type { SavedQueries, SavedQuery } from '../../../main/contract/savedQueries.ts'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { engine, useConnection } from '../../app/engineClient.ts'
import { tell } from '../../app/notices.ts'
import { editorDocuments } from '../../components/editor/editorDocuments.ts'
import { changeTabs, documentOf, useTabs } from './tabStore.ts'
import { withChangedTab } from './tabs.ts'

/** What the folder holds; null until it was read. */
export const useSavedQueries = create<{ saved: SavedQueries | null }>()(() => ({ saved: null }))

const READS_AGAIN_AFTER_MS = 1_000

export function savedQueryAt(path: string): SavedQuery | undefined {
  return useSavedQueries.getState().saved?.queries.find((query) => query.path === path)
}

export function isModified(tab: EditorTab): boolean {
  return tab.saved !== undefined && tab.sql.trimEnd() !== tab.saved.sql.trimEnd()
}

/** How a tab stands to its file: `changed` and `gone` are for the person to decide, because both sides differ. */
export function fileStateOf(tab: EditorTab, saved: SavedQueries | null): 'none' | 'same' | 'changed' | 'gone' {
  if (!tab.saved || !saved || saved.fault) return 'none'
  const query = saved.queries.find(({ path }) => path === tab.saved!.path)
  if (!query) return 'gone'
  return query.version === tab.saved.version ? 'same' : 'changed'
}

/** The tab's text becomes the file's; the step can be undone in the editor. */
export function takeFile(tabId: string, query: SavedQuery): void {
  editorDocuments.replaceText(documentOf(tabId), query.sql)
  const saved = { path: query.path, version: query.version, sql: query.sql }
  changeTabs((state) => withChangedTab(state, tabId, { sql: query.sql, chart: query.chart ?? undefined, saved }))
}

/** The text stays, and the next Ctrl+S writes it over what the file holds now. */
export function keepText(tabId: string, query: SavedQuery): void {
  const saved = { path: query.path, version: query.version, sql: query.sql }
  changeTabs((state) => withChangedTab(state, tabId, { saved }))
}

/** Tabs without changes of their own follow their files; of the others it is told once that their file is another one. */
function followFiles(saved: SavedQueries, before: SavedQueries | null): void {
  for (const tab of useTabs.getState().tabs) {
    const state = fileStateOf(tab, saved)
    if (state !== 'changed' && state !== 'gone') continue
    const { path } = tab.saved!
    const query = saved.queries.find((entry) => entry.path === path)
    const subject = `file ${path}`
    if (query && !isModified(tab)) {
      takeFile(tab.id, query)
      tell({ subject, tone: 'ok', text: `${path} has changed on disk, and its tab has the new text. Undo brings the old one back.` })
    } else if (before && query?.version !== before.queries.find((entry) => entry.path === path)?.version) {
      const how = query ? 'has changed on disk while you have changed it here' : 'is gone from its folder'
      tell({ subject, place: 'explore', tone: 'warn', text: `${path} ${how}. Your text is kept; its tab asks what to do.` })
    }
  }
}

/** Reads the folder and its changes for as long as it is asked to; starts again where the link was lost. */
export function followSavedQueries(): () => void {
  const stop = new AbortController()
  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        for await (const saved of await engine.savedQueries.watch(undefined, { signal: stop.signal })) {
          if (stop.signal.aborted) return
          const before = useSavedQueries.getState().saved
          useSavedQueries.setState({ saved })
          followFiles(saved, before)
        }
      } catch {
        // The connection's own state tells of it.
      }
      if (useConnection.getState().state !== 'open' || !stop.signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, READS_AGAIN_AFTER_MS))
      }
    }
  }
  void follow()
  return () => stop.abort()
}

/** Writes the tab's text to its file. Throws SAVED_QUERY_CHANGED where the file is another one by now. */
export async function saveTab(
  tab: EditorTab,
  words: { path: string; title: string; description: string; version: string | null },
): Promise<void> {
  const before = savedQueryAt(words.path)
  const { path, version, sql } = await engine.savedQueries.write({
    ...words,
    sql: tab.sql,
    parameters: tab.parameters ?? {},
    chart: tab.chart ?? before?.chart ?? null,
  })
  const title = titleOfPath(path)
  changeTabs((state) => withChangedTab(state, tab.id, { title, saved: { path, version, sql } }))
}

export function titleOfPath(path: string): string {
  return path.split('/').at(-1)!.replace(/\.sql$/, '')
}

/** The file gets another name; open tabs go with it. Throws SAVED_QUERY_CHANGED, FILE_EXISTS. */
export async function renameSaved({ path, version }: SavedQuery, to: string): Promise<void> {
  const renamed = await engine.savedQueries.rename({ path, version, to })
  for (const tab of useTabs.getState().tabs) {
    if (tab.saved?.path !== path) continue
    const saved = { ...tab.saved, path: renamed.path }
    changeTabs((state) => withChangedTab(state, tab.id, { title: titleOfPath(renamed.path), saved }))
  }
}

/** The file goes; the text of an open tab stays, and is nobody's file any more. Throws SAVED_QUERY_CHANGED. */
export async function removeSaved({ path, version }: SavedQuery): Promise<void> {
  await engine.savedQueries.remove({ path, version })
  for (const tab of useTabs.getState().tabs) {
    if (tab.saved?.path === path) changeTabs((state) => withChangedTab(state, tab.id, { saved: undefined }))
  }
}
