import { formatDuration } from '../../components/format.ts'
import { PlanTree } from '../../components/plan/PlanTree.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { RunningTimer } from './RunningTimer.tsx'
import type { ActiveRun, TabPlan } from './runs.ts'
import styles from './PlanPanel.module.css'

/** How the engine does the statement, or did it; it stays while the next one runs, and says so. */
export function PlanPanel({ plan, active }: { plan: TabPlan; active: ActiveRun | null }) {
  const engineName = plan.engine === 'source' ? 'Postgres' : 'DuckDB'
  return (
    <section id="explore-result" className={styles.panel} aria-label="Plan" data-testid="plan">
      <header className={styles.head}>
        <span className={styles.mark} data-engine={plan.engine} aria-hidden />
        <strong>{plan.analyzed ? 'Plan, run and measured' : 'Plan, not run'}</strong>
        <span className="muted">{engineName}</span>
        <span className="muted figure">{formatDuration(plan.elapsedMs)}</span>
        {active && <RunningTimer key={active.queryId} active={active} />}
        <span className={styles.right}>
          <CopyButton text={plan.plan} label="Copy the plan as JSON" />
        </span>
      </header>
      <div className={styles.body} tabIndex={0} role="region" aria-label="Steps of the plan">
        <PlanTree engine={plan.engine} plan={plan.plan} />
      </div>
    </section>
  )
}
