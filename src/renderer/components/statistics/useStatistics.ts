import { useEffect, useState } from 'react'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import type { ColumnStatistics, StatisticsEvent } from '../../../main/contract/statistics.ts'
import type { ResultColumn, TableName } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'

/** What is asked: a table of the replica, or an open result. */
export type StatisticsSubject = { table: TableName } | { queryId: string }

export interface StatisticsState {
  columns: readonly ResultColumn[]
  /** By column; undefined until it is computed. */
  found: readonly (ColumnStatistics | Fault | undefined)[]
  note: string | null
  /** Columns that are computed or have failed. */
  done: number
  isRunning: boolean
  isStopped: boolean
  fault: Fault | null
}

const nothing: StatisticsState = {
  columns: [], found: [], note: null, done: 0, isRunning: true, isStopped: false, fault: null,
}

export function withEvent(state: StatisticsState, event: StatisticsEvent): StatisticsState {
  switch (event.kind) {
    case 'begun':
      return { ...state, columns: event.columns, note: event.note, found: event.columns.map(() => undefined) }
    case 'column':
      return { ...state, found: state.found.with(event.index, event.statistics), done: state.done + 1 }
    case 'failed':
      return { ...state, found: state.found.with(event.index, event.fault), done: state.done + 1 }
  }
}

/** Statistics as they come, column by column. Leaving stops the work in the engine, and so does `stop`. */
export function useStatistics(subject: StatisticsSubject): StatisticsState & { stop(): void; again(): void } {
  const [state, setState] = useState(nothing)
  const [run, setRun] = useState(0)
  const [abort, setAbort] = useState<AbortController | null>(null)
  const key = JSON.stringify(subject)

  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    setAbort(controller)
    setState(nothing)
    const asked = JSON.parse(key) as StatisticsSubject
    async function read(): Promise<void> {
      const events =
        'table' in asked
          ? await engine.statistics.ofTable(asked.table, { signal })
          : await engine.statistics.ofResult(asked, { signal })
      for await (const event of events) {
        if (signal.aborted) return
        setState((before) => withEvent(before, event))
      }
    }
    read()
      .then(() => !signal.aborted && setState((before) => ({ ...before, isRunning: false })))
      .catch((thrown: unknown) => {
        if (!signal.aborted) setState((before) => ({ ...before, isRunning: false, fault: faultOf(thrown) }))
      })
    return () => controller.abort()
  }, [key, run])

  return {
    ...state,
    stop: () => {
      abort?.abort()
      setState((before) => ({ ...before, isRunning: false, isStopped: true }))
    },
    again: () => setRun((before) => before + 1),
  }
}
