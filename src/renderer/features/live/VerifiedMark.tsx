import type { LiveTable } from '../../../main/contract/live.ts'
import { formatAgo, formatInstantWithZone, formatMany } from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import { useNow } from '../../components/useNow.ts'
import { outcomeFaces } from './verifySentence.ts'

/** When a table was last held against the source, and what came of it. */
export function VerifiedMark({ verified }: { verified: LiveTable['verified'] }) {
  const nowMs = useNow()
  if (!verified) return <span className="muted">never</span>
  const { at, mode, outcome, reason, rowsDiffering, rowsCompared } = verified
  const face = outcomeFaces[outcome]
  const how = mode === 'full' ? 'every value' : 'counts and sums'
  const hover = `${face.word}: ${formatMany(rowsCompared, 'row')} (${how}), ${formatInstantWithZone(at)}${reason ? `. ${reason}` : ''}`
  const word = outcome === 'differs' ? formatMany(rowsDiffering, 'row') : formatAgo(at, nowMs)
  return (
    <StatusDot tone={face.tone} shape={face.shape} title={hover}>
      <span className="onlyForReaders">{face.word}, </span>
      {word}
    </StatusDot>
  )
}
