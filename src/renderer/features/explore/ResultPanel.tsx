import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { TableProperties } from 'lucide-react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { faultOf } from '../../../main/contract/errors.ts'
import type { TextFormat } from '../../../main/contract/export.ts'
import type { ResultRange } from '../../../main/contract/resultRange.ts'
import type { ResultView } from '../../../main/contract/resultView.ts'
import type { GridLayout } from '../../../main/contract/settings.ts'
import type { Cell } from '../../../main/contract/values.ts'
import { useCommands } from '../../app/commands.ts'
import type { Command } from '../../app/commands.ts'
import { engine } from '../../app/engineClient.ts'
import { readForeignKeys, useForeignKeys } from '../../app/foreignKeys.ts'
import { keyCaps, runsOnMac } from '../../app/keys.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { CellViewer } from '../../components/cell/CellViewer.tsx'
import { ResultGrid } from '../../components/grid/ResultGrid.tsx'
import type { CellPlace, ResultGridHandle } from '../../components/grid/ResultGrid.tsx'
import { formatMany } from '../../components/format.ts'
import { Kbd } from '../../components/Kbd.tsx'
import { tokensOf } from '../../components/sql/lexer.ts'
import { writtenName, writtenTableName } from '../../components/sql/names.ts'
import { resultReferences, rowReferredTo } from '../../components/sql/references.ts'
import { referencesOf } from '../../components/sql/tableReferences.ts'
import split from '../../components/Split.module.css'
import { openQuery } from './actions.ts'
import { ExportDialog } from './ExportDialog.tsx'
import { ResultHead } from './ResultHead.tsx'
import { ResultInsight } from './ResultInsight.tsx'
import { useResultPart } from './resultPart.ts'
import { ResultPartSwitch } from './ResultPartSwitch.tsx'
import { ResultTotals } from './ResultTotals.tsx'
import { ResultViewBar } from './ResultViewBar.tsx'
import { hiddenColumns, keepLayout, layoutKeys, useLayoutOf } from './layouts.ts'
import { failResult, runOf, useRun, viewResult } from './runs.ts'
import type { ShownResult } from './runs.ts'
import { useTabs } from './tabStore.ts'
import styles from './ResultPanel.module.css'

/** The table that INSERT statements of a result name: the one it is read from, where there is one. */
function tableNameOf(sql: string): string {
  const { tables } = referencesOf(sql, tokensOf(sql))
  const [table] = tables
  if (!table || tables.length > 1) return 'result'
  return table.schema === null ? writtenName(table.name) : writtenTableName({ schema: table.schema, name: table.name })
}

const NOTICE_MS = 4_000

/** Puts ranges on the clipboard, and says for a while what it did. */
function useCopy({ queryId, sql }: ShownResult): [notice: string | null, copy: (range: ResultRange, format: TextFormat, headers: boolean) => void] {
  const [notice, setNotice] = useState<string | null>(null)
  useEffect(() => {
    if (notice === null) return
    const timer = setTimeout(() => setNotice(null), NOTICE_MS)
    return () => clearTimeout(timer)
  }, [notice])
  const copy = useCallback(
    (range: ResultRange, format: TextFormat, headers: boolean) => {
      engine.export
        .text({ queryId, range, format, headers, tableName: tableNameOf(sql) })
        .then(async ({ text, rows, isCut }) => {
          await navigator.clipboard.writeText(format === 'tsv' || format === 'csv' ? text.replace(/\r\n$/, '') : text)
          const what = `${formatMany(rows, 'row')} of ${formatMany(range.columns.length, 'column')}`
          setNotice(isCut ? `Copied the first ${what}; that is all the clipboard bears. Export writes the rest.` : `Copied ${what}`)
        })
        .catch((thrown: unknown) => setNotice(`Not copied: ${faultOf(thrown).message}`))
    },
    [queryId, sql],
  )
  return [notice, copy]
}

/** What is done to the cell in hand; typing has these keys for itself. */
function cellCommands(
  focused: RefObject<CellPlace | null>,
  grid: RefObject<ResultGridHandle | null>,
  open: (place: CellPlace) => void,
): Command[] {
  const group = 'Explore'
  const when = (): boolean => focused.current !== null && !document.activeElement?.closest('.monaco-editor, input, textarea')
  return [
    {
      id: 'explore.openCell', label: 'Open the cell: tree, text, bytes, picture or time', keys: ['Shift+Enter'], group, when,
      perform: () => open(focused.current!),
    },
    {
      id: 'explore.columnMenu', label: 'Menu of the column: sort, filter, format, pin, freeze, hide', keys: ['Alt+ArrowDown'],
      group, when, perform: () => grid.current?.openColumnMenu(focused.current!.column),
    },
  ]
}

