import type { RowIdentity, TablePlan } from '../typemap/tablePlan.ts'

/** What staging has to know of a table's columns: no types, so that rows can be staged before those are known. */
export interface StagedShape {
  /** How a changed row is told from the others. */
  readonly identity: RowIdentity
  /** Places of the key's columns; empty where there is no key. */
  readonly keyColumns: readonly number[]
  /** By place: the text may be empty or hold a quote, a comma, a line break. */
  readonly mayNeedQuotes: readonly boolean[]
}

export function stagedShapeOf(plan: TablePlan): StagedShape {
  return {
    identity: plan.identity,
    keyColumns: plan.columns.flatMap((column, place) => (column.inKey ? [place] : [])),
    mayNeedQuotes: plan.columns.map((column) => column.plan.mayNeedQuotes),
  }
}
