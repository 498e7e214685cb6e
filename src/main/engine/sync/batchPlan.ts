import type { PlannedPart, PlannedTable } from '../apply/applyBatch.ts'
import type { Batch } from '../batch/batch.ts'
import type { StagedPart, StagedTable } from '../batch/stagedTable.ts'
import type { SourceShape } from '../model/shape.ts'
import { masksOfPlan, type TablePlan } from '../typemap/tablePlan.ts'
import type { FollowedTable } from './followedTables.ts'
import { decideSchemaChange, type SchemaDecision } from './schemaChanges.ts'
import { recordOutcome, schemaOutcome, type MadeDecision, type SchemaOutcome } from './schemaOutcome.ts'
import { planForRows, planOfRelation, type StreamShape } from './streamShape.ts'

/** How a batch is applied, and what its tables are afterwards. */
export interface BatchPlan {
  tables: PlannedTable[]
  /** By table: what becomes of changes of its shape. */
  outcomes: Map<PlannedTable, { done: SchemaOutcome[]; givenUp: SchemaOutcome }>
  /** Shapes that are the table's plan from then on. */
  settled: { oid: number; shape: StreamShape }[]
}

/**
 * Plans each part of a batch by the shape that the stream gave it. Where that is not the table's plan, the source's
 * catalog is asked, and the change is decided at its place between the rows before it and those after.
 * Throws what the source throws.
 */
export async function planBatch(
  batch: Batch,
  tables: ReadonlyMap<number, FollowedTable>,
  readShapes: (oids: readonly number[]) => Promise<ReadonlyMap<number, SourceShape>>,
  nowMs: number,
): Promise<BatchPlan> {
  const plan: BatchPlan = { tables: [], outcomes: new Map(), settled: [] }
  const taken = [...batch.tables.values()].flatMap((staged) => {
    const table = tables.get(staged.oid)
    // Parked, or to be copied again, since its rows were staged: the copy will hold them.
    return table?.state === 'ready' || table?.state === 'catching-up' ? [{ staged, table }] : []
  })
  const changed = taken.filter(({ staged, table }) => staged.parts.some((part) => shapeOf(part).plan !== table.plan))
  const shapes = changed.length > 0 ? await readShapes(changed.map(({ staged }) => staged.oid)) : new Map<number, SourceShape>()
  for (const { staged, table } of taken) planStaged(plan, staged, table, shapes.get(staged.oid), nowMs)
  return plan
}

function shapeOf(part: StagedPart): StreamShape {
  return part.shape as StreamShape
}

function planStaged(plan: BatchPlan, staged: StagedTable, table: FollowedTable, shape: SourceShape | undefined, nowMs: number): void {
  const { schema, name } = table.plan
  const parts: PlannedPart[] = []
  const done: SchemaOutcome[] = []
  let current = table
  for (const part of staged.parts) {
    const streamed = shapeOf(part)
    const decision = decisionFor(current, streamed, shape)
    if (decision === null) {
      parts.push({ part, plan: planForRows(current.plan, streamed), alteration: null })
      continue
    }
    plan.settled.push({ oid: staged.oid, shape: streamed })
    if (decision.outcome === 'none') {
      parts.push({ part, plan: planForRows(current.plan, streamed), alteration: null })
      continue
    }
    const outcome = schemaOutcome(current, decision, streamed.fromLsn, nowMs)
    done.push(outcome)
    current = { ...current, ...outcome.change }
    if (decision.outcome !== 'applied') break
    parts.push({ part, plan: planForRows(current.plan, streamed), alteration: decision.alteration })
  }
  const planned: PlannedTable = { staged, schema, name, parts, change: null }
  plan.tables.push(planned)
  if (done.length === 0) return
  const givenUp = schemaOutcome(table, giveUp(done), batchLsn(done), nowMs)
  planned.change = {
    record: async (connection) => {
      for (const outcome of done) await recordOutcome(connection, outcome)
    },
    giveUp: (connection) => recordOutcome(connection, givenUp),
  }
  plan.outcomes.set(planned, { done, givenUp })
}

/** null: these rows are of the plan that the table has. */
function decisionFor(table: FollowedTable, streamed: StreamShape, shape: SourceShape | undefined): SchemaDecision | null {
  const { plan, marks } = table
  if (streamed.relation === null) return null
  if (streamed.isWithheld) return masksUnsure
  const after = shape ? planOfRelation(plan, marks, streamed.relation, shape) : null
  if (!after || !shape) {
    return { outcome: 'copied again', changes: ['change columns'], reason: 'its columns have changed more than once since, and cannot be matched' }
  }
  // The catalog knows better which column is which than what was to hand when the rows were staged.
  if (JSON.stringify(masksOfPlan(after)) !== JSON.stringify(masksOfStaged(streamed))) return masksUnsure
  const named = keepName(after, plan)
  return decideSchemaChange({ before: plan, marks, after: named, shape, toldBy: 'stream', filledPartitions: new Set() })
}

const masksUnsure: SchemaDecision = {
  outcome: 'copied again',
  changes: ['change columns'],
  reason: 'it has masked columns, and its log does not say which of the columns those are now',
}

/** As `masksOfPlan` tells it: a table that has lost its masked columns has none. */
function masksOfStaged({ masks }: StreamShape): StreamShape['masks'] {
  return masks?.some((rule) => rule !== null) ? masks : null
}

/** Another table of the replica may still have the new name: tables are renamed together, by the catalog. */
function keepName(after: TablePlan, { schema, name, replicaSchema, replicaTable }: TablePlan): TablePlan {
  return { ...after, schema, name, replicaSchema, replicaTable }
}

function giveUp(done: readonly SchemaOutcome[]): MadeDecision {
  const changes = done.flatMap(({ records }) => records.map(({ change }) => change))
  return { outcome: 'copied again', changes, reason: 'the replica could not be altered in place' }
}

function batchLsn(done: readonly SchemaOutcome[]): SchemaOutcome['records'][number]['lsn'] {
  return done[0]?.records[0]?.lsn ?? null
}
