import { expect, test } from 'vitest'
import { statisticsInZone } from '../../../../../src/renderer/components/statistics/statisticsZone.ts'

test('statistics tell instants in the zone of the person, and leave alone what names no zone', () => {
  const inTokyo = statisticsInZone(
    {
      rows: 3, nulls: 0, distinct: 3, isExact: true, mean: null, topValues: [{ value: '2024-01-01 00:00:00+00', count: 2 }],
      minimum: '2024-07-01 12:00:00.25+00', maximum: '2024-07-02 00:00:00', quartiles: ['1', '2', '3'],
      histogram: [{ from: '2024-07-01 12:00:00+00', to: '2024-07-02 12:00:00+00', count: 3 }],
    },
    'Asia/Tokyo',
  )
  expect(inTokyo).toMatchObject({
    minimum: '2024-07-01 21:00:00.25+09', maximum: '2024-07-02 00:00:00', quartiles: ['1', '2', '3'],
    topValues: [{ value: '2024-01-01 09:00:00+09', count: 2 }],
    histogram: [{ from: '2024-07-01 21:00:00+09', to: '2024-07-02 21:00:00+09', count: 3 }],
  })
})
