import type { ReactNode } from 'react'
import type { LucideIcon } from 'lucide-react'
import styles from './EmptyState.module.css'

/** An empty place says what it is for and has one action. */
export function EmptyState(props: { icon: LucideIcon; title: string; text: ReactNode; action?: ReactNode }) {
  const Icon = props.icon
  return (
    <div className={styles.empty}>
      <Icon size={28} strokeWidth={1.25} aria-hidden className={styles.icon} />
      <h2 className={styles.title}>{props.title}</h2>
      <p className={styles.text}>{props.text}</p>
      {props.action && <div className={styles.action}>{props.action}</div>}
    </div>
  )
}
