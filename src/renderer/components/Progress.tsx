import styles from './Progress.module.css'
import { classes } from './classes.ts'
import type { Tone } from './tone.ts'

/** How far a work has come, 0 to 1; null where nobody can know. */
export function Progress(props: { value: number | null; label: string; tone?: Tone; className?: string }) {
  const { value, label, tone = 'replica', className } = props
  const percent = value === null ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={classes(styles.track, styles[tone], value === null && styles.unknown, className)}
    >
      <div className={styles.bar} style={value === null ? undefined : { width: `${value * 100}%` }} />
    </div>
  )
}

/** A figure against its budget. The bar turns orange from half of it, red from four fifths. */
export function Gauge(props: { value: number; budget: number; label: string }) {
  const share = Math.min(1, props.value / props.budget)
  const tone = share >= 0.8 ? 'bad' : share >= 0.5 ? 'warn' : 'ok'
  return (
    <div
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      className={classes(styles.track, styles[tone])}
    >
      <div className={styles.bar} style={{ width: `max(${share > 0 ? 2 : 0}px, ${share * 100}%)` }} />
    </div>
  )
}
