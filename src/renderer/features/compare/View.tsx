import { useCallback, useEffect, useMemo, useRef } from 'react'
import { ArrowRightLeft, Play, Square } from 'lucide-react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { followCatalogs, useCatalogs } from '../../app/catalogs.ts'
import { useCommands } from '../../app/commands.ts'
import { keyCaps, runsOnMac } from '../../app/keys.ts'
import { goTo } from '../../app/places.ts'
import { takeStatement, useStatementInHand } from '../../app/statementInHand.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { Button } from '../../components/Button.tsx'
import { SqlEditor } from '../../components/editor/SqlEditor.tsx'
import type { SqlEditorHandle } from '../../components/editor/SqlEditor.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import { Progress } from '../../components/Progress.tsx'
import split from '../../components/Split.module.css'
import { formatSql } from '../../components/sql/formatSql.ts'
import { statementsToRun } from '../../components/sql/statements.ts'
import { compareCommands } from './commands.ts'
import { Headline } from './Headline.tsx'
import { RunsChart } from './RunsChart.tsx'
import { RunsTable } from './RunsTable.tsx'
import { samplesOf } from './samples.ts'
import type { Sample } from './samples.ts'
import { cancelComparison, compare, setRuns, useCompare } from './store.ts'
import { explanationOf } from './verdict.ts'
import { WorkDone } from './WorkDone.tsx'
import styles from './View.module.css'

const DOCUMENT = 'compare-statement'

function useSamples(): Sample[] {
  const tables = useCatalogs((state) => state.replica.tables)
  return useMemo(() => samplesOf(tables), [tables])
}

function Outcome() {
  const comparison = useCompare((state) => state.comparison)
  const isRunning = useCompare((state) => state.isRunning)
  const fault = useCompare((state) => state.fault)
  const caps = keyCaps('Ctrl+Enter', runsOnMac)
  if (fault) return <div className={styles.note}><ErrorNote fault={fault} /></div>
  if (!comparison) {
    if (isRunning) return null
    return (
      <EmptyState
        icon={ArrowRightLeft}
        title="The same question, asked twice"
        text={
          <>
            Write one statement, or take one from your own schema above, and press <Kbd caps={caps} />. Both engines
            run it in turn; answers are compared before times.
          </>
        }
      />
    )
  }
  return (
    <div className={styles.outcome}>
      {comparison.fault && <ErrorNote fault={comparison.fault} />}
      {comparison.state === 'failed' && comparison.runs.length === 0 ? (
        <p role="status" data-testid="explanation">{explanationOf(comparison)}</p>
      ) : (
        <Headline comparison={comparison} />
      )}
      {comparison.runs.length > 0 && (
        <>
          <RunsChart comparison={comparison} />
          <WorkDone comparison={comparison} />
          <RunsTable comparison={comparison} />
        </>
      )}
      {comparison.conditions.length > 0 && (
        <section aria-labelledby="compare-conditions">
          <h2 id="compare-conditions" className={styles.title}>Conditions</h2>
          <ul className={styles.conditions}>
            {comparison.conditions.map((condition) => <li key={condition}>{condition}</li>)}
          </ul>
        </section>
      )}
    </div>
  )
}

function RunProgress() {
  const comparison = useCompare((state) => state.comparison)
  const isRunning = useCompare((state) => state.isRunning)
  const wanted = useCompare((state) => state.runs)
  if (!isRunning) return <div className={styles.progress} />
  // The first run of each engine stands apart from the wanted ones.
  const all = 2 * ((comparison?.runsWanted ?? wanted) + 1)
  const done = comparison?.runs.length ?? 0
  return (
    <div className={styles.progress}>
      <Progress value={done === 0 ? null : Math.min(1, done / all)} label="Runs done" tone="neutral" />
    </div>
  )
}

