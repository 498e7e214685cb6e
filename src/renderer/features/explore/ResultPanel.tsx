import { useCallback, useEffect, useMemo, useState } from 'react'
import { TableProperties } from 'lucide-react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { engine } from '../../app/engineClient.ts'
import { keyCaps, runsOnMac } from '../../app/keys.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { CellViewer } from '../../components/grid/CellViewer.tsx'
import { ResultGrid } from '../../components/grid/ResultGrid.tsx'
import type { CellPlace } from '../../components/grid/ResultGrid.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import split from '../../components/Split.module.css'
import { ResultHead } from './ResultHead.tsx'
import { ResultInsight } from './ResultInsight.tsx'
import { useResultPart } from './resultPart.ts'
import { ResultPartSwitch } from './ResultPartSwitch.tsx'
import { failResult, useRun } from './runs.ts'
import type { ShownResult } from './runs.ts'
import styles from './ResultPanel.module.css'

function Grid({ tabId, result }: { tabId: string; result: ShownResult }) {
  const { queryId, columns } = result
  const [opened, setOpened] = useState<CellPlace | null>(null)
  useEffect(() => setOpened(null), [queryId])

  const readCell = useCallback(
    async ({ row, column }: CellPlace) => (await engine.query.cell({ queryId, row, column })).cell,
    [queryId],
  )
  const onPageFault = useCallback((thrown: unknown) => failResult(tabId, queryId, thrown), [tabId, queryId])
  const openCell = useCallback((place: CellPlace) => setOpened(place), [])
  // While the viewer is open it follows the focused cell.
  const followCell = useCallback((place: CellPlace) => setOpened((before) => (before ? place : null)), [])
  const openedColumn = opened ? columns[opened.column] : undefined

  if (columns.length === 0) return <p className={styles.done}>The statement ran. It gives no rows.</p>
  return (
    <Group
      orientation="horizontal"
      className={styles.grid}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !opened) return
        event.stopPropagation()
        setOpened(null)
      }}
    >
      <Panel id="grid" minSize={200}>
        <ResultGrid
          resultKey={queryId}
          columns={columns}
          pages={result.pages}
          firstRows={result.firstRows}
          progress={result.progress}
          label="Result rows"
          readCell={readCell}
          onOpenCell={openCell}
          onFocusCell={followCell}
          onPageFault={onPageFault}
        />
      </Panel>
      {opened && openedColumn && (
        <>
          <Separator className={split.vertical} aria-label="Width of the cell viewer" />
          <Panel id="cell" defaultSize={380} minSize={220} groupResizeBehavior="preserve-pixel-size">
            <CellViewer
              key={`${queryId}-${opened.row}-${opened.column}`}
              place={opened}
              column={openedColumn}
              readCell={readCell}
              onClose={() => setOpened(null)}
            />
          </Panel>
        </>
      )}
    </Group>
  )
}

/** What the tab's last run gave: rows, or what went wrong and what to do. */
export function ResultPanel({ tabId }: { tabId: string }) {
  const run = useRun(tabId)
  const { result, failure, active } = run
  const part = useResultPart(tabId)
  const runKeys = useMemo(() => keyCaps('Ctrl+Enter', runsOnMac), [])
  return (
    <section id="explore-result" className={styles.panel} aria-label="Result" aria-busy={active !== null}>
      <ResultHead run={run}>
        {result && result.columns.length > 0 && !failure && <ResultPartSwitch tabId={tabId} />}
      </ResultHead>
      {failure ? (
        <div className={styles.note}>
          <ErrorNote fault={failure.fault} />
        </div>
      ) : (
        <>
          {result?.progress.fault && (
            <div className={styles.note}>
              <ErrorNote
                fault={result.progress.fault}
                severity={result.progress.fault.code === 'QUERY_CANCELLED' ? 'warning' : 'error'}
              />
            </div>
          )}
          {result ? (
            <div className={styles.body} data-dimmed={active !== null || undefined}>
              {part === 'rows' || result.columns.length === 0 ? (
                <Grid key={tabId} tabId={tabId} result={result} />
              ) : (
                <ResultInsight key={tabId} tabId={tabId} result={result} part={part} />
              )}
            </div>
          ) : (
            !active && (
              <EmptyState
                icon={TableProperties}
                title="Results appear here"
                text={<>Write a statement and press <Kbd caps={runKeys} />, or double-click a table on the left.</>}
              />
            )
          )}
        </>
      )}
    </section>
  )
}
