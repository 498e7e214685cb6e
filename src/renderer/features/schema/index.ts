import { lazy } from 'react'
import { Workflow } from 'lucide-react'
import type { Place } from '../../app/places.ts'

const View = lazy(() => import('./View.tsx').then((module) => ({ default: module.SchemaView })))

export const schemaPlace: Place = {
  id: 'schema',
  label: 'Schema',
  icon: Workflow,
  key: 'Ctrl+Alt+4',
  View,
  keepsMounted: true,
  listed: () => import('./commands.ts').then(({ schemaCommands }) => schemaCommands()),
}