/** The same SQL on both engines: editor above, outcome beneath. */
export function CompareView() {
  const workspace = useWorkspaces((state) => state.current)
  const index = useCatalogs((state) => state.source.index ?? state.replica.index)
  const sql = useCompare((state) => state.sql)
  const runs = useCompare((state) => state.runs)
  const isRunning = useCompare((state) => state.isRunning)
  const comparison = useCompare((state) => state.comparison)
  const fault = useCompare((state) => state.fault)
  const inHand = useStatementInHand((state) => state.sql)
  const samples = useSamples()
  const editor = useRef<SqlEditorHandle>(null)

  useEffect(() => followCatalogs(), [])

  const start = useCallback(() => {
    const handle = editor.current
    if (!handle) return
    handle.clearFault()
    handle.hideCompletion()
    const [statement] = statementsToRun(handle.text(), handle.selection(), 'current', handle.statements())
    if (statement) void compare(statement)
  }, [])

  const put = useCallback((text: string) => {
    const handle = editor.current
    if (handle) handle.replace(0, handle.text().length, text)
    else useCompare.setState({ sql: text })
  }, [])

  useEffect(() => {
    if (inHand === null) return
    const taken = takeStatement()
    if (taken !== null) put(taken)
  }, [inHand, put])

  const failure = comparison?.fault ?? fault
  useEffect(() => {
    const { statement } = useCompare.getState()
    if (failure && statement) editor.current?.showFault(failure, statement)
  }, [failure])

  const commands = useMemo(
    () => compareCommands({
      compare: start,
      async format() {
        const before = editor.current?.text() ?? ''
        const formatted = await formatSql(before, 'source')
        if (formatted !== null && editor.current?.text() === before) put(formatted)
      },
      edit: (action) => editor.current?.trigger(action),
    }),
    [put, start],
  )
  useCommands(commands)

  if (workspace === null) {
    return (
      <EmptyState
        icon={ArrowRightLeft}
        title="Nothing to compare yet"
        text="Compare runs one statement on the source and on its replica. Open a source first, or the demo."
        action={<Button variant="primary" onClick={() => goTo('connect')}>Connect a source</Button>}
      />
    )
  }
  return (
    <Group orientation="vertical" className={styles.place}>
      <Panel id="statement" defaultSize={210} minSize={110} groupResizeBehavior="preserve-pixel-size">
        <div className={styles.statement}>
          <div className={styles.bar}>
            <div className={styles.samples} role="group" aria-label="Statements from your schema">
              {samples.length > 0 && <span className={styles.samplesLabel}>From your schema</span>}
              {samples.map((sample) => (
                <Button
                  key={sample.title} size="small" variant="quiet" title={`${sample.hint}\n\n${sample.sql}`}
                  onClick={() => put(sample.sql)}
                >
                  {sample.title}
                </Button>
              ))}
            </div>
            <label className={styles.runs}>
              Runs
              <input
                type="number" min={1} max={50} value={runs} disabled={isRunning}
                onChange={(event) => setRuns(event.target.valueAsNumber)}
              />
            </label>
            {isRunning ? (
              <Button size="small" icon={Square} className={styles.run} onClick={cancelComparison}>
                Cancel <Kbd caps={keyCaps('Ctrl+.', runsOnMac)} />
              </Button>
            ) : (
              <Button
                size="small" variant="primary" icon={Play} className={styles.run} onClick={start} data-testid="compare"
              >
                Compare <Kbd caps={keyCaps('Ctrl+Enter', runsOnMac)} />
              </Button>
            )}
          </div>
          <div className={styles.editor}>
            <SqlEditor
              documentId={DOCUMENT}
              initialText={sql}
              engine="source"
              completion={index}
              label="Statement to compare"
              placeholder="One statement that both engines understand"
              onChange={(_document, text) => useCompare.setState({ sql: text })}
              handle={editor}
            />
          </div>
        </div>
      </Panel>
      <Separator className={split.horizontal} aria-label="Height of the editor" />
      <Panel id="outcome" minSize={200}>
        <RunProgress />
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Comparison"><Outcome /></div>
      </Panel>
    </Group>
  )
}
