import type { ParkedTable } from '../apply/applyBatch.ts'
import type { StreamRelation } from '../decode/pgoutput.ts'
import type { Lsn } from '../model/lsn.ts'
import { differenceFromStream, type FollowedTable } from './followedTables.ts'

/**
 * Lets through the changes that a table is to take: those of a followed, copied table that its copy
 * does not hold already. A table that can take no more is parked.
 */
export class TableGate {
  private readonly tables: ReadonlyMap<number, FollowedTable>
  private transactionLsn: Lsn
  private skipsTransaction = false
  /** By relation: what its description in the stream says that the plan does not. */
  private readonly differences = new Map<number, string>()
  private readonly parkedOids = new Set<number>()
  private parked: ParkedTable[] = []

  constructor(tables: ReadonlyMap<number, FollowedTable>, startLsn: Lsn) {
    this.tables = tables
    this.transactionLsn = startLsn
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
    const table = this.tables.get(relation.oid)
    if (!table) return 'unknown'
    const difference = differenceFromStream(table.plan, relation)
    if (difference) this.differences.set(relation.oid, difference)
    else this.differences.delete(relation.oid)
    return 'followed'
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
    const difference = this.differences.get(oid)
    if (difference === undefined) return table
    this.park(table, 'TABLE_CHANGED', difference)
    return null
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

  private takesChanges(table: FollowedTable): boolean {
    if (this.skipsTransaction || this.parkedOids.has(table.plan.oid)) return false
    // A copy sees every transaction whose commit record lies before its snapshot.
    return table.state === 'ready' && table.snapshotLsn !== null && this.transactionLsn >= table.snapshotLsn
  }

  /** From here on this table's changes are left out; what was staged before is still applied. */
  private park(table: FollowedTable, code: string, reason: string): void {
    const { oid, schema, name } = table.plan
    this.parkedOids.add(oid)
    this.parked.push({ oid, schema, name, code, reason, lsn: this.transactionLsn })
  }
}