function Grid({ tabId, result }: { tabId: string; result: ShownResult }) {
  const { queryId, columns, sql, engine: on } = result
  const [opened, setOpened] = useState<CellPlace | null>(null)
  const [selected, setSelected] = useState<ResultRange | null>(null)
  const [notice, copy] = useCopy(result)
  useEffect(() => setOpened(null), [queryId])
  useEffect(() => void readForeignKeys(), [queryId])

  const readCell = useCallback(
    async ({ row, column }: CellPlace) => (await engine.query.cell({ queryId, row, column })).cell,
    [queryId],
  )
  const onPageFault = useCallback((thrown: unknown) => failResult(tabId, queryId, thrown), [tabId, queryId])
  const openCell = useCallback((place: CellPlace) => setOpened(place), [])
  // While the viewer is open it follows the focused cell.
  const focused = useRef<CellPlace | null>(null)
  const followCell = useCallback((place: CellPlace) => {
    focused.current = place
    setOpened((before) => (before ? place : null))
  }, [])
  useEffect(() => void (focused.current = null), [queryId])
  const grid = useRef<ResultGridHandle>(null)
  useCommands(useMemo(() => cellCommands(focused, grid, setOpened), []))
  const openedColumn = opened ? columns[opened.column] : undefined
  const onView = useCallback((view: ResultView) => void viewResult(tabId, result, view), [tabId, result])

  const layout = useLayoutOf(result)
  const onLayout = useCallback((next: GridLayout | null) => keepLayout(layoutKeys(sql, columns), next), [sql, columns])

  const foreignKeys = useForeignKeys()
  const references = useMemo(() => resultReferences(sql, columns, foreignKeys), [sql, columns, foreignKeys])
  const referenceColumns = useMemo(() => new Set(references.keys()), [references])
  const follow = useCallback(
    (place: CellPlace, row: readonly Cell[]) => {
      const reference = references.get(place.column)
      const query = reference ? rowReferredTo(reference, row, columns) : null
      if (query) openQuery({ title: reference!.key.references.table, sql: query, engine: on })
    },
    [references, columns, on],
  )

  if (columns.length === 0) return <p className={styles.done}>The statement ran. It gives no rows.</p>
  return (
    <div className={styles.results}>
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
            resultKey={result.resultId}
            columns={columns}
            pages={result.pages}
            firstRows={result.firstRows}
            progress={result.progress}
            label="Result rows"
            view={result.asked?.view ?? result.view}
            layout={layout}
            onLayout={onLayout}
            isTable={result.isTable}
            readCell={readCell}
            onView={onView}
            onCopy={copy}
            onSelect={setSelected}
            references={referenceColumns}
            onFollow={follow}
            onOpenCell={openCell}
            onFocusCell={followCell}
            onPageFault={onPageFault}
            handle={grid}
          />
        </Panel>
        {opened && openedColumn && (
          <>
            <Separator className={split.vertical} aria-label="Width of the cell viewer" />
            <Panel id="cell" defaultSize={380} minSize={220} groupResizeBehavior="preserve-pixel-size">
              <CellViewer
                place={opened}
                column={openedColumn}
                readCell={readCell}
                onClose={() => setOpened(null)}
              />
            </Panel>
          </>
        )}
      </Group>
      <ResultTotals queryId={queryId} range={selected} notice={notice} hidden={hiddenColumns(layout)} />
    </div>
  )
}

/** What the tab's last run gave: rows, or what went wrong and what to do. */
export function ResultPanel({ tabId }: { tabId: string }) {
  const run = useRun(tabId)
  const { result, failure, active } = run
  const part = useResultPart(tabId)
  const title = useTabs((state) => state.tabs.find(({ id }) => id === tabId)?.title ?? 'result')
  const onView = useCallback(
    (view: ResultView) => {
      const shown = runOf(tabId).result
      if (shown) void viewResult(tabId, shown, view)
    },
    [tabId],
  )
  const runKeys = useMemo(() => keyCaps('Ctrl+Enter', runsOnMac), [])
  return (
    <section id="explore-result" className={styles.panel} aria-label="Result" aria-busy={active !== null}>
      <ResultHead run={run} onView={onView}>
        {result && result.columns.length > 0 && !failure && <ResultPartSwitch tabId={tabId} />}
      </ResultHead>
      <ExportDialog tableName={result ? tableNameOf(result.sql) : 'result'} title={title} />
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
          {result && (
            <ResultViewBar
              columns={result.columns} view={result.asked?.view ?? result.view}
              onView={onView}
            />
          )}
          {result?.viewFault && (
            <div className={styles.note}>
              <ErrorNote fault={result.viewFault} />
            </div>
          )}
          {result ? (
            <div className={styles.body} data-dimmed={active !== null || result.asked !== null || undefined}>
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
