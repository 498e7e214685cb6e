import { useEffect, useMemo, useRef, useState } from 'react'
import type { FocusEvent, KeyboardEvent } from 'react'
import { CircleAlert, CircleCheck, OctagonX, X } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { Button, IconButton } from '../components/Button.tsx'
import { registerCommands } from './commands.ts'
import { putAway, showPlaceOf, useNotices } from './notices.ts'
import type { Notice } from './notices.ts'
import styles from './Notices.module.css'
import type { PlaceId } from './places.ts'

const faces: Record<Notice['tone'], { icon: LucideIcon; word: string }> = {
  ok: { icon: CircleCheck, word: 'Done' },
  warn: { icon: CircleAlert, word: 'Needs a look' },
  bad: { icon: OctagonX, word: 'Stopped' },
}

const placeWords: Partial<Record<PlaceId, string>> = { live: 'Show Live', explore: 'Show Explore', compare: 'Show Compare' }

/** What went well goes by itself; what needs a look stays until it is put away. */
const GOOD_NEWS_STAYS_MS = 8_000

function NoticeRow({ notice, isHeld }: { notice: Notice; isHeld: boolean }) {
  const { id, tone, text, place } = notice
  useEffect(() => {
    if (tone !== 'ok' || isHeld) return
    const timer = setTimeout(() => putAway(id), GOOD_NEWS_STAYS_MS)
    return () => clearTimeout(timer)
  }, [id, tone, isHeld])
  const { icon: Icon, word } = faces[tone]
  return (
    <li className={styles.notice} data-tone={tone}>
      <Icon size={16} strokeWidth={1.75} aria-label={word} className={styles.icon} />
      <p className={styles.text}>{text}</p>
      {place && placeWords[place] && (
        <Button size="small" variant="quiet" onClick={() => showPlaceOf(notice)}>{placeWords[place]}</Button>
      )}
      <IconButton icon={X} size="small" label="Put the notice away" onClick={() => putAway(id)} />
    </li>
  )
}

/** What has happened out of sight. It takes no focus; Ctrl+Alt+N goes to it, and Esc back. */
export function Notices() {
  const notices = useNotices((state) => state.notices)
  const list = useRef<HTMLUListElement>(null)
  const before = useRef<HTMLElement | null>(null)
  const [isHeld, setIsHeld] = useState(false)

  const commands = useMemo(
    () => [{
      id: 'notices.go', label: 'Go to the notices', keys: ['Ctrl+Alt+N'], group: 'Window',
      when: () => useNotices.getState().notices.length > 0,
      perform: () => list.current?.querySelector<HTMLElement>('li:last-child button')?.focus(),
    }],
    [],
  )
  useEffect(() => registerCommands(commands), [commands])
  useEffect(() => {
    // The last one is gone, and with it whatever had the focus or the pointer.
    if (notices.length > 0) return
    setIsHeld(false)
    if (before.current?.isConnected && document.activeElement === document.body) before.current.focus()
    before.current = null
  }, [notices.length])

  function onFocus(event: FocusEvent<HTMLUListElement>): void {
    setIsHeld(true)
    if (event.relatedTarget instanceof HTMLElement && !event.currentTarget.contains(event.relatedTarget)) {
      before.current = event.relatedTarget
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    before.current?.focus()
  }

  return (
    <section aria-label="Notices" aria-live="polite" aria-relevant="additions" className={styles.frame}>
      <ul
        ref={list} className={styles.list}
        onPointerEnter={() => setIsHeld(true)} onPointerLeave={() => setIsHeld(false)}
        onFocus={onFocus} onBlur={() => setIsHeld(false)} onKeyDown={onKeyDown}
      >
        {notices.map((notice) => <NoticeRow key={notice.id} notice={notice} isHeld={isHeld} />)}
      </ul>
    </section>
  )
}
