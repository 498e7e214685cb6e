import type { CatalogTable } from '../../../main/contract/query.ts'
import type { HistoryEntry } from '../../../main/contract/history.ts'
import type { SavedQuery } from '../../../main/contract/savedQueries.ts'
import type { EditorTab } from '../../../main/contract/settings.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { readCatalogs, useCatalogs } from '../../app/catalogs.ts'
import { usePreferences } from '../../app/preferences.ts'
import { editSnippet } from '../../app/snippetDialog.ts'
import { handToCompare } from '../../app/statementInHand.ts'
import type { QueryInHand } from '../../app/statementInHand.ts'
import { openTablePage } from '../../app/tablePages.ts'
import type { SqlEditorHandle } from '../../components/editor/SqlEditor.tsx'
import { formatSql } from '../../components/sql/formatSql.ts'
import { tokensOf } from '../../components/sql/lexer.ts'
import { selectAllFrom } from '../../components/sql/names.ts'
import { splitStatements, statementsToRun } from '../../components/sql/statements.ts'
import type { Statement } from '../../components/sql/statements.ts'
import { tableNameAt } from '../../components/sql/tableReferences.ts'
import { haveValues } from './parameters.ts'
import { cancelRun, closeRun, explainStatement, isRunning, runOf, runStatements, useRuns } from './runs.ts'
import type { RunSettings } from './runs.ts'
import { titleOfPath } from './savedQueryStore.ts'
import { activeTab, changeTabs, openTab, useTabs } from './tabStore.ts'
import { tabAtPlace, withActiveTab, withChangedTab, withReopenedTab, withoutTab } from './tabs.ts'

/** The editor on the screen; null while the place is not mounted. */
let editor: SqlEditorHandle | null = null

export function takeEditor(handle: SqlEditorHandle | null): void {
  editor = handle
}

export function theEditor(): SqlEditorHandle | null {
  return editor
}

/** What a run would send, once each of its parameters has a value; asks for the first that has none. */
async function ready(scope: 'current' | 'all'): Promise<{ tab: EditorTab; statements: readonly Statement[] } | null> {
  const tab = activeTab()
  if (!tab || !editor) return null
  editor.clearFault()
  editor.hideCompletion()
  const statements = statementsToRun(editor.text(), editor.selection(), scope, editor.statements())
  if (statements.length === 0) return null
  const sql = statements.map(({ text }) => text).join(';\n')
  return (await haveValues(tab.id, sql)) ? { tab, statements } : null
}

/** The zone of the preferences counts where the tab has none of its own. */
function settingsOf({ engine, parameters, session }: EditorTab): RunSettings {
  const { timeZone } = usePreferences.getState().preferences
  if (timeZone === null || session?.timeZone) return { engine, parameters, session }
  return { engine, parameters, session: { timeoutSeconds: null, schema: null, ...session, timeZone } }
}

export async function run(scope: 'current' | 'all'): Promise<void> {
  const given = await ready(scope)
  if (given) await runStatements(given.tab.id, settingsOf(given.tab), given.statements)
}

/** The plan of the current statement, or of the first one that is selected. */
export async function explain(analyze: boolean): Promise<void> {
  const given = await ready('current')
  if (given) await explainStatement(given.tab.id, settingsOf(given.tab), given.statements[0]!, analyze)
}

export function cancel(): void {
  const tab = activeTab()
  if (tab) void cancelRun(tab.id)
}

export function activeTabRuns(): boolean {
  const tab = activeTab()
  return tab ? isRunning(runOf(tab.id)) : false
}

export function setEngine(engine: EngineName): void {
  const tab = activeTab()
  if (tab) changeTabs((state) => withChangedTab(state, tab.id, { engine }))
}

export function switchEngine(): void {
  setEngine(activeTab()?.engine === 'replica' ? 'source' : 'replica')
}

/** Where the hands go on once the tab is shown. */
function focusEditor(): void {
  requestAnimationFrame(() => editor?.focus())
}

export function newTab(): void {
  openTab()
  focusEditor()
}

/** The last tab is replaced by an empty one: the editor is never without. */
export function closeTab(id: string): void {
  closeRun(id)
  changeTabs((state) => withoutTab(state, id))
  if (useTabs.getState().tabs.length === 0) openTab({ engine: 'replica' })
}

export function closeActiveTab(): void {
  const tab = activeTab()
  if (tab) closeTab(tab.id)
  focusEditor()
}

