import { lazy, Suspense } from 'react'
import type { ChartSettings } from '../../../main/contract/chart.ts'
import { withFilter } from '../../components/grid/viewSteps.ts'
import { Skeleton } from '../../components/Skeleton.tsx'
import { StatisticsPanel } from '../../components/statistics/StatisticsPanel.tsx'
import { showResultPart } from './resultPart.ts'
import { viewResult } from './runs.ts'
import type { ShownResult } from './runs.ts'
import { changeTabs, useTabs } from './tabStore.ts'
import { withChangedTab } from './tabs.ts'

/** The charting library is large, and comes with the first chart. */
const ChartPanel = lazy(() =>
  import('../../components/chart/ChartPanel.tsx').then((module) => ({ default: module.ChartPanel })),
)

function setChart(tabId: string, chart: ChartSettings): void {
  changeTabs((state) => withChangedTab(state, tabId, { chart }))
}

/** A result as a whole: as a picture, or by the statistics of its columns. */
export function ResultInsight(props: { tabId: string; result: ShownResult; part: 'chart' | 'statistics' }) {
  const { tabId, result, part } = props
  const { queryId, columns, engine: on } = result
  const tab = useTabs((state) => state.tabs.find(({ id }) => id === tabId))
  if (part === 'statistics') {
    return (
      <StatisticsPanel
        subject={{ queryId }}
        engine={on}
        onFilter={
          result.isTable
            ? (filters) => {
                void viewResult(tabId, result, filters.reduce(withFilter, result.asked?.view ?? result.view))
                showResultPart(tabId, 'rows')
              }
            : null
        }
      />
    )
  }
  return (
    <Suspense fallback={<Skeleton label="The chart is loading" rows={6} />}>
      <ChartPanel
        queryId={queryId}
        columns={columns}
        isComplete={result.progress.complete}
        engine={on}
        title={tab?.title ?? 'chart'}
        settings={tab?.chart ?? null}
        onChange={(chart) => setChart(tabId, chart)}
      />
    </Suspense>
  )
}
