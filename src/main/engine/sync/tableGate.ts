import type { ParkedTable } from '../apply/applyBatch.ts'
import type { StreamRelation } from '../decode/pgoutput.ts'
import type { Lsn } from '../model/lsn.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { differenceFromStream, type FollowedTable } from './followedTables.ts'
import type { HeldBack } from './heldBack.ts'

/**
 * Lets through the changes that a table is to take: those of a followed table that its copy does not hold
 * already, or, while it is copied, will not hold. A table that can take no more is parked.
 */
export class TableGate {
  private readonly tables: ReadonlyMap<number, FollowedTable>
  /** By relation: tables that are being copied. */
  private readonly held: ReadonlyMap<number, HeldBack>
  private transactionLsn: Lsn
  private skipsTransaction = false
  /** By relation: how the stream has described it last. It says so once, however often the plan is made anew. */
  private readonly descriptions = new Map<number, StreamRelation>()
  /** By relation: what the description says that this plan does not. */
  private readonly differences = new Map<number, { plan: TablePlan; difference: string | null }>()
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
    this.descriptions.set(relation.oid, relation)
    this.differences.delete(relation.oid)
    return this.tables.has(relation.oid) ? 'followed' : 'unknown'
  }

  /** The table, where it takes a row of `columnCount` columns. */
  forRow(oid: number, columnCount: number): FollowedTable | null {
    const table = this.forChange(oid)
    if (!table || columnCount === table.plan.columns.length) return table
    this.park(table, 'TABLE_CHANGED', 'Columns were added or dropped on the source; copy the table again.')
    return null
  }

  /** As `forRow`, for a change of a row that is there: only where the stream says which one. */
  forExistingRow(oid: number, columnCount: number, hasFullRow: boolean): FollowedTable | null {
    const table = this.forRow(oid, columnCount)
    if (!table) return null
    const { identity } = table.plan
    if (identity === 'key' || (identity === 'whole-row' && hasFullRow)) return table
    this.park(
      table,
      'TABLE_UNDESCRIBED_CHANGE',
      'A row was changed or deleted on the source, which did not say which one; give the table a key and copy it again.',
    )
    return null
  }

  /** The table, where it takes a change that concerns no single row. */
  forChange(oid: number): FollowedTable | null {
    const table = this.tables.get(oid)
    if (!table || !this.takesChanges(table)) return null
    const difference = this.differenceOf(table)
    if (difference === null) return table
    this.park(table, 'TABLE_CHANGED', difference)
    return null
  }

  /** The table was parked and has been copied again since, or is to be. */
  readmit(oid: number): void {
    this.parkedOids.delete(oid)
    this.parked = this.parked.filter((parked) => parked.oid !== oid)
  }

  /** The table could not take a batch. */
  noteParked(parked: ParkedTable): void {
    this.parkedOids.add(parked.oid)
  }

  /** Those parked since the last call, to be recorded with the batch that ends before their first lost change. */
  takeParked(): ParkedTable[] {
    const { parked } = this
    this.parked = []
    return parked
  }

  private differenceOf({ plan }: FollowedTable): string | null {
    const known = this.differences.get(plan.oid)
    if (known?.plan === plan) return known.difference
    const description = this.descriptions.get(plan.oid)
    const difference = description ? differenceFromStream(plan, description) : null
    this.differences.set(plan.oid, { plan, difference })
    return difference
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

  /** From here on this table's changes are left out; what was staged before is still applied. */
  private park(table: FollowedTable, code: string, reason: string): void {
    const { oid, schema, name } = table.plan
    const held = this.held.get(oid)
    if (held) return held.refuse({ lsn: this.transactionLsn, code, reason })
    this.parkedOids.add(oid)
    this.parked.push({ oid, schema, name, code, reason, lsn: this.transactionLsn })
  }
}
