import type { ReactNode } from 'react'
import type { LucideIcon } from 'lucide-react'
import styles from './Badge.module.css'
import { classes } from './classes.ts'
import type { Tone } from './tone.ts'

/** A word with a colour that means something; the word carries the meaning too. */
export function Badge(props: { tone?: Tone; icon?: LucideIcon; title?: string; children: ReactNode }) {
  const { tone = 'neutral', icon: Icon, title, children } = props
  return (
    <span className={classes(styles.badge, styles[tone])} title={title}>
      {Icon && <Icon size={12} strokeWidth={2} aria-hidden />}
      {children}
    </span>
  )
}

/** The mark of a source in production: hatched, and the word. */
export function ProductionMark() {
  return <span className={classes(styles.badge, styles.production)}>production</span>
}
