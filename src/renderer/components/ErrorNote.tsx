import type { ReactNode } from 'react'
import { OctagonX, TriangleAlert } from 'lucide-react'
import type { Fault } from '../../main/contract/errors.ts'
import { CopyButton } from './CopyButton.tsx'
import styles from './ErrorNote.module.css'
import { classes } from './classes.ts'
import { consequenceOf } from './consequences.ts'

interface ErrorNoteProps {
  fault: Fault
  /** What it means for the data; by default what the code's table says. */
  consequence?: string
  /** What to press. */
  action?: ReactNode
  /** `warning`: it goes on, or can be tried again as it is. */
  severity?: 'error' | 'warning'
}

/** What happened, what it means for the data, what to do; details fold out and can be copied. */
export function ErrorNote({ fault, consequence, action, severity = 'error' }: ErrorNoteProps) {
  const Icon = severity === 'error' ? OctagonX : TriangleAlert
  const meaning = consequence ?? consequenceOf(fault.code)
  return (
    <div role="alert" className={classes(styles.note, styles[severity])}>
      <Icon size={16} strokeWidth={1.75} aria-hidden className={styles.icon} />
      <div className={styles.words}>
        <p className={styles.message}>{fault.message}</p>
        {meaning && <p>{meaning}</p>}
        <p>{fault.advice}</p>
        <FaultDetails fault={fault} />
        {action && <div className={styles.action}>{action}</div>}
      </div>
    </div>
  )
}

/** Code, words and the engine's own detail; folded, and can be copied. */
export function FaultDetails({ fault }: { fault: Fault }) {
  return (
    <details className={styles.details}>
      <summary>Details</summary>
      <div className={styles.detailBody}>
        <pre tabIndex={0}>{detailsOf(fault)}</pre>
        <CopyButton text={detailsOf(fault)} />
      </div>
    </details>
  )
}

function detailsOf(fault: Fault): string {
  const lines = [fault.code, fault.message, fault.advice]
  if (fault.place) lines.push(`at character ${fault.place.offset + 1}`)
  // A server's hint is the advice and stands in its detail too.
  if (fault.detail) lines.push(...fault.detail.split('\n').filter((line) => line !== fault.advice))
  return lines.join('\n')
}
