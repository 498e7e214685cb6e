import type { Comparison, TimedRun } from '../../contract/compare.ts'
import type { EngineName } from '../../contract/values.ts'

type RunSummary = Comparison['summaries'][number]

const ENGINES: readonly EngineName[] = ['source', 'replica']

/**
 * Both engines' totals over the runs after the first, which stands apart: nobody can empty a server's
 * cache from outside.
 */
export function summariesOf(runs: readonly TimedRun[]): RunSummary[] {
  return ENGINES.map((engine) => {
    const own = runs.filter((run) => run.engine === engine)
    const counted = own.filter((run) => run.run > 0).map((run) => run.totalMs)
    return {
      engine,
      firstRunMs: own.find((run) => run.run === 0)?.totalMs ?? null,
      medianMs: counted.length === 0 ? null : median(counted),
      minMs: counted.length === 0 ? null : Math.min(...counted),
      maxMs: counted.length === 0 ? null : Math.max(...counted),
      coefficientOfVariation: coefficientOfVariation(counted),
    }
  })
}

/** Source median over replica median; null before both have two counted runs. */
export function ratioOf(runs: readonly TimedRun[]): number | null {
  const [source, replica] = ENGINES.map((engine) => countedTotals(runs, engine))
  if (source!.length < 2 || replica!.length < 2) return null
  const below = median(replica!)
  return below > 0 ? median(source!) / below : null
}

/**
 * Whether the medians lie further apart than the runs of each scatter: the slower one's fast runs must
 * still be slower than the faster one's slow runs, by the spread of both.
 */
export function isDifferenceReal(runs: readonly TimedRun[]): boolean | null {
  const [source, replica] = ENGINES.map((engine) => countedTotals(runs, engine))
  if (source!.length < 2 || replica!.length < 2) return null
  const difference = Math.abs(median(source!) - median(replica!))
  return difference > Math.hypot(standardDeviation(source!), standardDeviation(replica!))
}

function countedTotals(runs: readonly TimedRun[], engine: EngineName): number[] {
  return runs.filter((run) => run.engine === engine && run.run > 0).map((run) => run.totalMs)
}

export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b)
  const middle = ascending.length >> 1
  return ascending.length % 2 === 1 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2
}

/** Of a sample, hence n − 1. */
function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

function coefficientOfVariation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return mean > 0 ? standardDeviation(values) / mean : null
}
