import { ArrowDown, ArrowUp, Filter, X } from 'lucide-react'
import { wholeResult } from '../../../main/contract/resultView.ts'
import type { ResultView } from '../../../main/contract/resultView.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import { Button } from '../../components/Button.tsx'
import { filterWords, withoutFilter, withSort } from '../../components/grid/viewSteps.ts'
import styles from './ResultViewBar.module.css'

interface ResultViewBarProps {
  columns: readonly ResultColumn[]
  view: ResultView
  onView(view: ResultView): void
}

/** What the result is narrowed to and sorted by; each part can be taken away. */
export function ResultViewBar({ columns, view, onView }: ResultViewBarProps) {
  if (view.filters.length === 0 && view.order.length === 0) return null
  return (
    <div className={styles.bar} role="group" aria-label="Filters and order of the result">
      {view.filters.map((filter, at) => (
        <span key={JSON.stringify(filter)} className={styles.chip}>
          <Filter size={12} strokeWidth={1.75} aria-hidden />
          <span className={styles.words}>{filterWords(filter, columns)}</span>
          <button
            type="button" aria-label={`Remove the filter ${filterWords(filter, columns)}`}
            onClick={() => onView(withoutFilter(view, at))}
          >
            <X size={12} strokeWidth={2} aria-hidden />
          </button>
        </span>
      ))}
      {view.order.map(({ column, direction }) => {
        const Arrow = direction === 'ascending' ? ArrowUp : ArrowDown
        const name = columns[column]?.name ?? '?'
        return (
          <span key={column} className={styles.chip}>
            <Arrow size={12} strokeWidth={1.75} aria-label={direction} />
            <span className={styles.words}>{name}</span>
            <button
              type="button" aria-label={`Do not sort by ${name}`}
              onClick={() => onView(withSort(view, column, null, true))}
            >
              <X size={12} strokeWidth={2} aria-hidden />
            </button>
          </span>
        )
      })}
      <Button size="small" variant="quiet" onClick={() => onView({ ...wholeResult, search: view.search })}>Clear</Button>
    </div>
  )
}
