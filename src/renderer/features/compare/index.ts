import { lazy } from 'react'
import { ArrowRightLeft } from 'lucide-react'
import type { Place } from '../../app/places.ts'

const View = lazy(() => import('./View.tsx').then((module) => ({ default: module.CompareView })))

export const comparePlace: Place = {
  id: 'compare',
  label: 'Compare',
  icon: ArrowRightLeft,
  key: 'Ctrl+Alt+5',
  View,
  keepsMounted: true,
  listed: () => import('./commands.ts').then(({ compareCommands }) => compareCommands()),
}
