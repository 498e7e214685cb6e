import { describe, expect, it } from 'vitest'
import { agreeingOffsets } from '../../../../src/main/engine/metrics/sourceMonitor.ts'

describe('the offset between the clocks', () => {
  const measured = (atMs: number, offsetMs: number, roundTripMs = 10) => ({ atMs, offsetMs, roundTripMs })

  it('of the last minute is kept, as far as the answers can all be true', () => {
    const kept = [measured(0, 100), measured(30_000, 112, 30), measured(60_000, 104)]
    expect(agreeingOffsets(kept, measured(61_000, 101))).toEqual(kept.slice(1))
  })

  it('from before a clock was set is forgotten at the next answer', () => {
    expect(agreeingOffsets([measured(1000, 100), measured(2000, 3_600_100)], measured(3000, 3_600_100))).toEqual([measured(2000, 3_600_100)])
  })

  it('with a long way there and back says little, and contradicts little', () => {
    const slow = measured(1000, 900, 1800)
    expect(agreeingOffsets([slow], measured(2000, 0, 2))).toEqual([slow])
  })
})
