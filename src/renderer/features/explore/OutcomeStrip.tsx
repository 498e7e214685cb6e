import type { KeyboardEvent } from 'react'
import { CircleAlert, Network, Rows3 } from 'lucide-react'
import { classes } from '../../components/classes.ts'
import { showOutcome } from './runs.ts'
import type { Outcome, TabRun } from './runs.ts'
import styles from './OutcomeStrip.module.css'

const icons = { rows: Rows3, plan: Network, failure: CircleAlert }

const SHOWN_CHARACTERS = 28

function sqlOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'rows':
      return outcome.result.sql
    case 'plan':
      return outcome.plan.sql
    case 'failure':
      return outcome.failure.statement.text
  }
}

function short(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line
}

const steps: Record<string, (at: number, count: number) => number> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
}

/** One tab for each statement of a run; nothing where there was only one. */
export function OutcomeStrip({ tabId, run }: { tabId: string; run: TabRun }) {
  const { outcomes, shownAt } = run
  if (outcomes.length < 2) return null

  function onKeyDown(event: KeyboardEvent): void {
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    const next = step(shownAt, outcomes.length)
    showOutcome(tabId, next)
    document.getElementById(`explore-outcome-${next}`)?.focus()
  }

  return (
    <div className={styles.strip} role="tablist" aria-label="Results of the statements" onKeyDown={onKeyDown}>
      {outcomes.map((outcome, at) => {
        const Icon = icons[outcome.kind]
        return (
          <button
            key={at}
            id={`explore-outcome-${at}`}
            type="button"
            role="tab"
            aria-selected={at === shownAt}
            aria-controls="explore-result"
            tabIndex={at === shownAt ? 0 : -1}
            className={classes(styles.outcome, at === shownAt && styles.shown, outcome.kind === 'failure' && styles.failed)}
            title={sqlOf(outcome)}
            onClick={() => showOutcome(tabId, at)}
          >
            <Icon size={13} strokeWidth={1.75} aria-hidden />
            <span className={styles.number}>{at + 1}</span>
            <span className={styles.sql}>{short(sqlOf(outcome))}</span>
          </button>
        )
      })}
    </div>
  )
}
