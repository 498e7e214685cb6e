import { useEffect } from 'react'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { classes } from '../../components/classes.ts'
import { run } from './actions.ts'
import { parameterInputId, readParameters, setParameter, useParameters } from './parameters.ts'
import styles from './ParameterBar.module.css'

const READS_AFTER_MS = 150

function Parameter({ tab, name, isMissing }: { tab: EditorTab; name: string; isMissing: boolean }) {
  const value = tab.parameters?.[name]
  const id = parameterInputId(name)
  const written = /^\d/.test(name) ? `$${name}` : `:${name}`
  return (
    <span className={styles.parameter}>
      <label htmlFor={id} className={styles.name}>{written}</label>
      <input
        id={id}
        className={styles.value}
        value={value ?? ''}
        placeholder={value === null ? 'NULL' : isMissing ? 'give a value' : 'value'}
        aria-invalid={isMissing || undefined}
        spellCheck={false}
        autoComplete="off"
        size={Math.min(32, Math.max(10, (value ?? '').length + 1))}
        onChange={(event) => setParameter(tab.id, name, event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
          event.preventDefault()
          void run('current')
        }}
      />
      <button
        type="button"
        className={classes(styles.null, value === null && styles.isNull)}
        aria-pressed={value === null}
        aria-label={`${written} is NULL`}
        title="SQL NULL instead of a text"
        onClick={() => setParameter(tab.id, name, value === null ? '' : null)}
      >
        NULL
      </button>
    </span>
  )
}

/** The parameters of the text and their values; they are handed to the engine beside the text. */
export function ParameterBar({ tab }: { tab: EditorTab }) {
  const { tabId, names, missing } = useParameters()
  useEffect(() => {
    const timer = setTimeout(() => void readParameters(tab.id, tab.sql), READS_AFTER_MS)
    return () => clearTimeout(timer)
  }, [tab.id, tab.sql])
  if (tabId !== tab.id || names.length === 0) return null
  return (
    <div className={styles.bar} role="group" aria-label="Parameters">
      <span className={styles.title}>Parameters</span>
      {names.map((name) => <Parameter key={name} tab={tab} name={name} isMissing={missing.has(name)} />)}
    </div>
  )
}
