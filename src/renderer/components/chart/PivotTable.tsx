import { useMemo } from 'react'
import type { ChartData } from '../../../main/contract/chart.ts'
import { formatExact } from '../format.ts'
import { pivotOf } from './pivot.ts'
import styles from './PivotTable.module.css'

/** One value a cell, as exact text: the first measure by row and column. */
export function PivotTable({ data, rowName, columnName }: { data: ChartData; rowName: string; columnName: string | null }) {
  const { across, down, at } = useMemo(() => pivotOf(data), [data])
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Pivot table">
      <table className={styles.table}>
        <caption className="onlyForReaders">{data.measures[0]} by {rowName}{columnName && ` and ${columnName}`}</caption>
        <thead>
          <tr>
            <th scope="col">{rowName}{columnName && <span className="muted"> / {columnName}</span>}</th>
            {across.map((name) => <th key={name} scope="col" className={styles.number}>{columnName ? name : data.measures[0]}</th>)}
          </tr>
        </thead>
        <tbody>
          {down.map((row) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {across.map((column) => {
                const value = at(row, column)
                return <td key={column} className={styles.number}>{value == null ? '' : formatExact(value)}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
