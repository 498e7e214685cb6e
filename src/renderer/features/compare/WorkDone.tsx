import { useState } from 'react'
import type { Comparison } from '../../../main/contract/compare.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { formatBytes, formatCount } from '../../components/format.ts'
import { PlanTree } from '../../components/plan/PlanTree.tsx'
import { workOf } from './verdict.ts'
import styles from './WorkDone.module.css'

const titles: Record<EngineName, string> = { source: 'Source', replica: 'Replica' }
const bytesSay: Record<EngineName, string> = {
  source: 'pages hit and read, times their size',
  replica: 'the columns’ share of the file',
}

function Engine({ engine, comparison, isOpen, onToggle }: {
  engine: EngineName; comparison: Comparison; isOpen: boolean; onToggle(open: boolean): void
}) {
  const work = workOf(comparison, engine)
  return (
    <div className={styles.engine} data-engine={engine}>
      <h3>{titles[engine]}</h3>
      <dl className={styles.figures}>
        <div>
          <dt>Rows scanned</dt>
          <dd>{formatCount(work?.rowsScanned)}</dd>
        </div>
        <div>
          <dt>Bytes touched</dt>
          <dd>
            {formatBytes(work?.bytesTouched)}
            {work?.bytesTouched != null && (
              <span className={styles.label} title={bytesSay[engine]}>
                {work.bytesAreEstimate ? 'estimate' : 'measured'}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>Columns read</dt>
          <dd>{work?.columnsRead == null && engine === 'source' ? 'whole rows' : formatCount(work?.columnsRead)}</dd>
        </div>
      </dl>
      {work && work.plan !== '' && (
        <details open={isOpen} onToggle={(event) => onToggle(event.currentTarget.open)} className={styles.plan}>
          <summary>Plan</summary>
          <PlanTree engine={engine} plan={work.plan} />
          <CopyButton text={work.plan} label="Copy the plan" />
        </details>
      )}
    </div>
  )
}

/** What each engine says that it did, from a run of its own that is not timed. Both plans open together. */
export function WorkDone({ comparison }: { comparison: Comparison }) {
  const [isOpen, setIsOpen] = useState(false)
  if (comparison.workDone.length === 0) return null
  return (
    <section aria-labelledby="compare-work">
      <h2 id="compare-work" className={styles.title}>
        Work done <span className="muted">told by each engine in a run that is not timed</span>
      </h2>
      <div className={styles.engines}>
        <Engine engine="source" comparison={comparison} isOpen={isOpen} onToggle={setIsOpen} />
        <Engine engine="replica" comparison={comparison} isOpen={isOpen} onToggle={setIsOpen} />
      </div>
    </section>
  )
}
