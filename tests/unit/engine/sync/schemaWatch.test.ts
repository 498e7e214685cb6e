import { describe, expect, it } from 'vitest'
import { pauseAfterLookMs } from '../../../../src/main/engine/sync/schemaWatch.ts'

describe('the pause after a look at the catalog', () => {
  it('leaves the source alone for most of the time', () => {
    expect(pauseAfterLookMs(0)).toBe(0)
    expect(pauseAfterLookMs(20)).toBe(1000)
    expect(pauseAfterLookMs(200)).toBe(10_000)
  })

  it('is bounded, so that on a slow source too a change is told within seconds', () => {
    for (const lookMs of [300, 1000, 60_000]) expect(pauseAfterLookMs(lookMs)).toBe(15_000)
  })
})
