import type { ColumnStatistics } from '../../../main/contract/statistics.ts'
import { inZone } from '../grid/cellText.ts'

/** The same statistics with every instant that names its offset in another zone; all else stays. */
export function statisticsInZone(statistics: ColumnStatistics, timeZone: string): ColumnStatistics {
  const moved = (text: string): string => inZone(text, timeZone) ?? text
  const { minimum, maximum, quartiles, topValues, histogram } = statistics
  return {
    ...statistics,
    minimum: minimum === null ? null : moved(minimum),
    maximum: maximum === null ? null : moved(maximum),
    quartiles: quartiles && [moved(quartiles[0]), moved(quartiles[1]), moved(quartiles[2])],
    topValues: topValues.map((top) => ({ ...top, value: moved(top.value) })),
    histogram: histogram && histogram.map((bar) => ({ ...bar, from: moved(bar.from), to: moved(bar.to) })),
  }
}
