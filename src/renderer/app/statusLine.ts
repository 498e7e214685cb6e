import type { LiveSnapshot } from '../../main/contract/live.ts'
import { formatAbout, formatBytes, formatDuration, formatPercent, formatRate } from '../components/format.ts'
import type { StatusShape } from '../components/StatusDot.tsx'
import type { Tone } from '../components/tone.ts'
import { copyProgress } from './copyProgress.ts'

/** The status bar's words, cut to figures that fit fixed widths. */
export interface StatusLine {
  tone: Tone
  shape: StatusShape
  word: string
  behind: string
  bytes: string
  rate: string
  slot: string
  slotTone: Tone
  file: string
}

interface Face {
  tone: Tone
  shape: StatusShape
  word: string
}

const faces: Record<LiveSnapshot['state'], Face> = {
  stopped: { tone: 'neutral', shape: 'waiting', word: 'stopped' },
  connecting: { tone: 'neutral', shape: 'working', word: 'connecting' },
  preparing: { tone: 'neutral', shape: 'working', word: 'preparing' },
  copying: { tone: 'replica', shape: 'copying', word: 'copying' },
  'catching-up': { tone: 'warn', shape: 'behind', word: 'catching up' },
  following: { tone: 'ok', shape: 'steady', word: 'following' },
  retrying: { tone: 'warn', shape: 'retrying', word: 'retrying' },
  paused: { tone: 'warn', shape: 'paused', word: 'paused' },
  stopping: { tone: 'neutral', shape: 'working', word: 'stopping' },
  failed: { tone: 'bad', shape: 'stopped', word: 'failed' },
}

/** The window has lost its engine: whatever is shown is old. */
export const lostFace: Face = { tone: 'warn', shape: 'retrying', word: 'no engine' }

const situations: Record<LiveSnapshot['lag']['situation'], Face> = {
  following: faces.following,
  idle: { tone: 'ok', shape: 'idle', word: 'idle' },
  behind: { tone: 'warn', shape: 'behind', word: 'behind' },
  unknown: { tone: 'neutral', shape: 'waiting', word: 'lag unknown' },
}

const slotTones: Record<NonNullable<LiveSnapshot['slot']>['health'], Tone> = {
  ok: 'ok',
  unreserved: 'warn',
  lost: 'bad',
  missing: 'bad',
  unknown: 'neutral',
}

/** Dot and word of the stream: the lag's situation while it follows, else the state. */
export function faceOf(snapshot: LiveSnapshot): Face {
  return snapshot.state === 'following' ? situations[snapshot.lag.situation] : faces[snapshot.state]
}

function slotWords(slot: LiveSnapshot['slot']): string {
  if (!slot) return 'no slot'
  if (slot.retainedBytes === null) return `slot ${slot.health}`
  const limit = slot.budgetBytes === null ? 'no limit' : `of ${formatBytes(slot.budgetBytes)}`
  return `slot ${slot.health}, ${formatBytes(slot.retainedBytes)} ${limit}`
}

function behindWords(snapshot: LiveSnapshot, nowMs: number): string {
  if (snapshot.state === 'copying') {
    const { fraction, tablesDone, tablesInAll } = copyProgress(snapshot, nowMs)
    return fraction === null ? `${tablesDone} of ${tablesInAll} tables` : `${formatPercent(fraction)} copied`
  }
  if (snapshot.state === 'retrying' && snapshot.nextAttemptAt) {
    return `again in ${formatAbout(Math.max(0, new Date(snapshot.nextAttemptAt).getTime() - nowMs))}`
  }
  const { freshnessSeconds, situation } = snapshot.lag
  // Nothing waits on the source: the age of the last look at it is no lag.
  if (snapshot.state === 'following' && situation === 'idle') return 'up to date'
  return freshnessSeconds === null ? 'lag not known' : `${formatDuration(freshnessSeconds * 1000)} behind`
}

export function statusLineOf(snapshot: LiveSnapshot, nowMs: number): StatusLine {
  return {
    ...faceOf(snapshot),
    behind: behindWords(snapshot, nowMs),
    bytes: formatBytes(snapshot.lag.endToEndLagBytes),
    rate: `${formatRate(snapshot.lag.changesPerSecond)} changes/s`,
    slot: slotWords(snapshot.slot),
    slotTone: snapshot.slot ? slotTones[snapshot.slot.health] : 'neutral',
    file: snapshot.fileBytes === null ? '' : formatBytes(snapshot.fileBytes),
  }
}
