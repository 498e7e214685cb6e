import type { KeyboardEvent } from 'react'
import { classes } from '../../components/classes.ts'
import { resultParts, showResultPart, useResultPart } from './resultPart.ts'
import type { ResultPart } from './resultPart.ts'
import styles from './ResultPartSwitch.module.css'

const labels: Record<ResultPart, { label: string; title: string }> = {
  rows: { label: 'Rows', title: 'The rows (Alt+R)' },
  chart: { label: 'Chart', title: 'A picture of the rows (Alt+G)' },
  statistics: { label: 'Statistics', title: 'The statistics of every column (Alt+I)' },
}

/** Rows, picture or statistics of one result. */
export function ResultPartSwitch({ tabId }: { tabId: string }) {
  const shown = useResultPart(tabId)

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = resultParts[(resultParts.indexOf(shown) + step + resultParts.length) % resultParts.length]!
    showResultPart(tabId, next)
    event.currentTarget.querySelector<HTMLElement>(`[data-part="${next}"]`)?.focus()
  }

  return (
    <div role="radiogroup" aria-label="Show the result as" className={styles.switch} onKeyDown={onKeyDown}>
      {resultParts.map((part) => (
        <button
          key={part}
          type="button"
          role="radio"
          aria-checked={part === shown}
          tabIndex={part === shown ? 0 : -1}
          data-part={part}
          title={labels[part].title}
          className={classes(styles.choice, part === shown && styles.chosen)}
          onClick={() => showResultPart(tabId, part)}
        >
          {labels[part].label}
        </button>
      ))}
    </div>
  )
}
