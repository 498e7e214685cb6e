import { expect, it } from 'vitest'
import { lagSeries } from '../../../../src/renderer/components/lagSeries.ts'

const point = (atMs: number, freshnessSeconds: number | null = 0.1) => ({
  atMs,
  freshnessSeconds,
  lagBytes: 10,
  changesPerSecond: 1,
})

it('draws a point a second', () => {
  expect(lagSeries([point(1_000), point(2_000)])).toEqual({ times: [1, 2], seconds: [0.1, 0.1], bytes: [10, 10] })
})

it('breaks the line where nobody looked, instead of drawing a guess', () => {
  const { times, seconds } = lagSeries([point(1_000), point(60_000)])
  expect(times).toHaveLength(3)
  expect(seconds[1]).toBeNull()
})

it('keeps an unknown lag unknown', () => {
  expect(lagSeries([point(1_000, null)]).seconds).toEqual([null])
})

it('never goes back in time', () => {
  expect(lagSeries([point(2_000), point(1_000), point(3_000)]).times).toEqual([2, 3])
})
