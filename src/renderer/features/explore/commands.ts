import type { SavedQuery } from '../../../main/contract/savedQueries.ts'
import type { Command } from '../../app/commands.ts'
import {
  activeTabRuns, cancel, closeActiveTab, compareCurrent, explain, format, goToTab, keepAsSnippet, newTab, openTableUnderCursor,
  refreshCatalogs, reopenTab, run, switchEngine, theEditor,
} from './actions.ts'
import { askToClearHistory } from './HistoryList.tsx'
import { askToDelete, askToRename } from './SavedQueryDialogs.tsx'
import { savedQueryAt } from './savedQueryStore.ts'
import { save, saveAs } from './SaveDialog.tsx'
import { openSessionDialog } from './SessionDialog.tsx'
import { showResultPart } from './resultPart.ts'
import type { ResultPart } from './resultPart.ts'
import { showSidePart } from './SidePanel.tsx'
import { openExport } from './exports.ts'
import { runOf } from './runs.ts'
import type { ShownResult } from './runs.ts'
import { activeTab, useTabs } from './tabStore.ts'

const group = 'Explore'

/** Widgets of the editor that close on Esc themselves. */
const EDITOR_WIDGETS = '.suggest-widget.visible, .find-widget.visible, .monaco-menu'

function showPart(part: ResultPart): void {
  const tab = activeTab()
  if (tab) showResultPart(tab.id, part)
}

function shownResult(): ShownResult | null {
  const tab = activeTab()
  return tab ? runOf(tab.id).result : null
}

function savedQueryOfTab(): SavedQuery | undefined {
  const path = activeTab()?.saved?.path
  return path === undefined ? undefined : savedQueryAt(path)
}

function exportResult(): void {
  const result = shownResult()
  if (result && result.columns.length > 0) openExport(result)
}

const inEditor = (): boolean => theEditor() !== null

/** False in a grid, a cell or a list, whose own find Ctrl+F is; the palette offers it from wherever it was opened. */
const inText = (): boolean => inEditor() && !document.activeElement?.closest('.ag-root, input, [data-own-find]')

