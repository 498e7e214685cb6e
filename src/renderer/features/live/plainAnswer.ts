import type { LiveSnapshot } from '../../../main/contract/live.ts'
import { formatAbout, formatBytes, formatCount, formatDuration, formatMany } from '../../components/format.ts'
import type { SentenceContext } from './sentence.ts'

/** The answer to "The number is a little behind: is something broken?", with the figures of now. */
export interface PlainAnswer {
  verdict: string
  paragraphs: string[]
}

type Verdict = 'no' | 'not-yet' | 'not-quite' | 'yes'

const verdicts: Record<Verdict, string> = {
  no: 'No.',
  'not-yet': 'No, it is still on its way.',
  'not-quite': 'Not broken, but it needs a look.',
  yes: 'Yes, something needs you.',
}

function verdictOf({ state, lag, slot, tables }: LiveSnapshot, { trend }: SentenceContext): Verdict {
  if (state === 'failed' || slot?.health === 'lost' || slot?.health === 'missing') return 'yes'
  if (tables.some((table) => table.state === 'errored')) return 'not-quite'
  if (state === 'retrying' || state === 'paused' || state === 'stopped' || slot?.health === 'unreserved') return 'not-quite'
  if (state !== 'following') return 'not-yet'
  if (lag.situation !== 'behind') return 'no'
  return trend && trend.bytesPerSecond > 0 ? 'not-quite' : 'not-yet'
}

function whyBehindAtAll({ sourceName }: SentenceContext): string {
  return (
    `A copy can only be as new as what has reached it. ${sourceName} commits, sends its log, and Millrace writes ` +
    'what came in groups of whole transactions, a few times a second. A little behind is how it works, not a fault.'
  )
}

function whatWasMeasured({ lag }: LiveSnapshot): string {
  const { windowSeconds, transactions, p50Ms, p95Ms, p99Ms } = lag.commitToVisible
  if (transactions === 0 || p50Ms === null) {
    return `In the last ${formatAbout(windowSeconds * 1000)} no transaction came, so there is nothing to time.`
  }
  const rest = p95Ms === null || p99Ms === null
    ? ''
    : `, 95 of 100 within ${formatDuration(p95Ms)}, 99 of 100 within ${formatDuration(p99Ms)}`
  return (
    `Of the ${formatMany(transactions, 'transaction')} of the last ${formatAbout(windowSeconds * 1000)}, ` +
    `half could be queried here within ${formatDuration(p50Ms)} of their commit${rest}.`
  )
}

function whereItWaits({ lag }: LiveSnapshot, { sourceName }: SentenceContext): string {
  const { receivedLagBytes, flushLagBytes } = lag
  if (receivedLagBytes === null || flushLagBytes === null) return `${sourceName} cannot be asked for its position just now.`
  if (receivedLagBytes === 0 && flushLagBytes === 0) return 'At this moment nothing waits: all that was committed is in the file.'
  return (
    `At this moment ${formatBytes(receivedLagBytes)} of log has yet to come over the network, ` +
    `and ${formatBytes(flushLagBytes)} has come and is being written.`
  )
}

function whatIsKept({ slot }: LiveSnapshot, { sourceName }: SentenceContext): string {
  if (!slot) return `${sourceName} keeps no log for this workspace.`
  if (slot.health === 'lost') return `${sourceName} has thrown away log that was still needed: the tables have to be copied again.`
  if (slot.health === 'missing') return `The slot ${slot.name} is gone from ${sourceName}: the tables have to be copied again.`
  if (slot.retainedBytes === null) return `How much log ${sourceName} keeps for Millrace is not known just now.`
  const limit = slot.budgetBytes === null
    ? `${sourceName} sets no limit to that, so do not leave it paused for days`
    : `it may keep up to ${formatBytes(slot.budgetBytes)}`
  return (
    `${sourceName} keeps ${formatBytes(slot.retainedBytes)} of log until Millrace says that it is safe on disk; ${limit}. ` +
    'Were the power to go now, nothing would be lost and nothing counted twice.'
  )
}

function whichTablesStand({ tables }: LiveSnapshot): string[] {
  const errored = tables.filter((table) => table.state === 'errored')
  if (errored.length === 0) return []
  const names = errored.slice(0, 3).map((table) => `${table.schema}.${table.name}`).join(', ')
  const more = errored.length > 3 ? ` and ${formatCount(errored.length - 3)} more` : ''
  return [`${names}${more} stand${errored.length === 1 ? 's' : ''} still with a reason given in the list below; the others go on.`]
}

export function plainAnswerOf(snapshot: LiveSnapshot, context: SentenceContext): PlainAnswer {
  const fault = snapshot.fault ? [`${snapshot.fault.message} ${snapshot.fault.advice}`] : []
  return {
    verdict: verdicts[verdictOf(snapshot, context)],
    paragraphs: [
      ...fault,
      ...whichTablesStand(snapshot),
      whyBehindAtAll(context),
      whatWasMeasured(snapshot),
      whereItWaits(snapshot, context),
      whatIsKept(snapshot, context),
    ],
  }
}
