import type { EngineName } from '../../../main/contract/values.ts'
import { formatDuration, formatMany } from '../../components/format.ts'
import { readPlan } from './plan.ts'
import type { PlanNode } from './plan.ts'
import styles from './Plan.module.css'

function Step({ node }: { node: PlanNode }) {
  return (
    <li>
      <div className={styles.step}>
        <span className={styles.title}>{node.title}</span>
        <span className={styles.figures}>
          {node.rows !== null && <span>{formatMany(node.rows, 'row')}</span>}
          {node.ms !== null && <span className={styles.time}>{formatDuration(node.ms)}</span>}
        </span>
        {node.detail && <span className={styles.detail} title={node.detail}>{node.detail}</span>}
      </div>
      {node.children.length > 0 && <Steps nodes={node.children} />}
    </li>
  )
}

function Steps({ nodes }: { nodes: readonly PlanNode[] }) {
  return <ul className={styles.steps}>{nodes.map((node, at) => <Step key={at} node={node} />)}</ul>
}

const timesSay: Record<EngineName, string> = {
  source: 'The time of a step holds the steps beneath it.',
  replica: 'The time of a step is its own, over all threads.',
}

/** A plan as its steps; as the engine printed it where it cannot be read. */
export function Plan({ engine, plan }: { engine: EngineName; plan: string }) {
  const nodes = readPlan(engine, plan)
  if (!nodes) return <pre tabIndex={0} className={styles.text}>{plan}</pre>
  return (
    <div className={styles.plan} data-engine={engine}>
      <Steps nodes={nodes} />
      <p className={styles.note}>
        {timesSay[engine]}
      </p>
    </div>
  )
}
