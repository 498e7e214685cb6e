import { create } from 'zustand'
import { engine } from '../../app/engineClient.ts'
import { activeTab, changeTabs } from './tabStore.ts'
import { withChangedTab } from './tabs.ts'

interface ParameterState {
  /** Of the text of that tab, in order of appearance. */
  tabId: string | null
  names: readonly string[]
  /** Asked for by a run that had no value for them. */
  missing: ReadonlySet<string>
}

export const useParameters = create<ParameterState>()(() => ({ tabId: null, names: [], missing: new Set() }))

/** Most texts have none, and need no question to the engine. */
const MAY_HOLD_PARAMETERS = /:[A-Za-z_\u0080-\uffff]|\$[1-9]/

/** By the engine's own reading of the text, so that window and engine never disagree. */
export async function parameterNamesOf(sql: string): Promise<string[]> {
  if (!MAY_HOLD_PARAMETERS.test(sql)) return []
  return (await engine.query.parameters({ sql })).names
}

/** Reads the names anew. An answer that came too late, for a text that is gone, is left. */
export async function readParameters(tabId: string, sql: string): Promise<void> {
  const names = await parameterNamesOf(sql).catch(() => null)
  if (names === null || activeTab()?.id !== tabId || activeTab()?.sql !== sql) return
  useParameters.setState((before) => ({
    tabId,
    names: before.tabId === tabId && before.names.join() === names.join() ? before.names : names,
    missing: before.tabId === tabId ? before.missing : new Set(),
  }))
}

/** True where every parameter has a value; else the first one without is asked for. */
export async function haveValues(tabId: string, sql: string): Promise<boolean> {
  const names = await parameterNamesOf(sql)
  const values = activeTab()?.parameters ?? {}
  const missing = names.filter((name) => values[name] === undefined)
  if (missing.length === 0) return true
  await readParameters(tabId, activeTab()?.sql ?? '')
  useParameters.setState({ missing: new Set(missing) })
  requestAnimationFrame(() => document.getElementById(parameterInputId(missing[0]!))?.focus())
  return false
}

export function parameterInputId(name: string): string {
  return `explore-parameter-${name}`
}

/** Kept with the tab, so that the next run and the next start have it. */
export function setParameter(tabId: string, name: string, value: string | null): void {
  changeTabs((state) => {
    const tab = state.tabs.find(({ id }) => id === tabId)
    return tab ? withChangedTab(state, tabId, { parameters: { ...tab.parameters, [name]: value } }) : state
  })
  useParameters.setState(({ missing }) => ({ missing: new Set([...missing].filter((other) => other !== name)) }))
}
