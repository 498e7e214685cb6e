import { readCatalogs } from '../../app/catalogs.ts'
import type { Command } from '../../app/commands.ts'
import { cancelComparison, useCompare } from './store.ts'

/** What the editor's view does for its commands. */
interface Hands {
  compare(): void
  format(): Promise<void>
  /** An action of the editor, by its id. */
  edit(action: string): void
}

const group = 'Compare'

/** Without hands they are there to be listed. */
export function compareCommands(hands?: Hands): Command[] {
  const edit = (action: string) => () => hands?.edit(action)
  const isRunning = (): boolean => useCompare.getState().isRunning
  return [
    { id: 'compare.run', label: 'Compare on both engines', keys: ['Ctrl+Enter'], group, perform: () => hands?.compare() },
    {
      id: 'compare.cancel', label: 'Cancel the comparison', keys: ['Ctrl+.', 'Escape'], group,
      when: () => isRunning() && document.querySelector('.suggest-widget.visible, .find-widget.visible') === null,
      perform: cancelComparison,
    },
    { id: 'compare.format', label: 'Format the SQL', keys: ['Shift+Alt+F'], group, perform: () => hands?.format() },
    {
      id: 'compare.comment', label: 'Comment or uncomment the lines', keys: ['Ctrl+/'], group,
      perform: edit('editor.action.commentLine'),
    },
    { id: 'compare.complete', label: 'Complete', keys: ['Ctrl+Space'], group, perform: edit('editor.action.triggerSuggest') },
    { id: 'compare.refresh', label: 'Read the schemas anew', keys: ['F5'], group, perform: readCatalogs },
    {
      id: 'compare.tabKey', label: 'Tab leaves the editor, or writes a tab again', keys: ['Ctrl+M'], group,
      perform: edit('editor.action.toggleTabFocusMode'),
    },
  ]
}
