import type { Comparison } from '../../../main/contract/compare.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { formatBytes, formatCount, formatDuration, formatMany } from '../../components/format.ts'

export type Verdict =
  /** Nothing to say yet. */
  | { kind: 'pending'; words: string }
  | { kind: 'faster'; winner: EngineName; times: number; low: number; high: number }
  | { kind: 'no-difference' }
  /** Times without a ratio, and why. */
  | { kind: 'not-comparable'; reason: string }
  | { kind: 'different-answers'; reason: string }
  | { kind: 'failed' }

export function summaryOf(comparison: Comparison, engine: EngineName) {
  return comparison.summaries.find((summary) => summary.engine === engine)
}

export function workOf(comparison: Comparison, engine: EngineName) {
  return comparison.workDone.find((work) => work.engine === engine)
}

/** Relative uncertainty of a ratio of two times, from the spread of the runs of each. */
function relativeUncertainty(comparison: Comparison): number {
  const spreads = comparison.summaries.map((summary) => summary.coefficientOfVariation ?? 0)
  return Math.hypot(...spreads)
}

const WAITING = 'Waiting until the replica holds what the source holds'
const CANCELLED = 'The comparison was cancelled before both engines had two runs.'

/** What the figures allow to be said. Answers first: a time beside different answers is no comparison. */
export function verdictOf(comparison: Comparison): Verdict {
  const { state, answer, comparable, ratio, differenceIsReal } = comparison
  if (state === 'failed') return { kind: 'failed' }
  if (answer && !answer.same) {
    return { kind: 'different-answers', reason: answer.difference ?? 'The two results are not the same.' }
  }
  if (comparable && !comparable.sameData) {
    const behind = `The replica was ${formatBytes(comparable.behindBytes)} of log behind the source`
    return { kind: 'not-comparable', reason: `${behind}, so the two did not hold the same data.` }
  }
  if (ratio === null || !(ratio > 0)) {
    if (state === 'waiting-for-replica') return { kind: 'pending', words: WAITING }
    if (state === 'running') return { kind: 'pending', words: 'Measuring' }
    if (state === 'cancelled') return { kind: 'not-comparable', reason: CANCELLED }
    return { kind: 'not-comparable', reason: 'The conditions below say why there is no ratio.' }
  }
  if (differenceIsReal === false) return { kind: 'no-difference' }
  const winner: EngineName = ratio >= 1 ? 'replica' : 'source'
  const times = ratio >= 1 ? ratio : 1 / ratio
  const spread = relativeUncertainty(comparison)
  return { kind: 'faster', winner, times, low: Math.max(1, times / (1 + spread)), high: times * (1 + spread) }
}

/** `51`, `9.3`, `1.4`: three digits at most, one behind the point below ten. */
export function formatTimes(times: number): string {
  return times < 9.95 ? times.toFixed(1).replace(/\.0$/, '') : formatCount(times)
}

function rowsOf(comparison: Comparison): string {
  const { answer } = comparison
  if (!answer?.same) return ''
  return answer.sourceRows === 0 ? ', and both found no row' : `, with the same ${formatMany(answer.sourceRows, 'row')}`
}

function medianWords(comparison: Comparison, engine: EngineName): string {
  return formatDuration(summaryOf(comparison, engine)?.medianMs)
}

/** Why the column store won, from what the engines say that they read. */
function replicaReason(comparison: Comparison): string {
  const source = workOf(comparison, 'source')
  const replica = workOf(comparison, 'replica')
  if (!source || !replica) return ''
  const { columnsRead } = replica
  const columns = columnsRead === null ? 'only the columns asked for' : formatMany(columnsRead, 'column')
  const about = replica.bytesAreEstimate ? 'about ' : ''
  const read = replica.bytesTouched === null ? '' : `, ${about}${formatBytes(replica.bytesTouched)},`
  const pages = source.bytesTouched === null ? 'whole rows' : `${formatBytes(source.bytesTouched)} of whole rows`
  return ` It read ${columns}${read} where the source went through ${pages}.`
}

/** Why the row store won. */
function sourceReason(comparison: Comparison): string {
  const source = workOf(comparison, 'source')
  const scanned = source?.rowsScanned
  if (scanned !== null && scanned !== undefined && scanned <= 1000) {
    const purpose = 'that is what rows and their indexes are for, and a column store has no such short way'
    return ` It went straight to ${formatMany(scanned, 'row')}; ${purpose}.`
  }
  return ' Here rows and their indexes are the shorter way: a column store has to put each row together again.'
}

/** One plain sentence or three: who won, by how much, and why. A win of the row store is said as proudly. */
export function explanationOf(comparison: Comparison): string {
  const verdict = verdictOf(comparison)
  switch (verdict.kind) {
    case 'pending':
      return `${verdict.words}.`
    case 'failed':
      return comparison.faultEngine
        ? `The ${comparison.faultEngine} could not run the statement, so there is nothing to compare.`
        : 'The comparison could not be made.'
    case 'different-answers':
      return `The two engines gave different answers, so their times say nothing about each other. ${verdict.reason}`
    case 'not-comparable':
      return verdict.reason === CANCELLED
        ? CANCELLED
        : `The times stand for themselves and are no comparison. ${verdict.reason}`
    case 'no-difference': {
      const source = medianWords(comparison, 'source')
      const replica = medianWords(comparison, 'replica')
      const runs = `the source took ${source}, the replica ${replica}${rowsOf(comparison)}`
      const doubt = 'but the times vary by more than that. More runs may tell them apart.'
      return `These runs tell no difference: ${runs}, ${doubt}`
    }
    case 'faster': {
      const { winner, times } = verdict
      const loser = winner === 'replica' ? 'source' : 'replica'
      const much = `${formatTimes(times)} times faster`
      const took = `the ${loser} took ${medianWords(comparison, loser)}`
      const answered = `The ${winner} answered in ${medianWords(comparison, winner)} where ${took}`
      const reason = winner === 'replica' ? replicaReason(comparison) : sourceReason(comparison)
      return `${answered}: ${much}${rowsOf(comparison)}.${reason}`
    }
  }
}
