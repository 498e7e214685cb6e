import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { IconButton } from '../Button.tsx'
import { SearchField } from '../Field.tsx'
import { formatCount } from '../format.ts'
import styles from './SearchBar.module.css'

export interface MatchSteps {
  count: number
  /** Which match is in hand, from 0. */
  at: number
  step(by: 1 | -1): void
}

/** Goes round the matches of a search; the first one is shown as soon as there are some. */
export function useMatchSteps(count: number, search: string, show: (at: number) => void): MatchSteps {
  const [at, setAt] = useState(0)
  useEffect(() => {
    setAt(0)
    if (count > 0) show(0)
    // Another search is what counts; `show` is another function with every drawing.
  }, [count, search])
  return {
    count,
    at,
    step(by) {
      if (count === 0) return
      const next = (at + by + count) % count
      setAt(next)
      show(next)
    },
  }
}

interface SearchBarProps {
  label: string
  search: string
  onSearch(search: string): void
  steps: MatchSteps
  /** True where there may be more matches than are counted. */
  isCut: boolean
  children?: ReactNode
}

/** A search inside of a value: Enter goes to the next match, with Shift to the one before. */
export function SearchBar({ label, search, onSearch, steps, isCut, children }: SearchBarProps) {
  return (
    <div className={styles.bar}>
      <SearchField
        label={label}
        value={search}
        onChange={onSearch}
        className={styles.field}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          steps.step(event.shiftKey ? -1 : 1)
        }}
      />
      {search !== '' && (
        <>
          <span className={styles.count} role="status">
            {steps.count === 0 ? 'none' : `${formatCount(steps.at + 1)} of ${formatCount(steps.count)}${isCut ? '+' : ''}`}
          </span>
          <IconButton size="small" icon={ChevronUp} label="The match before (Shift+Enter)" disabled={steps.count === 0} onClick={() => steps.step(-1)} />
          <IconButton size="small" icon={ChevronDown} label="The next match (Enter)" disabled={steps.count === 0} onClick={() => steps.step(1)} />
        </>
      )}
      {search === '' && children}
    </div>
  )
}
