import type { LiveSnapshot, SyncState } from '../../../main/contract/live.ts'
import { copyProgress } from '../../app/copyProgress.ts'
import { formatAbout, formatBytes, formatDuration, formatMany, formatPercent, formatShortRate, formatTime } from '../../components/format.ts'
import type { LagTrend } from './trend.ts'

/** What stands on top of Live: one sentence for anybody, and one more for those who want to know. */
export interface Sentence {
  headline: string
  detail: string
}

export interface SentenceContext {
  /** What the person calls the source. */
  sourceName: string
  nowMs: number
  trend: LagTrend | null
}

type Teller = (snapshot: LiveSnapshot, context: SentenceContext) => Sentence

function seconds(value: number): string {
  return formatDuration(value * 1000)
}

const following: Record<LiveSnapshot['lag']['situation'], Teller> = {
  following: ({ lag }, { sourceName }) => ({
    headline:
      lag.freshnessSeconds === null
        ? `Following. Every change on ${sourceName} is applied as it comes.`
        : `Following. What you query is ${seconds(lag.freshnessSeconds)} behind ${sourceName}.`,
    detail: 'Changes are applied as they come, whole transactions at a time.',
  }),
  idle: ({ lag }, { sourceName }) => ({
    headline: `Up to date. Everything that ${sourceName} has committed is here.`,
    detail: lag.lastCommitAt
      ? `Nothing new comes just now; the last change was committed at ${formatTime(lag.lastCommitAt)}.`
      : 'Nothing new comes just now.',
  }),
  behind: (snapshot, context) => ({
    headline: behindHeadline(snapshot, context),
    detail: `${behindReason(snapshot, context)} ${behindExpectation(context)} Nothing is lost.`,
  }),
  unknown: (_snapshot, { sourceName }) => ({
    headline: `Following, but how far behind cannot be told just now.`,
    detail: `${sourceName} did not answer when it was asked for its position. Changes that come are applied all the same.`,
  }),
}

function behindHeadline({ lag }: LiveSnapshot, { sourceName }: SentenceContext): string {
  const waiting = lag.endToEndLagBytes
  const log = waiting === null ? 'some of its changes are' : `${formatBytes(waiting)} of its log is`
  return lag.freshnessSeconds === null
    ? `Behind ${sourceName}: ${log} not here yet.`
    : `Behind. What you query is ${seconds(lag.freshnessSeconds)} older than ${sourceName}.`
}

function behindReason({ lag }: LiveSnapshot, { sourceName }: SentenceContext): string {
  const coming = lag.receivedLagBytes ?? 0
  const writing = lag.flushLagBytes ?? 0
  if (coming === 0 && writing === 0) return `More has been committed on ${sourceName} than has been applied here.`
  return coming > writing
    ? `Most of it, ${formatBytes(coming)}, has yet to come from ${sourceName}.`
    : `Most of it, ${formatBytes(writing)}, has arrived and is being written to the file.`
}

/** Below this slope the waiting log neither grows nor shrinks. */
const STEADY_BYTES_PER_SECOND = 16 * 1024

function behindExpectation({ trend }: SentenceContext): string {
  if (!trend) return 'How long that takes will show in a few seconds.'
  if (trend.bytesPerSecond > STEADY_BYTES_PER_SECOND) {
    return `It grows by ${formatBytes(trend.bytesPerSecond)} a second: the source writes faster than the file follows.`
  }
  if (trend.remainingMs === null || trend.bytesPerSecond > -STEADY_BYTES_PER_SECOND) {
    return 'It neither grows nor shrinks at the moment.'
  }
  return `At the pace of the last seconds it is here in about ${formatAbout(trend.remainingMs)}.`
}

