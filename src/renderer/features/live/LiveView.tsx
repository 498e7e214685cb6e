import { Activity, ChevronRight, Pause, Play, RotateCw } from 'lucide-react'
import type { Fault } from '../../../main/contract/errors.ts'
import type { LiveSnapshot } from '../../../main/contract/live.ts'
import { isMendedByCopying } from '../../app/copyEverything.ts'
import { copyProgress } from '../../app/copyProgress.ts'
import type { CopyProgress } from '../../app/copyProgress.ts'
import { useConnection } from '../../app/engineClient.ts'
import { useLive } from '../../app/live.ts'
import { askToOpen, useOpening } from '../../app/openWorkspace.ts'
import { goTo } from '../../app/places.ts'
import { usePreferences } from '../../app/preferences.ts'
import { faceOf, lostFace } from '../../app/statusLine.ts'
import { sourceNameOf, useWorkspaces } from '../../app/workspaces.ts'
import { Button } from '../../components/Button.tsx'
import { consequenceOf } from '../../components/consequences.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote, FaultDetails } from '../../components/ErrorNote.tsx'
import { LagChart } from '../../components/LagChart.tsx'
import { Progress } from '../../components/Progress.tsx'
import { Skeleton } from '../../components/Skeleton.tsx'
import { StatusDot } from '../../components/StatusDot.tsx'
import { Steady } from '../../components/Steady.tsx'
import { useNow } from '../../components/useNow.ts'
import { pauseStream, resumeStream, useLiveFault } from './actions.ts'
import { DemoTraffic } from './DemoTraffic.tsx'
import { EventsPanel } from './EventsPanel.tsx'
import { Figures } from './Figures.tsx'
import styles from './LiveView.module.css'
import { plainAnswerOf } from './plainAnswer.ts'
import { SchemaChangesPanel } from './SchemaChangesPanel.tsx'
import { lostSentence, sentenceOf } from './sentence.ts'
import type { SentenceContext } from './sentence.ts'
import { TableDialogs } from './TableDialogs.tsx'
import { openTableDialog } from './tableDialogs.ts'
import { TablesPanel } from './TablesPanel.tsx'
import { lagTrend } from './trend.ts'
import { VerifyButton, VerifyPanel } from './VerifyPanel.tsx'

function PauseOrResume({ state, fault }: { state: LiveSnapshot['state']; fault: Fault | null }) {
  const workspace = useWorkspaces((workspaces) => workspaces.current)
  const opening = useOpening((now) => now.busy)
  if (state === 'paused') {
    return (
      <Button variant="primary" icon={Play} onClick={() => void resumeStream()}>
        Go on
      </Button>
    )
  }
  if (state === 'failed' && isMendedByCopying(fault)) {
    return (
      <Button variant="primary" icon={RotateCw} onClick={() => openTableDialog({ kind: 'copy-everything' })}>
        Copy everything again
      </Button>
    )
  }
  if (state === 'failed' && fault?.code === 'DISK_FULL') {
    return (
      <Button variant="primary" icon={Play} onClick={() => void resumeStream()}>
        Go on
      </Button>
    )
  }
  if (state === 'failed' || state === 'stopped') {
    return (
      <Button variant="primary" icon={RotateCw} busy={opening} disabled={!workspace}
        onClick={() => workspace && askToOpen(workspace)}>
        Open again
      </Button>
    )
  }
  return (
    <Button icon={Pause} disabled={state === 'stopping'} onClick={() => void pauseStream()}>
      Pause
    </Button>
  )
}

function PlainAnswer({ snapshot, context }: { snapshot: LiveSnapshot; context: SentenceContext }) {
  const answer = plainAnswerOf(snapshot, context)
  return (
    <details className={styles.question}>
      <summary>
        <ChevronRight size={14} strokeWidth={2} aria-hidden className={styles.chevron} />
        The number is a little behind: is something broken?
      </summary>
      <div className={styles.answer}>
        <p className={styles.verdict}>{answer.verdict}</p>
        {answer.paragraphs.map((paragraph, index) => (
          <p key={index}>
            <Steady text={paragraph} />
          </p>
        ))}
      </div>
    </details>
  )
}

