import type { TableState } from '../../main/contract/live.ts'
import type { StatusShape } from '../components/StatusDot.tsx'
import type { Tone } from '../components/tone.ts'

/** How the state of a followed table looks, wherever it stands. */
export const tableFaces: Record<TableState, { tone: Tone; shape: StatusShape; word: string }> = {
  init: { tone: 'neutral', shape: 'waiting', word: 'waiting' },
  copying: { tone: 'replica', shape: 'copying', word: 'copying' },
  'catching-up': { tone: 'warn', shape: 'behind', word: 'catching up' },
  ready: { tone: 'ok', shape: 'steady', word: 'ready' },
  errored: { tone: 'bad', shape: 'stopped', word: 'errored' },
  excluded: { tone: 'neutral', shape: 'paused', word: 'excluded' },
}
