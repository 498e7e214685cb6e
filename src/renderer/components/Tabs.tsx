import { useId } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import styles from './Tabs.module.css'
import { classes } from './classes.ts'

export interface Tab<Id extends string> {
  id: Id
  label: ReactNode
}

interface TabsProps<Id extends string> {
  label: string
  tabs: readonly Tab<Id>[]
  active: Id
  onChange(id: Id): void
  /** The panel of the active tab. */
  children?: ReactNode
  className?: string
}

const steps: Record<string, (index: number, count: number) => number> = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_index, count) => count - 1,
}

/** Tabs by the ARIA pattern: arrows move, the panel follows. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export function Tabs<Id extends string>({ label, tabs, active, onChange, children, className }: TabsProps<Id>) {
  const base = useId()

  function onKeyDown(event: KeyboardEvent): void {
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    const next = tabs[step(tabs.findIndex((tab) => tab.id === active), tabs.length)]!
    onChange(next.id)
    document.getElementById(`${base}-${next.id}`)?.focus()
  }

  return (
    <div className={classes(styles.tabs, className)}>
      <div role="tablist" aria-label={label} className={styles.list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab.id === active}
            aria-controls={children ? `${base}-panel` : undefined}
            tabIndex={tab.id === active ? 0 : -1}
            className={classes(styles.tab, tab.id === active && styles.active)}
            onClick={() => onChange(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {children && (
        <div id={`${base}-panel`} role="tabpanel" aria-labelledby={`${base}-${active}`} className={styles.panel}>
          {children}
        </div>
      )}
    </div>
  )
}
