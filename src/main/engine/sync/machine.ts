import type { SyncState } from '../../contract/live.ts'

/**
 * The states of the stream.
 *
 *   stopped ──start──▶ connecting ──connected──▶ preparing ──copy-needed──▶ copying
 *      ▲                 ▲   │                      │ │                        │
 *      │            retry│   │connection-lost       │ └─stream-ready─┐   copied│
 *      │                 │   ▼                      ▼                ▼         ▼
 *   stopping ◀─stop── retrying ◀─connection-lost── (any of them)  catching-up ◀┘
 *      ▲                 ▲                                           │  ▲
 *      │                 └───────────connection-lost─────────────────┤  │fell-behind
 *      │                                                    caught-up▼  │
 *    (any)        paused ◀──pause── (any running) ──pause──▶      following
 *                   └──resume──▶ connecting
 *
 * `restart` (everything is to be copied again) leads from any running state to `connecting`. `failed` is
 * left by `start`, `resume` and `restart` only, after a person has looked.
 */
export type SyncEvent =
  | 'start'
  | 'connected'
  | 'copy-needed'
  | 'stream-ready'
  | 'copied'
  | 'caught-up'
  | 'fell-behind'
  | 'connection-lost'
  | 'retry'
  | 'pause'
  | 'resume'
  | 'restart'
  | 'fail'
  | 'stop'
  | 'stopped'

/** null: the event means nothing in that state and is dropped. */
type Transitions = Record<SyncState, Record<SyncEvent, SyncState | null>>

const ignored: Record<SyncEvent, null> = {
  start: null,
  connected: null,
  'copy-needed': null,
  'stream-ready': null,
  copied: null,
  'caught-up': null,
  'fell-behind': null,
  'connection-lost': null,
  retry: null,
  pause: null,
  resume: null,
  restart: null,
  fail: null,
  stop: null,
  stopped: null,
}

/** What may happen to any state in which work is under way. */
const running: Record<SyncEvent, SyncState | null> = {
  ...ignored,
  'connection-lost': 'retrying',
  pause: 'paused',
  restart: 'connecting',
  fail: 'failed',
  stop: 'stopping',
}

const transitions: Transitions = {
  stopped: { ...ignored, start: 'connecting' },
  connecting: { ...running, connected: 'preparing' },
  preparing: { ...running, 'copy-needed': 'copying', 'stream-ready': 'catching-up' },
  copying: { ...running, copied: 'catching-up' },
  'catching-up': { ...running, 'caught-up': 'following' },
  following: { ...running, 'fell-behind': 'catching-up' },
  retrying: { ...running, 'connection-lost': null, retry: 'connecting' },
  paused: { ...ignored, resume: 'connecting', restart: 'connecting', stop: 'stopping' },
  failed: { ...ignored, start: 'connecting', resume: 'connecting', restart: 'connecting', stop: 'stopping' },
  stopping: { ...ignored, stopped: 'stopped' },
}

/** The state after `event`, or null where it means nothing. */
export function nextSyncState(state: SyncState, event: SyncEvent): SyncState | null {
  return transitions[state][event]
}
