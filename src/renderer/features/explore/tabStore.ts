import { create } from 'zustand'
import type { EditorTab } from '../../../main/contract/settings.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { editorDocuments } from '../../components/editor/editorDocuments.ts'
import { readLayouts } from './layouts.ts'
import { freshTab, noTabs, restoredTabs, withTab } from './tabs.ts'
import type { TabsState } from './tabs.ts'

interface TabStore extends TabsState {
  /** Null until the tabs of a workspace have been read: before that nothing is written. */
  workspaceId: string | null
}

export const useTabs = create<TabStore>()(() => ({ ...noTabs, workspaceId: null }))

const WRITES_AFTER_MS = 500
const DOCUMENTS = 'explore-'
let timer: ReturnType<typeof setTimeout> | undefined
let isDirty = false

/** The id of a tab's document in the editors of the window. */
export function documentOf(tabId: string): string {
  return `${DOCUMENTS}${tabId}`
}

async function writeNow(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  if (!isDirty) return
  isDirty = false
  const { tabs, activeTabId } = useTabs.getState()
  try {
    await engine.settings.writeTabs({ tabs: [...tabs], activeTabId })
  } catch {
    // The link may be down: what is not written is written with the next change or the next pause.
    isDirty = true
  }
}

/** One step of the tabs; written a moment later, and at once when the window is hidden. */
export function changeTabs(step: (state: TabsState) => TabsState): void {
  const before = useTabs.getState()
  const { tabs, activeTabId, closed } = step(before)
  if (tabs === before.tabs && activeTabId === before.activeTabId && closed === before.closed) return
  useTabs.setState({ tabs, activeTabId, closed })
  if (tabs.length !== before.tabs.length) {
    // A closed tab keeps its document, so that its undo steps are there when it is reopened.
    const kept = [...tabs, ...closed.map(({ tab }) => tab)]
    editorDocuments.closeAllBut(DOCUMENTS, new Set(kept.map(({ id }) => documentOf(id))))
  }
  isDirty = true
  // Not put off by the next key: who types on and on is written on the way.
  timer ??= setTimeout(() => void writeNow(), WRITES_AFTER_MS)
}

export function activeTab(): EditorTab | undefined {
  const { tabs, activeTabId } = useTabs.getState()
  return tabs.find((tab) => tab.id === activeTabId)
}

/** Opens a tab beside the active one. */
export function openTab(given: { title?: string; sql?: string; engine?: EngineName } = {}): EditorTab {
  const { tabs } = useTabs.getState()
  const fresh = freshTab(tabs, given.engine ?? activeTab()?.engine ?? 'replica', crypto.randomUUID())
  const tab = { ...fresh, title: given.title ?? fresh.title, sql: given.sql ?? '' }
  changeTabs((state) => withTab(state, tab))
  return tab
}

/** Reads the tabs of the workspace that is open, and how their results were arranged. */
export async function readTabs(workspaceId: string): Promise<void> {
  await writeNow()
  const [kept] = await Promise.all([engine.settings.readTabs(), readLayouts().catch(() => undefined)])
  isDirty = false
  useTabs.setState({ ...restoredTabs(kept, crypto.randomUUID()), workspaceId })
}

/** Writes when the window is hidden or left, in case the pause never comes. Answers with a stop. */
export function writeTabsWhenHidden(): () => void {
  const onHide = (): void => void writeNow()
  const onVisibility = (): void => {
    if (document.visibilityState === 'hidden') onHide()
  }
  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('pagehide', onHide)
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('pagehide', onHide)
    onHide()
  }
}
