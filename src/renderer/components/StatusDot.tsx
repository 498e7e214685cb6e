import type { ReactNode } from 'react'
import type { LucideIcon } from 'lucide-react'
import {
  ArrowDownToLine, Check, Circle, CircleDashed, CirclePause, Hourglass, LoaderCircle, OctagonX, RotateCw,
} from 'lucide-react'
import styles from './StatusDot.module.css'
import { classes } from './classes.ts'
import type { Tone } from './tone.ts'

const shapes = {
  /** A plain filled dot: all is as it should be. */
  steady: null,
  idle: Circle,
  done: Check,
  working: LoaderCircle,
  copying: ArrowDownToLine,
  behind: Hourglass,
  retrying: RotateCw,
  paused: CirclePause,
  stopped: OctagonX,
  waiting: CircleDashed,
} satisfies Record<string, LucideIcon | null>
export type StatusShape = keyof typeof shapes

/** A state by shape, colour and word together. */
export function StatusDot(props: { tone: Tone; shape: StatusShape; children: ReactNode; title?: string }) {
  const Icon = shapes[props.shape]
  return (
    <span className={classes(styles.status, styles[props.tone])} title={props.title}>
      <span className={styles.mark} aria-hidden>
        {Icon ? (
          <Icon size={13} strokeWidth={2} className={props.shape === 'working' ? styles.turning : undefined} />
        ) : (
          <span className={styles.dot} />
        )}
      </span>
      {props.children}
    </span>
  )
}
