import { Check, Equal, EyeOff, TriangleAlert } from 'lucide-react'
import type { Comparison } from '../../../main/contract/compare.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { Badge, ProductionMark } from '../../components/Badge.tsx'
import { formatDuration, formatMany, formatPercent } from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import { explanationOf, formatTimes, summaryOf, verdictOf } from './verdict.ts'
import styles from './Headline.module.css'

const engineWords: Record<EngineName, { title: string; what: string }> = {
  source: { title: 'Source', what: 'Postgres, rows' },
  replica: { title: 'Replica', what: 'DuckDB, columns' },
}

function Side({ engine, comparison }: { engine: EngineName; comparison: Comparison }) {
  const summary = summaryOf(comparison, engine)
  const spread = summary?.coefficientOfVariation
  const isProduction = useWorkspaces(({ current }) => engine === 'source' && current?.isProduction === true)
  return (
    <div className={styles.side} data-engine={engine} data-production={isProduction || undefined}>
      <h2>
        {engineWords[engine].title} <span className="muted">{engineWords[engine].what}</span>
        {isProduction && <ProductionMark />}
      </h2>
      <p className={styles.time}>{formatDuration(summary?.medianMs)}</p>
      <p className={styles.detail}>
        median
        {summary?.minMs != null && ` · ${formatDuration(summary.minMs)} to ${formatDuration(summary.maxMs)}`}
        {spread != null && ` · varies by ${formatPercent(spread)}`}
      </p>
      <p className={styles.detail}>first run {formatDuration(summary?.firstRunMs)}</p>
    </div>
  )
}

function Answer({ comparison }: { comparison: Comparison }) {
  const { answer } = comparison
  if (!answer) return null
  if (!answer.same) {
    if (comparison.maskedColumns) return <Badge icon={EyeOff}>different answers, with masked columns</Badge>
    return <Badge tone="warn" icon={TriangleAlert}>different answers</Badge>
  }
  const how = answer.comparedAs === 'ordered' ? 'in the same order' : 'compared without regard to their order'
  return (
    <Badge tone="ok" icon={Check} title={`Every row of both results was compared, ${how}`}>
      same answer, {formatMany(answer.sourceRows, 'row')}
    </Badge>
  )
}

function Middle({ comparison }: { comparison: Comparison }) {
  const verdict = verdictOf(comparison)
  switch (verdict.kind) {
    case 'pending':
      return (
        <StatusDot tone="neutral" shape="working">
          {verdict.words}
        </StatusDot>
      )
    case 'failed':
    case 'different-answers':
      return <p className={styles.flat}>no comparison</p>
    case 'not-comparable':
      return <p className={styles.flat}>not comparable</p>
    case 'no-difference':
      return (
        <p className={styles.flat}>
          <Equal size={20} strokeWidth={1.75} aria-hidden /> no difference
        </p>
      )
    case 'faster':
      return (
        <>
          <p className={styles.ratio} data-engine={verdict.winner} data-testid="ratio">
            {formatTimes(verdict.times)}×
          </p>
          <p className={styles.winner}>the {verdict.winner} is faster</p>
          <p className={styles.detail} title="From the spread of the runs of both engines">
            {formatTimes(verdict.low)} to {formatTimes(verdict.high)} times
          </p>
        </>
      )
  }
}

/** Both medians with the ratio between them, and one plain sentence of what that means. */
export function Headline({ comparison }: { comparison: Comparison }) {
  return (
    <section aria-label="Outcome" className={styles.headline}>
      <div className={styles.sides}>
        <Side engine="source" comparison={comparison} />
        <div className={styles.middle}>
          <Middle comparison={comparison} />
          <Answer comparison={comparison} />
        </div>
        <Side engine="replica" comparison={comparison} />
      </div>
      <p className={styles.sentence} role="status" data-testid="explanation">
        {explanationOf(comparison)}
      </p>
    </section>
  )
}
