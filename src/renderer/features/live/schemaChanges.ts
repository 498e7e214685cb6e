import type { LiveSchemaChange } from '../../../main/contract/live.ts'
import type { StatusShape } from '../../components/StatusDot.tsx'
import type { Tone } from '../../components/tone.ts'

interface OutcomeFace {
  tone: Tone
  shape: StatusShape
  /** What it means for the copy, for a hover. */
  meaning: string
}

export const outcomeFaces: Record<LiveSchemaChange['outcome'], OutcomeFace> = {
  applied: { tone: 'ok', shape: 'done', meaning: 'The copy was altered in place.' },
  'copied again': {
    tone: 'replica',
    shape: 'copying',
    meaning: 'Rows may have changed without a word in the log, so the table is copied again by itself.',
  },
  parked: { tone: 'bad', shape: 'stopped', meaning: 'The copy stays as it was, and the table waits for you.' },
}

export const SCHEMA_CHANGES_ID = 'live-schema-changes'

/** Brings the list into view once the place is drawn, and the focus to it, so that it can be read by keys. */
export function showSchemaChanges(): void {
  requestAnimationFrame(() => {
    const panel = document.getElementById(SCHEMA_CHANGES_ID)
    panel?.scrollIntoView({ block: 'nearest' })
    panel?.focus({ preventScroll: true })
  })
}
