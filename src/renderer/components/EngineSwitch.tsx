import type { KeyboardEvent } from 'react'
import type { EngineName } from '../../main/contract/values.ts'
import { classes } from './classes.ts'
import styles from './EngineSwitch.module.css'

const engines: { name: EngineName; label: string; title: string }[] = [
  { name: 'replica', label: 'Replica', title: 'DuckDB, columns: the copy on this machine' },
  { name: 'source', label: 'Source', title: 'Postgres, rows: the database itself, read-only' },
]

/** Which engine runs the statement: gold is the replica, blue the source. */
export function EngineSwitch(props: { value: EngineName; onChange(value: EngineName): void }) {
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].includes(event.key)) return
    event.preventDefault()
    const next = props.value === 'replica' ? 'source' : 'replica'
    props.onChange(next)
    event.currentTarget.querySelector<HTMLElement>(`[data-engine="${next}"]`)?.focus()
  }
  return (
    <div role="radiogroup" aria-label="Engine" className={styles.switch} onKeyDown={onKeyDown}>
      {engines.map(({ name, label, title }) => (
        <button
          key={name}
          type="button"
          role="radio"
          aria-checked={props.value === name}
          tabIndex={props.value === name ? 0 : -1}
          data-engine={name}
          title={title}
          className={classes(styles.choice, styles[name])}
          onClick={() => props.onChange(name)}
        >
          <span className={styles.mark} aria-hidden />
          {label}
        </button>
      ))}
    </div>
  )
}
