import { createContext, useContext } from 'react'
import type { ComponentType } from 'react'
import type { LucideIcon } from 'lucide-react'
import { create } from 'zustand'
import type { Command } from './commands.ts'

export const placeIds = ['connect', 'live', 'explore', 'schema', 'compare', 'settings'] as const
export type PlaceId = (typeof placeIds)[number]

/** One entry of the rail. A feature exports one from its `index.ts`; `main.tsx` puts them together. */
export interface Place {
  id: PlaceId
  label: string
  icon: LucideIcon
  /** The shortcut that goes there, as in `Command.keys`. */
  key: string
  View: ComponentType
  /** True where leaving the place must not unmount it: an editor, a running query. */
  keepsMounted?: boolean
  /** Commands that are there wherever the person is. Those of the place itself: `useCommands` in its view. */
  commands?: () => Command[]
  /** Those of the place itself, to be listed with their keys before it was ever shown. */
  listed?: () => Promise<readonly Command[]>
}

interface PlaceState {
  current: PlaceId
}

function placeInAddress(): PlaceId | null {
  const name = window.location.hash.replace(/^#\/?/, '')
  return (placeIds as readonly string[]).includes(name) ? (name as PlaceId) : null
}

export const usePlaces = create<PlaceState>()(() => ({ current: placeInAddress() ?? 'connect' }))

/** True where the address named a place at load: the window then stays there instead of choosing one. */
export const openedAtPlace = placeInAddress() !== null

export function goTo(id: PlaceId): void {
  if (usePlaces.getState().current === id) return
  usePlaces.setState({ current: id })
  window.history.replaceState(null, '', `#/${id}`)
}

/** False in a place that is mounted and hidden. */
export const PlaceIsShown = createContext(true)

export function usePlaceIsShown(): boolean {
  return useContext(PlaceIsShown)
}
