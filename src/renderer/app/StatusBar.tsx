import { Cylinder, Unplug } from 'lucide-react'
import { StatusDot } from '../components/StatusDot.tsx'
import { useNow } from '../components/useNow.ts'
import { useConnection } from './engineClient.ts'
import { useLive } from './live.ts'
import { goTo } from './places.ts'
import styles from './StatusBar.module.css'
import { statusLineOf } from './statusLine.ts'

/** The lag, always in sight. Each figure has its own width, so none shifts its neighbour. */
export function StatusBar() {
  const snapshot = useLive((live) => live.snapshot)
  const connection = useConnection((state) => state.state)
  const nowMs = useNow()
  if (connection === 'lost') {
    return (
      <div className={styles.bar} role="status">
        <span className={styles.lost}>
          <Unplug size={14} strokeWidth={1.75} aria-hidden />
          The window has lost its engine and reconnects by itself. What it shows is from before.
        </span>
      </div>
    )
  }
  if (!snapshot || snapshot.workspaceId === null) {
    return (
      <button type="button" className={styles.bar} onClick={() => goTo('connect')} data-testid="status-bar">
        <StatusDot tone="neutral" shape="waiting">
          {snapshot ? 'no source open' : 'asking the engine'}
        </StatusDot>
      </button>
    )
  }
  const line = statusLineOf(snapshot, nowMs)
  return (
    <button
      type="button"
      className={styles.bar}
      onClick={() => goTo('live')}
      title="Open Live"
      data-testid="status-bar"
      data-state={snapshot.state}
    >
      <span className={styles.word}>
        <StatusDot tone={line.tone} shape={line.shape}>
          {line.word}
        </StatusDot>
      </span>
      <span className={styles.behind} data-testid="status-behind">
        {line.behind}
      </span>
      <span className={styles.bytes}>{line.bytes}</span>
      <span className={styles.rate}>{line.rate}</span>
      <span className={styles.room} />
      <span className={styles.slot}>
        <StatusDot tone={line.slotTone} shape="steady">
          {line.slot}
        </StatusDot>
      </span>
      <span className={styles.file} title="Size of the replica file">
        <Cylinder size={13} strokeWidth={1.75} aria-hidden />
        <span className="onlyForReaders">File size </span>
        {line.file}
      </span>
    </button>
  )
}
