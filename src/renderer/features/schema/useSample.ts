import { useEffect, useState } from 'react'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import { ordinarySession } from '../../../main/contract/query.ts'
import type { Cell, EngineName, ResultColumn, TableName } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { usePreferences } from '../../app/preferences.ts'
import { writtenTableName } from '../../components/sql/names.ts'

export const SAMPLE_ROWS = 50

interface Sample {
  columns: readonly ResultColumn[]
  rows: readonly (readonly Cell[])[]
  fault: Fault | null
  isReading: boolean
}

const nothing: Sample = { columns: [], rows: [], fault: null, isReading: true }

/** The first rows of a table as the engine has them lying, its instants in the person's zone. */
export function useSample({ schema, name }: TableName, on: EngineName): Sample {
  const timeZone = usePreferences((state) => state.preferences.timeZone)
  const [sample, setSample] = useState(nothing)
  useEffect(() => {
    let isOver = false
    const queryId = crypto.randomUUID()
    const sql = `SELECT * FROM ${writtenTableName({ schema, name })} LIMIT ${SAMPLE_ROWS}`
    setSample(nothing)
    engine.query
      .start({ queryId, engine: on, sql, pageRows: SAMPLE_ROWS, session: { ...ordinarySession, timeZone } })
      .then(async ({ columns, page }) => {
        const whole = page.progress.complete ? page : await engine.query.page({ queryId, offset: 0, limit: SAMPLE_ROWS })
        if (!isOver) setSample({ columns, rows: whole.rows, fault: whole.progress.fault, isReading: false })
      })
      .catch((thrown: unknown) => {
        if (!isOver) setSample({ ...nothing, fault: faultOf(thrown), isReading: false })
      })
      .finally(() => engine.query.close({ queryId }).catch(() => undefined))
    return () => {
      isOver = true
      engine.query.cancel({ queryId }).catch(() => undefined)
    }
  }, [schema, name, on, timeZone])
  return sample
}
