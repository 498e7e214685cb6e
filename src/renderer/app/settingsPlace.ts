import { Settings } from 'lucide-react'
import type { Place } from './places.ts'
import { SettingsView } from './SettingsView.tsx'

export const settingsPlace: Place = {
  id: 'settings',
  label: 'Settings',
  icon: Settings,
  key: 'Ctrl+Alt+6',
  View: SettingsView,
}
