import { describe, expect, it } from 'vitest'
import type { TimedRun } from '../../../../src/main/contract/compare.ts'
import type { EngineName } from '../../../../src/main/contract/values.ts'
import { isSameMachine } from '../../../../src/main/engine/compare/conditions.ts'
import { LatestValue } from '../../../../src/main/engine/compare/latestValue.ts'
import { isDifferenceReal, ratioOf, summariesOf } from '../../../../src/main/engine/compare/summaries.ts'
import { columnsOf, scansOf, sourceFigures } from '../../../../src/main/engine/compare/workDone.ts'

function runs(engine: EngineName, totals: readonly number[]): TimedRun[] {
  return totals.map((totalMs, run) => ({ engine, run, serverMs: totalMs, transferMs: 0, totalMs, rows: 1 }))
}

describe('figures of timed runs', () => {
  it('leave the first run out of the median, and show it apart', () => {
    const [source] = summariesOf(runs('source', [900, 100, 110, 90, 200]))
    expect(source).toMatchObject({ engine: 'source', firstRunMs: 900, medianMs: 105, minMs: 90, maxMs: 200 })
    expect(source!.coefficientOfVariation).toBeCloseTo(0.4055, 3)
  })

  it('say nothing before there is something to say', () => {
    const first = [...runs('source', [100]), ...runs('replica', [10])]
    expect(summariesOf(first)[0]).toMatchObject({ firstRunMs: 100, medianMs: null, coefficientOfVariation: null })
    expect(ratioOf(first)).toBeNull()
    expect(ratioOf([...runs('source', [100, 100, 100]), ...runs('replica', [10, 10])])).toBeNull()
    expect(isDifferenceReal(first)).toBeNull()
  })

  it('call a difference real only where it is larger than the spread of the runs', () => {
    const clear = [...runs('source', [9, 100, 102, 98]), ...runs('replica', [9, 10, 11, 9])]
    expect(isDifferenceReal(clear)).toBe(true)
    expect(ratioOf(clear)).toBe(10)
    const noise = [...runs('source', [9, 10, 14, 6]), ...runs('replica', [9, 9, 13, 5])]
    expect(isDifferenceReal(noise)).toBe(false)
  })
})

describe('work done', () => {
  it('counts what the source scanned, filtered rows and loops included, and the blocks of the whole plan', () => {
    const plan = {
      'Node Type': 'Aggregate',
      'Shared Hit Blocks': 10,
      'Shared Read Blocks': 5,
      Plans: [
        {
          'Node Type': 'Seq Scan',
          'Actual Rows': 100,
          'Actual Loops': 3,
          'Rows Removed by Filter': 50,
          'Shared Hit Blocks': 10,
        },
        {
          'Node Type': 'Bitmap Heap Scan',
          'Actual Rows': 7,
          'Actual Loops': 1,
          Plans: [{ 'Node Type': 'Bitmap Index Scan', 'Actual Rows': 7, 'Actual Loops': 1 }],
        },
      ],
    }
    expect(sourceFigures(plan, 8192)).toEqual({ rowsScanned: 457, bytesTouched: 15 * 8192 })
  })

  it('counts what the replica scanned, and the columns that it projected or filtered by', () => {
    const scan = { Table: 'file.public.orders', Projections: 'country', Filters: ["status='paid'", 'id>7'] }
    const profile = {
      children: [
        {
          operator_type: 'HASH_GROUP_BY',
          children: [{ operator_type: 'TABLE_SCAN', operator_rows_scanned: 5, extra_info: scan }],
        },
      ],
    }
    const [found] = scansOf(profile)
    expect(found).toMatchObject({ table: 'file.public.orders', rowsScanned: 5 })
    expect(columnsOf(found!, ['id', 'status', 'country', 'paid', 'total'])).toEqual(['id', 'status', 'country'])
  })
})

describe('the conditions', () => {
  it('tell this machine from another', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '/run/postgresql'])
      expect(isSameMachine({ host }), host).toBe(true)
    for (const host of ['db.example.com', '10.0.0.1', 'localhost.example.com', '2001:db8::1'])
      expect(isSameMachine({ host }), host).toBe(false)
  })
})

describe('the latest value', () => {
  it('passes over what nobody took, gives the last, then ends', async () => {
    const latest = new LatestValue<number>()
    latest.set(1)
    latest.set(2)
    expect(await latest.take()).toBe(2)
    const waiting = latest.take()
    latest.set(3)
    expect(await waiting).toBe(3)
    latest.set(4)
    latest.end()
    expect(await latest.take()).toBe(4)
    expect(await latest.take()).toBeUndefined()
  })
})
