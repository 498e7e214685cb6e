import type { Command } from '../../app/commands.ts'
import { goTo } from '../../app/places.ts'
import { openDemo } from './store.ts'

export function connectCommands(): Command[] {
  return [
    {
      id: 'connect.demo',
      label: 'Open the demo shop',
      group: 'Sources',
      perform: () => {
        goTo('connect')
        return openDemo()
      },
    },
    { id: 'connect.new', label: 'Connect another source', group: 'Sources', perform: () => goTo('connect') },
  ]
}
