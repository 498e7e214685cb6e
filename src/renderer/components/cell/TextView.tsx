import { useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { WrapText } from 'lucide-react'
import { IconButton } from '../Button.tsx'
import { SearchBar, useMatchSteps } from './SearchBar.tsx'
import { matchesOf } from './textMatches.ts'
import styles from './TextView.module.css'

/** More than this in one element makes the browser slow; the whole of it can be copied. */
const SHOWN_CHARACTERS = 500_000
const FOUND_AT_MOST = 2_000

/** A text of any length, wrapped or not, and searched. */
export function TextView({ text, label }: { text: string; label: string }) {
  const [wraps, setWraps] = useState(true)
  const [search, setSearch] = useState('')
  const frame = useRef<HTMLPreElement>(null)
  const shown = text.length > SHOWN_CHARACTERS ? text.slice(0, SHOWN_CHARACTERS) : text
  const matches = useMemo(() => matchesOf(shown, search, FOUND_AT_MOST), [shown, search])
  const steps = useMatchSteps(matches.length, search, (at) => {
    requestAnimationFrame(() =>
      frame.current?.querySelector(`[data-match="${at}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    )
  })

  const pieces: ReactNode[] = []
  let from = 0
  for (const [at, { start, end }] of matches.entries()) {
    pieces.push(shown.slice(from, start))
    pieces.push(
      <mark key={at} data-match={at} data-current={at === steps.at || undefined} className={styles.match}>
        {shown.slice(start, end)}
      </mark>,
    )
    from = end
  }
  pieces.push(shown.slice(from))

  return (
    <>
      <SearchBar label="Search the text" search={search} onSearch={setSearch} steps={steps} isCut={matches.length === FOUND_AT_MOST}>
        <IconButton
          size="small" icon={WrapText} label="Wrap long lines" aria-pressed={wraps} onClick={() => setWraps(!wraps)}
        />
      </SearchBar>
      <pre ref={frame} className={wraps ? styles.wrapped : styles.value} tabIndex={0} aria-label={label} role="region">
        {pieces}
        {text.length > SHOWN_CHARACTERS && (
          <span className={styles.more}>{'\n… cut here for reading; Copy takes all of it'}</span>
        )}
      </pre>
    </>
  )
}
