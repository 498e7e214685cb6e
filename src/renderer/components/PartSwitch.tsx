import type { KeyboardEvent } from 'react'
import { classes } from './classes.ts'
import styles from './PartSwitch.module.css'

export interface Part<Id extends string> {
  id: Id
  label: string
  title?: string
}

interface PartSwitchProps<Id extends string> {
  label: string
  parts: readonly Part<Id>[]
  shown: Id
  onShow(id: Id): void
}

/** One of few ways to look at the same thing; arrows move. https://www.w3.org/WAI/ARIA/apg/patterns/radio/ */
export function PartSwitch<Id extends string>({ label, parts, shown, onShow }: PartSwitchProps<Id>) {
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = parts.findIndex(({ id }) => id === shown)
    const next = parts[(at + step + parts.length) % parts.length]!
    onShow(next.id)
    event.currentTarget.querySelector<HTMLElement>(`[data-part="${next.id}"]`)?.focus()
  }

  return (
    <div role="radiogroup" aria-label={label} className={styles.switch} onKeyDown={onKeyDown}>
      {parts.map((part) => (
        <button
          key={part.id}
          type="button"
          role="radio"
          aria-checked={part.id === shown}
          tabIndex={part.id === shown ? 0 : -1}
          data-part={part.id}
          title={part.title}
          className={classes(styles.choice, part.id === shown && styles.chosen)}
          onClick={() => onShow(part.id)}
        >
          {part.label}
        </button>
      ))}
    </div>
  )
}
