import type { ParkedTable } from '../apply/applyBatch.ts'
import type { StreamRelation } from '../decode/pgoutput.ts'
import type { Lsn } from '../model/lsn.ts'
import type { FollowedTable } from './followedTables.ts'
import type { HeldBack } from './heldBack.ts'
import { hasSameColumns, isAsPlanned, shapeOfPlan, shapeOfRelation, type StreamShape } from './streamShape.ts'

/**
 * Lets through the changes that a table is to take: those of a followed table that its copy does not hold
 * already, or, while it is copied, will not hold; and says of which shape its rows are. A table that can take no
 * more is parked.
 */
export class TableGate {
  private readonly tables: ReadonlyMap<number, FollowedTable>
  /** By relation: tables that are being copied. */
  private readonly held: ReadonlyMap<number, HeldBack>
  private transactionLsn: Lsn
  private skipsTransaction = false
  /** By relation: how the stream has described it last. It says so once, however often the plan is made anew. */
  private readonly relations = new Map<number, StreamRelation>()
  /** Descriptions of which the catalog has said that the table is planned so. */
  private readonly settled = new WeakSet<StreamRelation>()
  /** By relation: the shape of its rows from there on. */
  private readonly shapes = new Map<number, StreamShape>()
  private readonly parkedOids = new Set<number>()
  private parked: ParkedTable[] = []

  constructor(tables: ReadonlyMap<number, FollowedTable>, held: ReadonlyMap<number, HeldBack>, startLsn: Lsn) {
    this.tables = tables
    this.held = held
    this.transactionLsn = startLsn
  }

  /** Where the commit record of the transaction starts that is being received, or was last. */
  get commitLsn(): Lsn {
    return this.transactionLsn
  }

  /** `finalLsn` is where the transaction's commit record starts; `isKnown`: it is in the file already. */
  begin(finalLsn: Lsn, isKnown: boolean): void {
    this.transactionLsn = finalLsn
    this.skipsTransaction = isKnown
  }

  /**
   * The stream describes a table once, in whichever transaction comes first: what the description means
   * is decided when a change of a transaction comes that the copy does not hold.
   */
  describe(relation: StreamRelation): 'followed' | 'unknown' {
    this.relations.set(relation.oid, relation)
    this.shapes.delete(relation.oid)
    return this.tables.has(relation.oid) ? 'followed' : 'unknown'
  }

  /** The shape of a row of `columnCount` columns, where the table takes it. */
  forRow(oid: number, columnCount: number): StreamShape | null {
    const shape = this.forChange(oid)
    if (!shape || columnCount === shape.mayNeedQuotes.length) return shape
    this.park(oid, 'TABLE_CHANGED', 'A row came with other columns than the stream has described; copy the table again.')
    return null
  }

  /** As `forRow`, for a change of a row that is there: only where the stream says which one. */
  forExistingRow(oid: number, columnCount: number, hasFullRow: boolean): StreamShape | null {
    const shape = this.forRow(oid, columnCount)
    if (!shape || shape.identity === 'key' || (shape.identity === 'whole-row' && hasFullRow)) return shape
    this.park(
      oid,
      'TABLE_UNDESCRIBED_CHANGE',
      'A row was changed or deleted on the source, which did not say which one; give the table a key and copy it again.',
    )
    return null
  }

  /** The table's shape, where it takes a change that concerns no single row. */
  forChange(oid: number): StreamShape | null {
    const table = this.tables.get(oid)
    return table && this.takesChanges(table) ? this.shapeOf(table) : null
  }

  /** The table was parked and has been copied again since, or is to be. */
  readmit(oid: number): void {
    this.parkedOids.delete(oid)
    this.parked = this.parked.filter((parked) => parked.oid !== oid)
  }

  /** The table could not take a batch. */
  noteParked(parked: Pick<ParkedTable, 'oid'>): void {
    this.parkedOids.add(parked.oid)
  }

  /** The table is planned as the shape says: rows that are staged from now on are of the plan. */
  noteSettled(oid: number, shape: StreamShape): void {
    if (shape.relation === null) return
    this.settled.add(shape.relation)
    if (this.shapes.get(oid) === shape) this.shapes.delete(oid)
  }

  /** Those parked since the last call, to be recorded with the batch that ends before their first lost change. */
  takeParked(): ParkedTable[] {
    const { parked } = this
    this.parked = []
    return parked
  }

  private takesChanges(table: FollowedTable): boolean {
    if (this.skipsTransaction) return false
    const held = this.held.get(table.plan.oid)
    if (held) return held.takes(this.transactionLsn)
    if (this.parkedOids.has(table.plan.oid)) return false
    // A copy sees every transaction whose commit record lies before its snapshot.
    const isCopied = table.state === 'ready' || table.state === 'catching-up'
    return isCopied && table.snapshotLsn !== null && this.transactionLsn >= table.snapshotLsn
  }

  private shapeOf({ plan }: FollowedTable): StreamShape | null {
    const { oid } = plan
    const known = this.shapes.get(oid)
    if (known && (known.plan === null || known.plan === plan)) return known
    const relation = this.relations.get(oid)
    const isPlanned = !relation || isAsPlanned(plan, relation) || (this.settled.has(relation) && hasSameColumns(plan, relation))
    const shape = isPlanned ? shapeOfPlan(plan) : shapeOfRelation(plan, relation, this.transactionLsn)
    if (this.held.has(oid) && !isPlanned && !(hasSameColumns(plan, relation) && shape.identity === 'whole-row')) {
      this.park(oid, 'TABLE_CHANGED', 'The table changed on the source again and again while it was copied; copy it again.')
      return null
    }
    this.shapes.set(oid, shape)
    return shape
  }

  /** From here on this table's changes are left out; what was staged before is still applied. */
  private park(oid: number, code: string, reason: string): void {
    const { schema, name } = this.tables.get(oid)!.plan
    const held = this.held.get(oid)
    if (held) return held.refuse({ lsn: this.transactionLsn, code, reason })
    this.parkedOids.add(oid)
    this.parked.push({ oid, schema, name, code, reason, lsn: this.transactionLsn })
  }
}
