import { Flame } from 'lucide-react'
import type { EngineName } from '../../../main/contract/values.ts'
import { formatDuration, formatMany, formatShortCount } from '../format.ts'
import { readPlan } from './readPlan.ts'
import type { PlanNode, ReadPlan } from './readPlan.ts'
import styles from './PlanTree.module.css'

function shareOf({ total }: ReadPlan, node: PlanNode): number {
  const part = node.ms ?? node.cost
  return part === null || total === 0 ? 0 : part / total
}

/** The expected rows are told where the engine was off by ten times or more: that is where plans go wrong. */
function RowWords({ node: { rows, expectedRows } }: { node: PlanNode }) {
  if (rows === null) return expectedRows === null ? null : <span>{`expects ${formatMany(expectedRows, 'row')}`}</span>
  // DuckDB writes 0 where it has no estimate.
  const expected = expectedRows || rows
  const isOff = Math.max(rows, expected) >= 10 * Math.max(1, Math.min(rows, expected))
  return (
    <span>
      {formatMany(rows, 'row')}
      {isOff && <span className={styles.off}>{` · expected ${formatShortCount(expected)}`}</span>}
    </span>
  )
}

function Step({ node, plan }: { node: PlanNode; plan: ReadPlan }) {
  const share = shareOf(plan, node)
  const isCostliest = node === plan.costliest
  return (
    <li>
      <div className={styles.step} data-costliest={isCostliest || undefined}>
        <span className={styles.title}>
          {node.title}
          {isCostliest && (
            <span className={styles.costliest}>
              <Flame size={12} strokeWidth={2} aria-hidden />
              {`costliest, ${Math.round(share * 100)} %`}
            </span>
          )}
        </span>
        <span className={styles.figures}>
          <RowWords node={node} />
          {node.ms !== null && <span className={styles.time}>{formatDuration(node.ms)}</span>}
          {node.ms === null && node.cost !== null && <span className={styles.time}>{`cost ${formatShortCount(node.cost)}`}</span>}
          {plan.costliest && (
            <span className={styles.bar} aria-hidden>
              <span style={{ width: `${Math.round(share * 100)}%` }} />
            </span>
          )}
        </span>
        {node.detail && <span className={styles.detail} title={node.detail}>{node.detail}</span>}
      </div>
      {node.children.length > 0 && <Steps nodes={node.children} plan={plan} />}
    </li>
  )
}

function Steps({ nodes, plan }: { nodes: readonly PlanNode[]; plan: ReadPlan }) {
  return <ul className={styles.steps}>{nodes.map((node, at) => <Step key={at} node={node} plan={plan} />)}</ul>
}

function noteOf(engine: EngineName, { roots: [root] }: ReadPlan): string {
  if (root?.ms !== null) return 'The time of a step is its own, over all loops, threads and workers.'
  return engine === 'source'
    ? 'Not run: rows and costs are the planner’s estimates; the cost of a step is its own.'
    : 'Not run: rows are DuckDB’s estimates, and it tells no cost. Explain with analyze measures.'
}

/** A plan as its steps; as the engine printed it where it cannot be read. */
export function PlanTree({ engine, plan }: { engine: EngineName; plan: string }) {
  const read = readPlan(engine, plan)
  if (!read) return <pre tabIndex={0} className={styles.text}>{plan}</pre>
  return (
    <div className={styles.plan} data-engine={engine}>
      <Steps nodes={read.roots} plan={read} />
      <p className={styles.note}>{noteOf(engine, read)}</p>
    </div>
  )
}
