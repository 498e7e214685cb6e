import { create } from 'zustand'
import type { Comparison } from '../../../main/contract/compare.ts'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import { engine } from '../../app/engineClient.ts'
import { tell } from '../../app/notices.ts'
import type { Statement } from '../../components/sql/statements.ts'
import { explanationOf } from './verdict.ts'

interface CompareState {
  sql: string
  runs: number
  comparison: Comparison | null
  /** What was compared, for the place of an error. */
  statement: Statement | null
  isRunning: boolean
  /** The comparison could not be asked for at all. */
  fault: Fault | null
}

export const useCompare = create<CompareState>()(() => ({
  sql: '',
  runs: 5,
  comparison: null,
  statement: null,
  isRunning: false,
  fault: null,
}))

let underway: AbortController | null = null

/** Runs the statement on both engines in turn; what ran before is cancelled. */
export async function compare(statement: Statement): Promise<void> {
  underway?.abort()
  const own = new AbortController()
  underway = own
  useCompare.setState({ statement, comparison: null, isRunning: true, fault: null })
  try {
    const { runs } = useCompare.getState()
    for await (const comparison of await engine.compare.run({ sql: statement.text, runs }, { signal: own.signal })) {
      if (underway !== own) return
      useCompare.setState({ comparison })
    }
  } catch (thrown) {
    if (underway === own && !own.signal.aborted) useCompare.setState({ fault: faultOf(thrown) })
  } finally {
    if (underway === own) {
      underway = null
      useCompare.setState(({ comparison }) => ({
        isRunning: false,
        comparison:
          comparison && own.signal.aborted && comparison.state !== 'done' && comparison.state !== 'failed'
            ? { ...comparison, state: 'cancelled' }
            : comparison,
      }))
      tellOutcome(useCompare.getState())
    }
  }
}

function tellOutcome({ comparison, fault }: CompareState): void {
  const about = { subject: 'comparison', place: 'compare' } as const
  if (fault) tell({ ...about, tone: 'bad', text: `The comparison could not be made. ${fault.message}` })
  else if (comparison?.state === 'done') tell({ ...about, tone: 'ok', text: `Compared. ${explanationOf(comparison)}` })
  else if (comparison?.state === 'failed') tell({ ...about, tone: 'bad', text: explanationOf(comparison) })
}

/** Stops reading; the engine stops both sides. */
export function cancelComparison(): void {
  underway?.abort()
}

export function setRuns(runs: number): void {
  useCompare.setState({ runs: Math.min(50, Math.max(1, Math.round(runs) || 1)) })
}
