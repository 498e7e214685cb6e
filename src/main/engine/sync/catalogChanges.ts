import type { DuckDBConnection } from '@duckdb/node-api'
import { alterationStatements, isAlteredTwice, type Manner } from '../apply/alterTable.ts'
import { masksOfTable, type TableMasks } from '../masking/tableMasks.ts'
import type { Lsn } from '../model/lsn.ts'
import type { SourceRelation } from '../model/relation.ts'
import type { SourceShape } from '../model/shape.ts'
import { followsOf } from '../source/catalog.ts'
import type { PublishedTable } from '../source/publication.ts'
import { verdictOfApplyError } from '../store/faults.ts'
import { readMasks, writeMasks } from '../store/maskRecords.ts'
import { readColumns, removeTable, writeSchemaChange, writeShapeMarks, writeTable } from '../store/records.ts'
import { inTransaction } from '../store/replicaFile.ts'
import { identifier } from '../store/sql.ts'
import { replicaName } from '../apply/statements.ts'
import { planTable, type TablePlan } from '../typemap/tablePlan.ts'
import { lostReason } from './fileMasks.ts'
import { newFollowedTable, recordOf, type FollowedTable } from './followedTables.ts'
import { canTakeItsName, clearPlaces, isSamePlace, noteSetAside, placeOf } from './replicaPlaces.ts'
import { decidePublicationChange, decideSchemaChange, droppedDecision, type SchemaDecision } from './schemaChanges.ts'
import { recordOutcome, schemaOutcome, type MadeDecision, type SchemaOutcome } from './schemaOutcome.ts'
import { planOfCatalog } from './streamShape.ts'

/** A table, and how the source's catalog has it now. */
export interface CatalogChange {
  table: FollowedTable
  /** null: it was dropped. */
  shape: SourceShape | null
  /** Another table that has the dropped one's name now. */
  successor: SourceShape | null
  filledPartitions: ReadonlySet<number>
  /** What the publication lets through of it. */
  published: PublishedTable | undefined
}

interface Decided {
  change: CatalogChange
  decision: SchemaDecision
}

/**
 * Takes over what the catalog says of some tables, in one transaction between two batches, and answers what became of
 * those that are different. A table whose replica cannot be altered is copied again instead.
 */
export async function applyCatalogChanges(
  connection: DuckDBConnection,
  tables: Map<number, FollowedTable>,
  changes: readonly CatalogChange[],
  lsn: Lsn,
  nowMs: number,
): Promise<SchemaOutcome[]> {
  const decided = new Map(changes.map((change) => [change, decide(change, tables)]))
  let manner: Manner = 'in place'
  for (;;) {
    const attempt = new Attempt(connection, tables, lsn, nowMs)
    try {
      await inTransaction(connection, async () => {
        await attempt.makeRoom([...decided.values()])
        for (const [change, decision] of decided) await attempt.apply({ change, decision }, manner)
      })
      return attempt.takeEffect()
    } catch (error) {
      if (manner === 'in place' && isAlteredTwice(error)) {
        manner = 'anew'
      } else if (attempt.inHand !== null && decided.get(attempt.inHand)?.outcome === 'applied' && verdictOfApplyError(error) === 'park-table') {
        const words = (decided.get(attempt.inHand) as MadeDecision).changes
        decided.set(attempt.inHand, { outcome: 'copied again', changes: words, reason: 'the replica could not be altered in place' })
      } else {
        throw error
      }
    }
  }
}

function decide({ table, shape, successor, filledPartitions, published }: CatalogChange, tables: ReadonlyMap<number, FollowedTable>): SchemaDecision {
  if (!shape) {
    if (successor && followsOf(successor.relation) !== 'nothing') {
      return { outcome: 'copied again', changes: ['drop table and make it anew'], reason: 'it was dropped and made anew on the source' }
    }
    return droppedDecision
  }
  const { plan, marks } = table
  const after = keepPlace(plan, planOfCatalog(plan, shape), tables)
  const parked = decidePublicationChange(plan, after, published)
  return parked ?? decideSchemaChange({ before: plan, marks, after, shape, toldBy: 'catalog', filledPartitions })
}

/** A table that has not been renamed and went aside stays there while another has its name in the replica. */
function keepPlace(before: TablePlan, after: TablePlan, tables: ReadonlyMap<number, FollowedTable>): TablePlan {
  const isRenamed = before.schema !== after.schema || before.name !== after.name
  if (isRenamed || canTakeItsName(before, tables.values())) return after
  return { ...after, replicaSchema: before.replicaSchema, replicaTable: before.replicaTable }
}

/** One try, all or nothing. */
class Attempt {
  inHand: CatalogChange | null = null
  private readonly connection: DuckDBConnection
  private readonly tables: Map<number, FollowedTable>
  private readonly lsn: Lsn
  private readonly nowMs: number
  private readonly outcomes: SchemaOutcome[] = []
  private readonly effects: (() => void)[] = []
  /** By OID: the name that a table has in the replica until its own change comes. */
  private readonly passingNames = new Map<number, string>()

