import { lazy } from 'react'
import { Table2 } from 'lucide-react'
import type { Place } from '../../app/places.ts'
import { openQuickOpen } from './quickOpenState.ts'

/** Editor and grid are the heavy parts of the window; they come when the place is first opened. */
const View = lazy(() => import('./View.tsx').then((module) => ({ default: module.ExploreView })))

export const explorePlace: Place = {
  id: 'explore',
  label: 'Explore',
  icon: Table2,
  key: 'Ctrl+Alt+3',
  View,
  keepsMounted: true,
  listed: () => import('./commands.ts').then(({ exploreCommands }) => exploreCommands()),
  commands: () => [
    {
      id: 'explore.openAnything', label: 'Open a table, a column, a saved query or something you ran', keys: ['Ctrl+P'],
      group: 'Window', perform: openQuickOpen,
    },
  ],
}
