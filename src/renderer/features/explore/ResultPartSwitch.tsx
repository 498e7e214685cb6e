import { PartSwitch } from '../../components/PartSwitch.tsx'
import type { Part } from '../../components/PartSwitch.tsx'
import { showResultPart, useResultPart } from './resultPart.ts'
import type { ResultPart } from './resultPart.ts'

const parts: readonly Part<ResultPart>[] = [
  { id: 'rows', label: 'Rows', title: 'The rows (Alt+R)' },
  { id: 'chart', label: 'Chart', title: 'A picture of the rows (Alt+G)' },
  { id: 'statistics', label: 'Statistics', title: 'The statistics of every column (Alt+I)' },
]

/** Rows, picture or statistics of one result. */
export function ResultPartSwitch({ tabId }: { tabId: string }) {
  const shown = useResultPart(tabId)
  return (
    <PartSwitch
      label="Show the result as" parts={parts} shown={shown} onShow={(part) => showResultPart(tabId, part)}
    />
  )
}
