import { useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import styles from './Bars.module.css'

interface Bar {
  /** What it stands for, and how many rows: shown on hover and said. */
  words: string
  count: number
}

interface BarsProps {
  label: string
  bars: readonly Bar[]
  /** Null where there is nothing to be filtered. */
  onChoose: ((index: number) => void) | null
}

/** A small histogram. One stop of the tab key; the arrows go from bar to bar, Enter filters by it. */
export function Bars({ label, bars, onChoose }: BarsProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const [pointed, setPointed] = useState<number | null>(null)
  const highest = Math.max(1, ...bars.map(({ count }) => count))

  function onKeyDown(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowLeft: active - 1, ArrowRight: active + 1, Home: 0, End: bars.length - 1 }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    const at = Math.min(Math.max(next, 0), bars.length - 1)
    setActive(at)
    frame.current?.querySelectorAll('button')[at]?.focus()
  }

  return (
    <div className={styles.frame}>
      <div ref={frame} role="toolbar" aria-label={label} className={styles.bars} onKeyDown={onKeyDown}>
        {bars.map((bar, index) => (
          <button
            key={index}
            type="button"
            className={styles.slot}
            tabIndex={index === active ? 0 : -1}
            aria-label={onChoose ? `${bar.words}. Filter by it` : bar.words}
            disabled={!onChoose}
            onClick={() => onChoose?.(index)}
            onFocus={() => {
              setActive(index)
              setPointed(index)
            }}
            onBlur={() => setPointed(null)}
            onPointerEnter={() => setPointed(index)}
            onPointerLeave={() => setPointed(null)}
          >
            <span
              className={styles.bar}
              style={{ height: bar.count === 0 ? 0 : `max(2px, ${(bar.count / highest) * 100}%)` }}
            />
          </button>
        ))}
      </div>
      <div className={styles.words} aria-hidden>{pointed === null ? '' : bars[pointed]?.words}</div>
    </div>
  )
}
