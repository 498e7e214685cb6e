import { memo, useCallback, useEffect, useMemo } from 'react'
import { Compass } from 'lucide-react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { followCatalogs, useCatalogs } from '../../app/catalogs.ts'
import { useCommands } from '../../app/commands.ts'
import { useConnection } from '../../app/engineClient.ts'
import { goTo } from '../../app/places.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useQueryInHand } from '../../app/statementInHand.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { Button } from '../../components/Button.tsx'
import { SqlEditor } from '../../components/editor/SqlEditor.tsx'
import type { SqlEditorHandle } from '../../components/editor/SqlEditor.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Skeleton } from '../../components/Skeleton.tsx'
import split from '../../components/Split.module.css'
import { closeAllRuns, openQuery, openTableAt, takeEditor, theEditor } from './actions.ts'
import { exploreCommands } from './commands.ts'
import { followExports } from './exportNews.ts'
import { FileBar } from './FileBar.tsx'
import { ClearHistoryDialog } from './HistoryList.tsx'
import { OutcomeStrip } from './OutcomeStrip.tsx'
import { QuickOpen } from './QuickOpen.tsx'
import { ParameterBar } from './ParameterBar.tsx'
import { PlanPanel } from './PlanPanel.tsx'
import { ResultPanel } from './ResultPanel.tsx'
import { RunBar } from './RunBar.tsx'
import { useRun } from './runs.ts'
import { SaveDialog } from './SaveDialog.tsx'
import { SavedQueryDialogs } from './SavedQueryDialogs.tsx'
import { followSavedQueries } from './savedQueryStore.ts'
import { SidePanel } from './SidePanel.tsx'
import { changeTabs, documentOf, readTabs, useTabs, writeTabsWhenHidden } from './tabStore.ts'
import { withChangedTab } from './tabs.ts'
import { TabStrip } from './TabStrip.tsx'
import styles from './View.module.css'

const PLACEHOLDER = 'SELECT … Ctrl+Space completes from your schema, Ctrl+Enter runs the statement under the cursor'

/** What lies under the editor is not drawn again with each key that is typed above it. */
const Outcomes = memo(function Outcomes({ tabId }: { tabId: string }) {
  const run = useRun(tabId)
  // Cells that are drawn already would keep the grouping that they were drawn with.
  const digitGrouping = usePreferences((state) => state.preferences.digitGrouping)
  return (
    <div className={styles.outcome} data-testid="outcome">
      <OutcomeStrip tabId={tabId} run={run} />
      <div className={styles.shown}>
        {run.plan ? <PlanPanel plan={run.plan} active={run.active} /> : <ResultPanel key={digitGrouping} tabId={tabId} />}
      </div>
    </div>
  )
})

function Workbench() {
  const tab = useTabs((state) => state.tabs.find(({ id }) => id === state.activeTabId))
  const index = useCatalogs((state) => (tab ? state[tab.engine].index : null))
  const { failure } = useRun(tab?.id ?? '')

  useEffect(() => {
    const editor = theEditor()
    if (!editor) return
    if (failure) editor.showFault(failure.fault, failure.statement)
    else editor.clearFault()
  }, [failure, tab?.id])

  const onChange = useCallback((documentId: string, sql: string) => {
    changeTabs((state) => {
      const changed = state.tabs.find(({ id }) => documentOf(id) === documentId)
      return changed && changed.sql !== sql ? withChangedTab(state, changed.id, { sql }) : state
    })
  }, [])
  const handle = useCallback((editor: SqlEditorHandle | null) => takeEditor(editor), [])

  if (!tab) return null
  return (
    <div className={styles.workbench}>
      <div className={styles.top} data-engine={tab.engine}>
        <TabStrip />
        <RunBar tab={tab} />
      </div>
      <FileBar tab={tab} />
      <ParameterBar tab={tab} />
      <SaveDialog tab={tab} />
      <div id="explore-panel" role="tabpanel" aria-labelledby={`explore-tab-${tab.id}`} className={styles.panels}>
        <Group orientation="vertical" className={styles.group}>
          <Panel id="editor" defaultSize="38%" minSize={80}>
            <SqlEditor
              documentId={documentOf(tab.id)}
              initialText={tab.sql}
              engine={tab.engine}
              completion={index}
              label={`SQL of ${tab.title}`}
              placeholder={PLACEHOLDER}
              onChange={onChange}
              onOpenName={openTableAt}
              handle={handle}
            />
          </Panel>
          <Separator className={split.horizontal} aria-label="Height of the editor" />
          <Panel id="result" minSize={80}>
            <Outcomes tabId={tab.id} />
          </Panel>
        </Group>
      </div>
    </div>
  )
}

/** Schemas left, editor above, result beneath. */
export function ExploreView() {
  const workspace = useWorkspaces((state) => state.current)
  const tabsOf = useTabs((state) => state.workspaceId)
  const commands = useMemo(() => exploreCommands(), [])
  useCommands(commands)

  useEffect(() => followCatalogs(), [])
  useEffect(() => writeTabsWhenHidden(), [])
  useEffect(() => followExports(), [])
  useEffect(() => (tabsOf ? followSavedQueries() : undefined), [tabsOf])

  const workspaceId = workspace?.id
  const generation = useConnection((state) => state.generation)
  // Where the link was down when they were asked for, the next link brings them.
  useEffect(() => {
    if (!workspaceId || useTabs.getState().workspaceId === workspaceId) return
    closeAllRuns()
    void readTabs(workspaceId).catch(() => undefined)
  }, [workspaceId, generation])

  const queryInHand = useQueryInHand((state) => state.query)
  useEffect(() => {
    if (!queryInHand || !workspaceId || tabsOf !== workspaceId) return
    useQueryInHand.setState({ query: null })
    openQuery(queryInHand)
  }, [queryInHand, tabsOf, workspaceId])

  if (workspace === null) {
    return (
      <EmptyState
        icon={Compass}
        title="Nothing to query yet"
        text="Explore runs SQL on the replica and on its source. Open a source first, or the demo."
        action={<Button variant="primary" onClick={() => goTo('connect')}>Connect a source</Button>}
      />
    )
  }
  if (!workspaceId || tabsOf !== workspaceId) return <Skeleton label="Your queries are being read" rows={10} />
  return (
    <Group orientation="horizontal" className={styles.group}>
      <Panel id="schemas" defaultSize={260} minSize={160} maxSize="50%" groupResizeBehavior="preserve-pixel-size">
        <SidePanel />
      </Panel>
      <Separator className={split.vertical} aria-label="Width of the schemas" />
      <Panel id="workbench" minSize={320}>
        <Workbench />
        <QuickOpen />
        <SavedQueryDialogs />
        <ClearHistoryDialog />
      </Panel>
    </Group>
  )
}