/** By rows, or by tables where the rows of some are not known. */
function wholeFraction({ fraction, tablesDone, tablesInAll }: CopyProgress): number | null {
  if (fraction !== null) return fraction
  return tablesInAll === 0 ? null : tablesDone / tablesInAll
}

function Head({ snapshot, sourceName }: { snapshot: LiveSnapshot; sourceName: string }) {
  const nowMs = useNow()
  const trend = useLive((live) => live.history)
  const context: SentenceContext = { sourceName, nowMs, trend: lagTrend(trend) }
  const isLost = useConnection((connection) => connection.state === 'lost')
  const takenAtMs = useLive((live) => live.takenAtMs)
  const sentence = isLost ? lostSentence(takenAtMs) : sentenceOf(snapshot, context)
  const face = isLost ? lostFace : faceOf(snapshot)
  const fault = useLiveFault((state) => state.fault)
  return (
    <header className={styles.head}>
      <div className={styles.said}>
        <div className={styles.mark}>
          <StatusDot tone={face.tone} shape={face.shape}>
            <span className="onlyForReaders">{face.word}</span>
          </StatusDot>
        </div>
        <div className={styles.words}>
          <h1 className={styles.headline} data-testid="live-sentence">
            <Steady text={sentence.headline} />
          </h1>
          <p className={styles.detail}>
            <Steady text={sentence.detail} />
          </p>
          {snapshot.state === 'failed' && snapshot.fault && (
            <>
              <p className={styles.detail}>{consequenceOf(snapshot.fault.code)}</p>
              <FaultDetails fault={snapshot.fault} />
            </>
          )}
          {snapshot.state === 'copying' && (
            <Progress value={wholeFraction(copyProgress(snapshot, nowMs))} label="Copy" className={styles.progress} />
          )}
        </div>
        <div className={styles.actions}>
          {snapshot.demo && <DemoTraffic transactionsPerSecond={snapshot.demo.transactionsPerSecond} />}
          <VerifyButton state={snapshot.state} />
          <PauseOrResume state={snapshot.state} fault={snapshot.fault} />
        </div>
      </div>
      {fault && <ErrorNote fault={fault} severity="warning" />}
      <PlainAnswer snapshot={snapshot} context={context} />
    </header>
  )
}

function Chart({ sourceName }: { sourceName: string }) {
  const history = useLive((live) => live.history)
  const theme = usePreferences((state) => `${state.shownTheme} ${state.shownContrast}`)
  const nowMs = useNow()
  return (
    <section className={styles.chart} aria-label="Lag over the last 15 minutes">
      <LagChart history={history} nowMs={nowMs} theme={theme} sourceName={sourceName} />
    </section>
  )
}

/** How far behind, why, and since when: for the person who asks and for the one who has to act. */
export function LiveView() {
  const snapshot = useLive((live) => live.snapshot)
  const workspace = useWorkspaces((state) => state.current)
  if (!snapshot) return <Skeleton label="The figures are coming" rows={8} />
  if (snapshot.workspaceId === null) {
    return (
      <EmptyState
        icon={Activity}
        title="Nothing is followed yet"
        text="Here you see how far your copy is behind its source, table by table. Connect a Postgres, or open the demo shop."
        action={
          <Button variant="primary" onClick={() => goTo('connect')}>
            Go to Connect
          </Button>
        }
      />
    )
  }
  const sourceName = sourceNameOf(workspace)
  return (
    <div className={styles.live}>
      <Head snapshot={snapshot} sourceName={sourceName} />
      <Figures snapshot={snapshot} sourceName={sourceName} />
      <Chart sourceName={sourceName} />
      <VerifyPanel />
      <div className={styles.lists}>
        <div className={styles.tables}>
          <TablesPanel tables={snapshot.tables} />
          <SchemaChangesPanel changes={snapshot.schemaChanges} />
        </div>
        <EventsPanel events={snapshot.events} />
      </div>
      <TableDialogs sourceName={sourceName} />
    </div>
  )
}