const tellers: Record<SyncState, Teller> = {
  stopped: (_snapshot, { sourceName }) => ({
    headline: `Not following ${sourceName}.`,
    detail: 'The file keeps what it has, and can be queried. The source keeps its log until you go on or remove the workspace.',
  }),
  connecting: (_snapshot, { sourceName }) => ({
    headline: `Connecting to ${sourceName}.`,
    detail: 'What is in the file can be queried meanwhile.',
  }),
  preparing: ({ activity }, { sourceName }) => ({
    headline: `Preparing to follow ${sourceName}.`,
    detail: activity ?? 'Millrace makes its publication and its slot on the source, and the tables in the file.',
  }),
  copying: (snapshot, { sourceName, nowMs }) => {
    const { fraction, remainingMs, rowsPerSecond, tablesDone, tablesInAll } = copyProgress(snapshot, nowMs)
    const share =
      fraction === null
        ? `${tablesDone} of ${formatMany(tablesInAll, 'table')} of ${sourceName} are here`
        : `${formatPercent(fraction)} of ${sourceName} is here`
    const left = remainingMs === null ? '.' : `; about ${formatAbout(remainingMs)} to go.`
    return {
      headline: `Copying. ${share}${left}`,
      detail:
        (fraction === null ? '' : `${tablesDone} of ${formatMany(tablesInAll, 'table')} done. `) +
        (rowsPerSecond === null ? '' : `${formatShortRate(rowsPerSecond)} rows a second. `) +
        'Changes made meanwhile are kept by the source and follow.',
    }
  },
  'catching-up': ({ lag }, context) => ({
    headline: `Catching up. The copy of ${context.sourceName} is whole.`,
    detail:
      (lag.endToEndLagBytes === null
        ? 'What changed meanwhile is being applied.'
        : `What changed meanwhile, ${formatBytes(lag.endToEndLagBytes)} of log, is being applied.`) +
      (context.trend?.remainingMs ? ` About ${formatAbout(context.trend.remainingMs)} to go.` : ''),
  }),
  following: (snapshot, context) => following[snapshot.lag.situation](snapshot, context),
  retrying: ({ fault, nextAttemptAt, attempt }, { sourceName, nowMs }) => {
    const waitMs = nextAttemptAt ? new Date(nextAttemptAt).getTime() - nowMs : 0
    const next = waitMs < 500 ? 'Trying again now' : `Trying again in ${formatAbout(waitMs)}`
    return {
      headline: `No connection to ${sourceName}. ${next}; nothing is lost.`,
      detail: `${fault ? `${fault.message} ` : ''}This was attempt ${Math.max(1, attempt)}. The source keeps its log, and Millrace goes on where it stopped.`,
    }
  },
  paused: ({ lag, slot }, { sourceName }) => ({
    headline: lag.lastCommitAt
      ? `Paused. What you query is ${sourceName} as of ${formatTime(lag.lastCommitAt)}.`
      : `Paused. What you query does not change.`,
    detail: slot?.retainedBytes
      ? `${sourceName} keeps ${formatBytes(slot.retainedBytes)} of log until you go on.`
      : `${sourceName} keeps its log until you go on.`,
  }),
  stopping: () => ({
    headline: 'Stopping.',
    detail: 'What has been received whole is written to the file first.',
  }),
  failed: ({ fault }, { sourceName }) => ({
    headline: fault ? `Stopped. ${fault.message}` : `Stopped following ${sourceName}.`,
    detail: fault?.advice ?? 'Open the workspace again.',
  }),
}

/** What is said while the window itself has no engine: nothing of now is known. */
export function lostSentence(takenAtMs: number): Sentence {
  return {
    headline: `This window has lost its engine. What it shows is from ${formatTime(takenAtMs)}.`,
    detail: 'It reconnects by itself. The engine may well go on meanwhile; nothing is lost.',
  }
}

/** One sentence that a person who is no engineer understands, for every state there is. */
export function sentenceOf(snapshot: LiveSnapshot, context: SentenceContext): Sentence {
  return tellers[snapshot.state](snapshot, context)
}
