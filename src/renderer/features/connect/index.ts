import { PlugZap } from 'lucide-react'
import type { Place } from '../../app/places.ts'
import { connectCommands } from './commands.ts'
import { ConnectView } from './ConnectView.tsx'

export const connectPlace: Place = {
  id: 'connect',
  label: 'Connect',
  icon: PlugZap,
  key: 'Ctrl+Alt+1',
  View: ConnectView,
  commands: connectCommands,
}
