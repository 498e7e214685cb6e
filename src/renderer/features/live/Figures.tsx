import type { ReactNode } from 'react'
import type { Lag, LiveSnapshot, SlotHealth } from '../../../main/contract/live.ts'
import {
  formatAbout, formatBytes, formatDuration, formatInstantWithZone, formatMany, formatRate, formatTime,
} from '../../components/format.ts'
import { Gauge } from '../../components/Progress.tsx'
import { StatusDot } from '../../components/StatusDot.tsx'
import type { StatusShape } from '../../components/StatusDot.tsx'
import type { Tone } from '../../components/tone.ts'
import styles from './Figures.module.css'

function Figure(props: { label: string; children: ReactNode; note: ReactNode; title?: string }) {
  return (
    <section className={styles.figure} aria-label={props.label} title={props.title}>
      <h2 className={styles.label}>{props.label}</h2>
      <div className={styles.value}>{props.children}</div>
      <div className={styles.note}>{props.note}</div>
    </section>
  )
}

/** `84 ms` with its unit set smaller. */
function WithUnit({ text }: { text: string }) {
  const at = text.lastIndexOf(' ')
  if (at === -1 || text.includes('min') || text.includes(' h')) return <>{text}</>
  return (
    <>
      {text.slice(0, at)}
      <span className={styles.unit}>{text.slice(at)}</span>
    </>
  )
}

function Freshness({ lag, sourceName }: { lag: Lag; sourceName: string }) {
  const age = lag.freshnessSeconds === null ? '–' : formatDuration(lag.freshnessSeconds * 1000)
  return (
    <Figure
      label={`Behind ${sourceName}`}
      title={lag.lastCommitAt ? `Last commit in the file: ${formatInstantWithZone(lag.lastCommitAt)}` : undefined}
      note={lag.lastCommitAt ? `last commit here ${formatTime(lag.lastCommitAt)}` : 'no commit seen yet'}
    >
      <span className={styles.large} data-testid="freshness">
        <WithUnit text={age} />
      </span>
    </Figure>
  )
}

function Percentiles({ lag }: { lag: Lag }) {
  const { windowSeconds, transactions, p50Ms, p95Ms, p99Ms } = lag.commitToVisible
  return (
    <Figure
      label="Commit to visible"
      note={`${formatMany(transactions, 'transaction')} in the last ${formatAbout(windowSeconds * 1000)}`}
    >
      <dl className={styles.percentiles}>
        {([['p50', p50Ms], ['p95', p95Ms], ['p99', p99Ms]] as const).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatDuration(value)}</dd>
          </div>
        ))}
      </dl>
    </Figure>
  )
}

function Throughput({ lag }: { lag: Lag }) {
  return (
    <Figure
      label="Changes"
      note={`${formatRate(lag.transactionsPerSecond)} transactions/s · ${formatBytes(Math.round(lag.bytesPerSecond))}/s`}
    >
      <span className={styles.medium}>
        {formatRate(lag.changesPerSecond)}
        <span className={styles.unit}> /s</span>
      </span>
    </Figure>
  )
}

const healthFaces: Record<SlotHealth['health'], { tone: Tone; shape: StatusShape; word: string }> = {
  ok: { tone: 'ok', shape: 'steady', word: 'ok' },
  unreserved: { tone: 'warn', shape: 'behind', word: 'unreserved' },
  lost: { tone: 'bad', shape: 'stopped', word: 'lost' },
  missing: { tone: 'bad', shape: 'stopped', word: 'missing' },
  unknown: { tone: 'neutral', shape: 'waiting', word: 'not known' },
}

function Slot({ slot }: { slot: SlotHealth | null }) {
  if (!slot) {
    return (
      <Figure label="Log kept on the source" note="no slot yet">
        <span className={styles.medium}>–</span>
      </Figure>
    )
  }
  const face = healthFaces[slot.health]
  return (
    <Figure
      label="Log kept on the source"
      title={`Slot ${slot.name}, ${slot.active ? 'in use' : 'not in use'}`}
      note={
        <span className={styles.slotNote}>
          <StatusDot tone={face.tone} shape={face.shape}>
            slot {face.word}
          </StatusDot>
          <span className={styles.slotName}>{slot.name}</span>
        </span>
      }
    >
      <div className={styles.slotValue}>
        <span className={styles.medium}>
          <WithUnit text={formatBytes(slot.retainedBytes)} />
          <span className={styles.budget}>
            {slot.budgetBytes === null ? ' no limit set' : ` of ${formatBytes(slot.budgetBytes)}`}
          </span>
        </span>
        {slot.budgetBytes !== null && slot.retainedBytes !== null && (
          <Gauge value={slot.retainedBytes} budget={slot.budgetBytes} label="Log kept, of its budget" />
        )}
      </div>
    </Figure>
  )
}

/** The figures that matter, each in a place of its own. */
export function Figures({ snapshot, sourceName }: { snapshot: LiveSnapshot; sourceName: string }) {
  return (
    <div className={styles.figures}>
      <Freshness lag={snapshot.lag} sourceName={sourceName} />
      <Percentiles lag={snapshot.lag} />
      <Throughput lag={snapshot.lag} />
      <Slot slot={snapshot.slot} />
      <Figure label="Replica file" note={formatMany(snapshot.tables.length, 'table')}>
        <span className={styles.medium}>
          <WithUnit text={formatBytes(snapshot.fileBytes)} />
        </span>
      </Figure>
    </div>
  )
}
