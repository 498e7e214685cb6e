import { create } from 'zustand'
import type { Preferences } from '../../main/contract/settings.ts'
import { engine } from './engineClient.ts'

const CACHE_KEY = 'millrace.preferences'

/** What was last seen, so that the first frame has the right colours before the engine answers. */
function lastSeen(): Preferences {
  const fallback: Preferences = {
    theme: 'system',
    density: 'comfortable',
    contrast: 'system',
    zoomPercent: 100,
    keys: {},
    timeZone: null,
    digitGrouping: 'space',
    savedQueriesFolder: null,
  }
  try {
    return { ...fallback, ...(JSON.parse(window.localStorage.getItem(CACHE_KEY) ?? '{}') as Partial<Preferences>) }
  } catch {
    return fallback
  }
}

interface PreferenceState {
  preferences: Preferences
  /** What the window shows after `system` is resolved. */
  shownTheme: 'light' | 'dark'
}

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)')

function resolved(theme: Preferences['theme']): 'light' | 'dark' {
  if (theme !== 'system') return theme
  return darkSystem.matches ? 'dark' : 'light'
}

function stateOf(preferences: Preferences): PreferenceState {
  return { preferences, shownTheme: resolved(preferences.theme) }
}

export const usePreferences = create<PreferenceState>()(() => stateOf(lastSeen()))

function show(preferences: Preferences): void {
  const state = stateOf(preferences)
  document.documentElement.dataset.theme = state.shownTheme
  document.documentElement.dataset.density = preferences.density
  window.localStorage.setItem(CACHE_KEY, JSON.stringify(preferences))
  usePreferences.setState(state)
}

/** Puts theme and density on the page, now and when the system changes its mind. */
export function startPreferences(): void {
  show(usePreferences.getState().preferences)
  darkSystem.addEventListener('change', () => show(usePreferences.getState().preferences))
}

export async function readPreferences(): Promise<void> {
  show(await engine.settings.readPreferences())
}

/** Shown at once, kept by the engine. */
export async function changePreferences(change: Partial<Preferences>): Promise<void> {
  const next = { ...usePreferences.getState().preferences, ...change }
  show(next)
  await engine.settings.writePreferences(next)
}

export function toggleTheme(): Promise<void> {
  return changePreferences({ theme: usePreferences.getState().shownTheme === 'dark' ? 'light' : 'dark' })
}