export function reopenTab(): void {
  changeTabs(withReopenedTab)
  focusEditor()
}

export function goToTab(place: number): void {
  const tab = tabAtPlace(useTabs.getState(), place)
  if (tab) changeTabs((state) => withActiveTab(state, tab.id))
  focusEditor()
}

/** Opens the rows of a table in a tab. */
export function openTable(table: { schema: string; name: string }, on: EngineName): void {
  openQuery({ title: table.name, sql: selectAllFrom(table), engine: on })
}

/** Opens a query in a tab of its own and runs it; an empty tab at hand is used for it. */
export function openQuery({ title, sql, engine: on }: QueryInHand): void {
  const current = activeTab()
  const isBlank = current !== undefined && current.sql.trim() === '' && !isRunning(runOf(current.id))
  let tabId: string
  if (isBlank && editor) {
    tabId = current.id
    changeTabs((state) => withChangedTab(state, tabId, { title, engine: on }))
    editor.replace(0, editor.text().length, sql)
  } else {
    tabId = openTab({ title, sql, engine: on }).id
  }
  const tab = useTabs.getState().tabs.find(({ id }) => id === tabId)
  if (tab) void runStatements(tabId, settingsOf(tab), splitStatements(sql))
}

/** Opens a saved query in its tab, which may be open already. */
export function openSaved(query: SavedQuery): void {
  const open = useTabs.getState().tabs.find((tab) => tab.saved?.path === query.path)
  if (open) return changeTabs((state) => withActiveTab(state, open.id))
  const tab = openTab({ title: titleOfPath(query.path), sql: query.sql })
  const saved = { path: query.path, version: query.version, sql: query.sql }
  changeTabs((state) => withChangedTab(state, tab.id, { parameters: query.parameters, chart: query.chart ?? undefined, saved }))
}

/** Opens what was run in a tab of its own, on the engine of then; running it again is the person's word. */
export function openFromHistory({ sql, engine: on }: HistoryEntry): void {
  openTab({ sql, engine: on })
}

function known(name: { schema: string | null; name: string }): CatalogTable | null {
  const { replica, source } = useCatalogs.getState()
  const preferred: EngineName = activeTab()?.engine ?? 'replica'
  const order: EngineName[] = preferred === 'source' ? ['source', 'replica'] : ['replica', 'source']
  for (const on of order) {
    const table = (on === 'replica' ? replica : source).index?.find(name.name, name.schema)
    if (table) return table
  }
  return null
}

/** Opens the page of the table whose name stands under the cursor. */
export function openTableUnderCursor(): void {
  if (editor) openTableAt(editor.selection().start)
}

/** Opens the page of the table whose name stands at that offset; nothing where there is none. */
export function openTableAt(offset: number): void {
  if (!editor) return
  const sql = editor.text()
  const name = tableNameAt(sql, tokensOf(sql), offset)
  const table = name ? known(name) : null
  if (table) openTablePage(table)
}

/** Lays out the selection, or the whole text. What cannot be read stays as it is. */
export async function format(): Promise<void> {
  const tab = activeTab()
  if (!tab || !editor) return
  const sql = editor.text()
  const selection = editor.selection()
  const whole = selection.start === selection.end
  const { start, end } = whole ? { start: 0, end: sql.length } : selection
  const formatted = await formatSql(sql.slice(start, end), tab.engine)
  // The text may have gone on while the formatter was loaded.
  if (formatted !== null && editor.text() === sql) editor.replace(start, end, formatted)
}

/** The selection, or else the current statement, becomes the text of a snippet of the person's own. */
export function keepAsSnippet(): void {
  if (!editor) return
  const { start, end } = editor.selection()
  const [statement] = statementsToRun(editor.text(), { start, end }, 'current', editor.statements())
  const text = start === end ? (statement?.text ?? '') : editor.text().slice(start, end)
  // What stands there means itself; places to fill in are the person's to make.
  editSnippet({ prefix: '', words: '', body: text.replace(/[\\$}]/g, '\\$&') })
}

export function compareCurrent(): void {
  if (!editor) return
  const [statement] = statementsToRun(editor.text(), editor.selection(), 'current', editor.statements())
  if (statement) handToCompare(statement.text)
}

export function refreshCatalogs(): void {
  void readCatalogs()
}

/** Everything that tabs of another workspace ran is closed. */
export function closeAllRuns(): void {
  for (const tabId of Object.keys(useRuns.getState().byTab)) closeRun(tabId)
}
