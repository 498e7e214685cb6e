import { Activity } from 'lucide-react'
import type { Place } from '../../app/places.ts'
import { liveCommands } from './commands.ts'
import { LiveView } from './LiveView.tsx'

export const livePlace: Place = {
  id: 'live',
  label: 'Live',
  icon: Activity,
  key: 'Ctrl+Alt+2',
  View: LiveView,
  commands: liveCommands,
}
