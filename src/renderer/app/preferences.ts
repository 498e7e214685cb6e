import { create } from 'zustand'
import type { Preferences } from '../../main/contract/settings.ts'
import { groupDigitsBy, tellTimesIn } from '../components/format.ts'
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
    verifyShare: 0.5,
    snippets: [],
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
  /** What the window shows after `system` is resolved. */
  shownContrast: 'usual' | 'high'
}

const contrastSystem = window.matchMedia('(prefers-contrast: more)')
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)')

function resolved(theme: Preferences['theme']): 'light' | 'dark' {
  if (theme !== 'system') return theme
  return darkSystem.matches ? 'dark' : 'light'
}

function stateOf(preferences: Preferences): PreferenceState {
  const { contrast } = preferences
  const shownContrast = contrast !== 'system' ? contrast : contrastSystem.matches ? 'high' : 'usual'
  return { preferences, shownTheme: resolved(preferences.theme), shownContrast }
}

export const usePreferences = create<PreferenceState>()(() => stateOf(lastSeen()))

function show(preferences: Preferences): void {
  const state = stateOf(preferences)
  document.documentElement.dataset.theme = state.shownTheme
  document.documentElement.dataset.contrast = state.shownContrast
  document.documentElement.dataset.density = preferences.density
  document.documentElement.style.zoom = preferences.zoomPercent === 100 ? '' : String(preferences.zoomPercent / 100)
  groupDigitsBy(preferences.digitGrouping)
  tellTimesIn(preferences.timeZone)
  window.localStorage.setItem(CACHE_KEY, JSON.stringify(preferences))
  usePreferences.setState(state)
}

/** Puts theme and density on the page, now and when the system changes its mind. */
export function startPreferences(): void {
  show(usePreferences.getState().preferences)
  for (const system of [darkSystem, contrastSystem]) {
    system.addEventListener('change', () => show(usePreferences.getState().preferences))
  }
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

const ZOOM_STEPS = [70, 80, 90, 100, 110, 125, 150, 175, 200]

/** The next larger or smaller size of everything; 0 is the usual one. */
export function zoom(direction: 1 | -1 | 0): Promise<void> {
  const { zoomPercent } = usePreferences.getState().preferences
  const next = direction === 1 ? ZOOM_STEPS.find((step) => step > zoomPercent) : ZOOM_STEPS.findLast((step) => step < zoomPercent)
  return changePreferences({ zoomPercent: direction === 0 ? 100 : (next ?? zoomPercent) })
}

export function toggleContrast(): Promise<void> {
  return changePreferences({ contrast: usePreferences.getState().shownContrast === 'high' ? 'usual' : 'high' })
}
