import { useEffect, useId, useRef, useState } from 'react'
import type { CSSProperties } from 'react'
import { formatCount } from '../../components/format.ts'
import { setDemoRate } from './actions.ts'
import styles from './DemoTraffic.module.css'
import { demoRates, stopOf } from './demoRates.ts'

/** The demo shop's traffic, turned up and down; the engine is asked once the hand rests. */
export function DemoTraffic({ transactionsPerSecond }: { transactionsPerSecond: number }) {
  const id = useId()
  const [held, setHeld] = useState<number | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const stop = held ?? stopOf(transactionsPerSecond)
  const shown = held === null ? transactionsPerSecond : demoRates[held]!

  useEffect(() => () => clearTimeout(timer.current), [])

  function choose(next: number): void {
    setHeld(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      void setDemoRate(demoRates[next]!).then(() => setHeld(null))
    }, 200)
  }

  return (
    <div className={styles.traffic}>
      <label htmlFor={id}>Demo traffic</label>
      <input
        id={id}
        type="range"
        min={0}
        max={demoRates.length - 1}
        step={1}
        value={stop}
        style={{ '--share': `${(stop / (demoRates.length - 1)) * 100}%` } as CSSProperties}
        aria-valuetext={`${shown} transactions a second`}
        onChange={(event) => choose(Number(event.target.value))}
      />
      <span className={styles.rate}>{shown === 0 ? 'silent' : `${formatCount(shown)} transactions/s`}</span>
    </div>
  )
}
