import type { EditorTab, EditorTabs } from '../../../main/contract/settings.ts'
import type { EngineName } from '../../../main/contract/values.ts'

/** The tabs of the editor as plain data; every step is pure. */
export interface TabsState {
  tabs: readonly EditorTab[]
  activeTabId: string | null
  /** Closed ones, the latest last; for this run only, so that closed stays closed after a restart. */
  closed: readonly { tab: EditorTab; at: number }[]
}

export const noTabs: TabsState = { tabs: [], activeTabId: null, closed: [] }

const CLOSED_AT_MOST = 30

/** `Query 3`: the first number that no tab bears. */
export function nextTitle(tabs: readonly EditorTab[]): string {
  const taken = new Set(tabs.map((tab) => tab.title))
  let number = 1
  while (taken.has(`Query ${number}`)) number += 1
  return `Query ${number}`
}

export function withTab(state: TabsState, tab: EditorTab): TabsState {
  const active = state.tabs.findIndex(({ id }) => id === state.activeTabId)
  const at = active === -1 ? state.tabs.length : active + 1
  return { ...state, tabs: state.tabs.toSpliced(at, 0, tab), activeTabId: tab.id }
}

/** Closes it; its right neighbour becomes active, else its left one. */
export function withoutTab(state: TabsState, id: string): TabsState {
  const at = state.tabs.findIndex((tab) => tab.id === id)
  const tab = state.tabs[at]
  if (!tab) return state
  const tabs = state.tabs.toSpliced(at, 1)
  const neighbour = tabs[Math.min(at, tabs.length - 1)]?.id ?? null
  // An empty tab is not worth coming back to.
  const closed = tab.sql.trim() === '' ? state.closed : [...state.closed, { tab, at }].slice(-CLOSED_AT_MOST)
  return { tabs, activeTabId: state.activeTabId === id ? neighbour : state.activeTabId, closed }
}

export function withReopenedTab(state: TabsState): TabsState {
  const last = state.closed.at(-1)
  if (!last) return state
  const tabs = state.tabs.toSpliced(Math.min(last.at, state.tabs.length), 0, last.tab)
  return { tabs, activeTabId: last.tab.id, closed: state.closed.slice(0, -1) }
}

export function withChangedTab(state: TabsState, id: string, change: Partial<Omit<EditorTab, 'id'>>): TabsState {
  return { ...state, tabs: state.tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) }
}

/** An empty name is none: the tab keeps the one that it has. */
export function withRenamedTab(state: TabsState, id: string, title: string): TabsState {
  const trimmed = title.trim().slice(0, 80)
  return trimmed === '' ? state : withChangedTab(state, id, { title: trimmed })
}

export function withActiveTab(state: TabsState, id: string): TabsState {
  return state.tabs.some((tab) => tab.id === id) ? { ...state, activeTabId: id } : state
}

/** The tab of that place from 1; 9 is the last one, as in a browser. */
export function tabAtPlace(state: TabsState, place: number): EditorTab | undefined {
  return place === 9 ? state.tabs.at(-1) : state.tabs[place - 1]
}

export function withMovedTab(state: TabsState, id: string, to: number): TabsState {
  const from = state.tabs.findIndex((tab) => tab.id === id)
  const tab = state.tabs[from]
  if (!tab || to < 0 || to >= state.tabs.length) return state
  return { ...state, tabs: state.tabs.toSpliced(from, 1).toSpliced(to, 0, tab) }
}

export function freshTab(tabs: readonly EditorTab[], engine: EngineName, id: string): EditorTab {
  return { id, title: nextTitle(tabs), sql: '', engine }
}

export function restoredTabs(kept: EditorTabs, freshId: string): TabsState {
  if (kept.tabs.length === 0) {
    const tab = freshTab([], 'replica', freshId)
    return { tabs: [tab], activeTabId: tab.id, closed: [] }
  }
  const isThere = kept.tabs.some((tab) => tab.id === kept.activeTabId)
  return { tabs: kept.tabs, activeTabId: isThere ? kept.activeTabId : kept.tabs[0]!.id, closed: [] }
}
