import type { Comparison, TimedRun } from '../../../main/contract/compare.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { formatCount } from '../../components/format.ts'
import styles from './RunsTable.module.css'

const engines: EngineName[] = ['source', 'replica']

/** Milliseconds to the hundredth, so that a column of them can be read down. */
function exactMs(ms: number): string {
  return ms.toFixed(2).replace(/^\d+/, (whole) => formatCount(BigInt(whole)))
}

function Cells({ run }: { run: TimedRun | undefined }) {
  if (!run) return <><td /><td /><td /><td /></>
  return (
    <>
      <td>{exactMs(run.serverMs)}</td>
      <td>{exactMs(run.transferMs)}</td>
      <td className={styles.total}>{exactMs(run.totalMs)}</td>
      <td>{formatCount(run.rows)}</td>
    </>
  )
}

/** Every run with its parts, the two engines side by side. */
export function RunsTable({ comparison }: { comparison: Comparison }) {
  const numbers = [...new Set(comparison.runs.map(({ run }) => run))].sort((first, second) => first - second)
  const runOf = (engine: EngineName, number: number): TimedRun | undefined =>
    comparison.runs.find((run) => run.engine === engine && run.run === number)
  return (
    <section aria-labelledby="compare-runs">
      <h2 id="compare-runs" className={styles.title}>
        Runs <span className="muted">milliseconds, in turn: source, replica, source, replica …</span>
      </h2>
      <div className={styles.frame}>
        <table className={styles.table}>
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={4} data-engine="source">Source</th>
              <th scope="colgroup" colSpan={4} data-engine="replica">Replica</th>
            </tr>
            <tr>
              <th scope="col">Run</th>
              {engines.map((engine) =>
                ['Server', 'Transfer', 'Total', 'Rows'].map((part) => <th key={engine + part} scope="col">{part}</th>),
              )}
            </tr>
          </thead>
          <tbody>
            {numbers.map((number) => (
              <tr key={number} className={number === 0 ? styles.first : undefined}>
                <th scope="row">{number === 0 ? 'first' : number}</th>
                {engines.map((engine) => <Cells key={engine} run={runOf(engine, number)} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