  constructor(connection: DuckDBConnection, tables: Map<number, FollowedTable>, lsn: Lsn, nowMs: number) {
    this.connection = connection
    this.tables = tables
    this.lsn = lsn
    this.nowMs = nowMs
  }

  /** Tables that are renamed together pass through names of their own; a table that stays and has a name that is needed gives way. */
  async makeRoom(decisions: readonly SchemaDecision[]): Promise<void> {
    const moves = decisions.flatMap((decision) => {
      if (decision.outcome !== 'applied') return []
      const { before, after } = decision.alteration
      return isSamePlace(placeOf(before), placeOf(after)) ? [] : [{ before, after }]
    })
    for (const { before } of moves) {
      if (moves.length === 1) continue
      const passing = `millrace_${before.oid}_renamed`
      await this.connection.run(`ALTER TABLE ${replicaName(before)} RENAME TO ${identifier(passing)}`)
      this.passingNames.set(before.oid, passing)
    }
    const places = moves.map(({ after }) => placeOf(after))
    const setAside = await clearPlaces(this.connection, places, new Set(moves.map(({ before }) => before.oid)))
    this.effects.push(() => noteSetAside(this.tables, setAside))
  }

  async apply({ change, decision }: Decided, manner: Manner): Promise<void> {
    const { table, successor } = change
    this.inHand = change
    if (decision.outcome === 'none') {
      await this.keepMarks(table, change.shape, decision)
      return
    }
    if (decision.outcome === 'applied') {
      const replicaTable = this.passingNames.get(table.plan.oid) ?? table.plan.replicaTable
      const alteration = { ...decision.alteration, before: { ...decision.alteration.before, replicaTable } }
      for (const statement of alterationStatements(alteration, manner)) await this.connection.run(statement)
    }
    const outcome = schemaOutcome(table, decision, this.lsn, this.nowMs)
    if (decision.outcome === 'copied again' && successor && !change.shape) {
      await this.replace(table, successor, outcome)
    } else {
      await recordOutcome(this.connection, outcome)
      this.effects.push(() => Object.assign(table, outcome.change, { isGone: change.shape === null }))
    }
    this.outcomes.push(outcome)
  }

  /** What is done once the transaction is durable. */
  takeEffect(): SchemaOutcome[] {
    for (const effect of this.effects) effect()
    return this.outcomes
  }

  private async keepMarks(table: FollowedTable, shape: SourceShape | null, { marks }: Extract<SchemaDecision, { outcome: 'none' }>): Promise<void> {
    if (!shape) return
    if (JSON.stringify(marks) !== JSON.stringify(table.marks)) await writeShapeMarks(this.connection, table.plan.oid, marks)
    const { omitted, copyOnly } = planTable(shape.relation)
    this.effects.push(() => {
      table.marks = marks
      Object.assign(table.plan, { omitted, copyOnly })
    })
  }

  /** The old table's rows stay under the name until the new one's have come. */
  private async replace(table: FollowedTable, successor: SourceShape, outcome: SchemaOutcome): Promise<void> {
    const { replicaSchema, replicaTable, oid } = table.plan
    const { relation } = successor
    const masks = await this.inheritedMasks(oid, relation)
    const plan = { ...planTable(relation, { masks: masks.rules }), replicaSchema, replicaTable }
    const follower = newFollowedTable(plan, relation.estimatedRows)
    if (masks.lost.length > 0) {
      const reason = `${lostReason(relation.schema, relation.name, masks.lost)} Say what is masked of it now, and copy it again.`
      const change = { state: 'errored', reason } as const
      const records = outcome.records.map((record) => ({ ...record, outcome: 'parked' as const }))
      Object.assign(follower, change)
      Object.assign(outcome, { change, copyReason: null, code: 'TABLE_CHANGED', records })
    }
    const record = recordOf(follower)
    await removeTable(this.connection, oid)
    await writeTable(this.connection, { ...record, marks: null })
    for (const change of outcome.records) await writeSchemaChange(this.connection, change)
    this.effects.push(() => {
      this.tables.delete(oid)
      this.tables.set(plan.oid, follower)
      outcome.table = follower
    })
  }

  /** By the names that its columns had last; what it has then is its own. */
  private async inheritedMasks(oid: number, relation: SourceRelation): Promise<TableMasks> {
    const columns = (await readColumns(this.connection)).get(oid) ?? []
    const { schema, name: table } = relation
    const known = (await readMasks(this.connection)).flatMap((mask) => {
      if (mask.oid !== oid) return [mask]
      const column = columns.find(({ attnum }) => attnum === mask.attnum)
      // A column that was dropped before its table was has left nothing.
      return column ? [{ ...mask, schema, table, column: column.sourceName }] : []
    })
    const masks = masksOfTable(known, relation)
    const own = relation.columns.filter(({ attnum }) => masks.rules.has(attnum))
    await writeMasks(this.connection, own.map(({ attnum, name }) => ({ oid: relation.oid, attnum, schema, table, column: name, rule: masks.rules.get(attnum)! })))
    return masks
  }
}