/** A browser keeps Ctrl+T, Ctrl+W and Ctrl+1 to 9 for itself, so each has a twin with Alt. */
export function exploreCommands(): Command[] {
  return [
    {
      id: 'explore.run', label: 'Run the current statement or the selection', keys: ['Ctrl+Enter'], group,
      when: inEditor, perform: () => run('current'),
    },
    {
      id: 'explore.runAll', label: 'Run all statements', keys: ['Ctrl+Shift+Enter'], group,
      when: inEditor, perform: () => run('all'),
    },
    {
      id: 'explore.explain', label: 'Explain the current statement', keys: ['F7'], group,
      when: inEditor, perform: () => explain(false),
    },
    {
      id: 'explore.analyze', label: 'Explain and measure: run the current statement for its plan', keys: ['Shift+F7'],
      group, when: inEditor, perform: () => explain(true),
    },
    {
      id: 'explore.session', label: 'Session of this query: time limit, schema, time zone', keys: ['Alt+Shift+S'], group,
      perform: openSessionDialog,
    },
    {
      id: 'explore.cancel', label: 'Cancel what runs', keys: ['Ctrl+.', 'Escape'], group,
      when: () => activeTabRuns() && document.querySelector(EDITOR_WIDGETS) === null, perform: cancel,
    },
    {
      id: 'explore.switchEngine', label: 'Switch between replica and source', keys: ['Alt+E'], group,
      perform: switchEngine,
    },
    {
      id: 'explore.compare', label: 'Compare the current statement on both engines', keys: ['Alt+C'], group,
      when: inEditor, perform: compareCurrent,
    },
    { id: 'explore.save', label: 'Save the query as a file', keys: ['Ctrl+S'], group, perform: save },
    { id: 'explore.saveAs', label: 'Save the query under another name', keys: ['Ctrl+Alt+S'], group, perform: saveAs },
    { id: 'explore.saved', label: 'Go to the saved queries', keys: ['Alt+O'], group, perform: () => showSidePart('saved') },
    {
      id: 'explore.renameSaved', label: 'Rename the saved query of this tab', group,
      when: () => savedQueryOfTab() !== undefined, perform: () => askToRename(savedQueryOfTab()!),
    },
    {
      id: 'explore.deleteSaved', label: 'Delete the saved query of this tab', group,
      when: () => savedQueryOfTab() !== undefined, perform: () => askToDelete(savedQueryOfTab()!),
    },
    { id: 'explore.clearHistory', label: 'Clear the history', group, perform: askToClearHistory },
    { id: 'explore.history', label: 'Go to the history', keys: ['Alt+H'], group, perform: () => showSidePart('history') },
    {
      id: 'explore.find', label: 'Find in the text', keys: ['Ctrl+F'], group,
      when: inText, perform: () => theEditor()?.trigger('actions.find'),
    },
    {
      id: 'explore.replace', label: 'Find and replace in the text', keys: ['Ctrl+H'], group,
      when: inText, perform: () => theEditor()?.trigger('editor.action.startFindReplaceAction'),
    },
    { id: 'explore.keepSnippet', label: 'Keep the selection as a snippet', group, when: inEditor, perform: keepAsSnippet },
    { id: 'explore.format', label: 'Format the SQL', keys: ['Shift+Alt+F'], group, when: inEditor, perform: format },
    {
      id: 'explore.comment', label: 'Comment or uncomment the lines', keys: ['Ctrl+/'], group,
      when: inEditor, perform: () => theEditor()?.trigger('editor.action.commentLine'),
    },
    {
      id: 'explore.complete', label: 'Complete', keys: ['Ctrl+Space'], group,
      when: inEditor, perform: () => theEditor()?.trigger('editor.action.triggerSuggest'),
    },
    {
      id: 'explore.tabKey', label: 'Tab leaves the editor, or writes a tab again', keys: ['Ctrl+M'], group,
      when: inEditor, perform: () => theEditor()?.trigger('editor.action.toggleTabFocusMode'),
    },
    { id: 'explore.refresh', label: 'Read the schemas anew', keys: ['F5'], group, perform: refreshCatalogs },
    {
      id: 'explore.openTable', label: 'Open the page of the table under the cursor', keys: ['F4'], group,
      when: () => inEditor() && document.activeElement?.id !== 'explore-tree', perform: openTableUnderCursor,
    },
    { id: 'explore.newTab', label: 'New query', keys: ['Ctrl+T', 'Alt+T'], group, perform: newTab },
    { id: 'explore.closeTab', label: 'Close the query', keys: ['Ctrl+W', 'Alt+W'], group, perform: closeActiveTab },
    {
      id: 'explore.reopenTab', label: 'Reopen the query that was closed last', group,
      keys: ['Ctrl+Shift+T', 'Alt+Shift+T'],
      when: () => useTabs.getState().closed.length > 0, perform: reopenTab,
    },
    ...Array.from({ length: 9 }, (_, at): Command => ({
      id: `explore.tab${at + 1}`,
      label: at === 8 ? 'Go to the last query' : `Go to query ${at + 1}`,
      keys: [`Ctrl+${at + 1}`, `Alt+${at + 1}`],
      group,
      when: () => useTabs.getState().tabs.length > (at === 8 ? 0 : at),
      perform: () => goToTab(at + 1),
    })),
    {
      id: 'explore.export', label: 'Export the whole result', keys: ['Alt+X'], group,
      when: () => shownResult() !== null, perform: exportResult,
    },
    {
      id: 'explore.searchResult', label: 'Search the result', keys: ['Alt+F'], group,
      when: () => shownResult()?.isTable ?? false,
      perform: () => document.querySelector<HTMLElement>('#explore-result input[type="search"]')?.focus(),
    },
    {
      id: 'explore.focusEditor', label: 'Go to the editor', keys: ['Alt+Q'], group,
      when: inEditor, perform: () => theEditor()?.focus(),
    },
    {
      id: 'explore.focusTree', label: 'Go to the schemas', keys: ['Alt+S'], group,
      perform: () => showSidePart('schemas'),
    },
    {
      id: 'explore.focusResult', label: 'Go to the result', keys: ['Alt+R'], group,
      perform: () => {
        showPart('rows')
        requestAnimationFrame(() =>
          document.querySelector<HTMLElement>('#explore-result .ag-cell:not(.cellRowNumber)')?.focus(),
        )
      },
    },
    {
      id: 'explore.showChart', label: 'Show the result as a chart', keys: ['Alt+G'], group,
      perform: () => showPart('chart'),
    },
    {
      id: 'explore.showStatistics', label: 'Show the statistics of the result', keys: ['Alt+I'], group,
      perform: () => showPart('statistics'),
    },
  ]
}
