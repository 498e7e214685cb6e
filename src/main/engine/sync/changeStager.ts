import { Batch, BufferShelf } from '../batch/batch.ts'
import type { StagedTable } from '../batch/stagedTable.ts'
import type { ChangeVisitor, StreamRelation } from '../decode/pgoutput.ts'
import type { MaskKey } from '../masking/maskKey.ts'
import { addedBytes, RowMasker } from '../masking/rowMasker.ts'
import type { Lsn } from '../model/lsn.ts'
import type { OldRow, TupleIndex } from '../model/tuple.ts'
import type { Clock } from '../ports.ts'
import type { FollowedTable } from './followedTables.ts'
import { HeldBack } from './heldBack.ts'
import type { StreamPositions } from './streamPositions.ts'
import type { StreamShape } from './streamShape.ts'
import { TableGate } from './tableGate.ts'

export interface ChangeStagerOptions {
  tables: ReadonlyMap<number, FollowedTable>
  positions: StreamPositions
  /** The file's checkpoint when the stream began. */
  startLsn: Lsn
  folder: string
  clock: Clock
  /** Throws where there is none. */
  maskKey(): MaskKey
  onCommit(): void
  onUnknownTable(name: string): void
}

const SHELF_BYTES = 64 << 20

/**
 * Takes the decoded stream in: each change goes to the batch in hand, or, where its table is being copied, to
 * what is held back for it, or nowhere, where the table does not take it. Masked columns are masked here, before
 * anything of them is staged.
 */
export class ChangeStager implements ChangeVisitor {
  batch: Batch
  inTransaction = false
  readonly gate: TableGate
  private readonly options: ChangeStagerOptions
  private readonly shelf = new BufferShelf(SHELF_BYTES)
  private readonly held = new Map<number, HeldBack>()
  private readonly unknownOids = new Set<number>()
  private readonly masker: RowMasker
  private batchNumber = 0
  private skipsTransaction = false

  constructor(options: ChangeStagerOptions) {
    this.options = options
    this.gate = new TableGate(options.tables, this.held, options.startLsn)
    this.masker = new RowMasker(options.maskKey)
    this.batch = this.newBatch()
  }

  /** The batch in hand; the next changes go into another. */
  takeBatch(): Batch {
    const { batch } = this
    this.batch = this.newBatch()
    return batch
  }

  /** See `StreamRun.holdBack`. */
  holdBack(table: FollowedTable, onRefusal: () => void): HeldBack {
    const { oid } = table.plan
    this.held.get(oid)?.dispose()
    const held = new HeldBack(table.plan, this.options.folder, onRefusal)
    this.held.set(oid, held)
    return held
  }

  /** See `StreamRun.letGo`. */
  letGo(oid: number): void {
    this.held.get(oid)?.dispose()
    this.held.delete(oid)
    this.gate.readmit(oid)
  }

  dispose(): void {
    this.batch.dispose()
    for (const held of this.held.values()) held.dispose()
  }

  begin(finalLsn: Lsn): void {
    this.inTransaction = true
    // The server starts after the checkpoint by itself; this holds even if it did not.
    this.skipsTransaction = finalLsn < this.options.startLsn
    this.gate.begin(finalLsn, this.skipsTransaction)
    this.batch.firstChangeAtMs ??= this.options.clock.monotonicMs()
  }

  commit(_commitLsn: Lsn, endLsn: Lsn, commitMicros: bigint): void {
    this.inTransaction = false
    this.options.positions.reach(endLsn)
    if (this.skipsTransaction) return
    this.batch.commit(endLsn, commitMicros)
    this.options.onCommit()
  }

  relation(relation: StreamRelation): void {
    if (this.gate.describe(relation) === 'followed' || this.unknownOids.has(relation.oid)) return
    this.unknownOids.add(relation.oid)
    this.options.onUnknownTable(`${relation.schema}.${relation.name}`)
  }

  insert(relationOid: number, row: TupleIndex, messageBytes: number): void {
    const shape = this.gate.forRow(relationOid, row.columnCount)
    if (!shape) return
    const staged = this.staged(relationOid, shape, messageBytes)
    if (shape.masks === null) return staged.insert(row, messageBytes)
    this.masker.begin(messageBytes, shape.masks)
    staged.insert(this.masker.mask(row, shape.masks, this.masker.row), messageBytes + addedBytes(shape.masks))
  }

  update(relationOid: number, oldRow: OldRow, old: TupleIndex, row: TupleIndex, messageBytes: number): void {
    const shape = this.gate.forExistingRow(relationOid, row.columnCount, oldRow === 'full')
    if (!shape) return
    const staged = this.staged(relationOid, shape, messageBytes)
    if (shape.masks === null) return staged.update(oldRow, old, row, messageBytes)
    this.masker.begin(messageBytes, shape.masks)
    const maskedOld = oldRow === 'none' ? this.masker.old : this.masker.mask(old, shape.masks, this.masker.old)
    const masked = this.masker.mask(row, shape.masks, this.masker.row)
    staged.update(oldRow, maskedOld, masked, messageBytes + addedBytes(shape.masks))
  }

  delete(relationOid: number, oldRow: OldRow, old: TupleIndex, messageBytes: number): void {
    const shape = this.gate.forExistingRow(relationOid, old.columnCount, oldRow === 'full')
    if (!shape) return
    const staged = this.staged(relationOid, shape, messageBytes)
    if (shape.masks === null) return staged.delete(old, messageBytes)
    this.masker.begin(messageBytes, shape.masks)
    staged.delete(this.masker.mask(old, shape.masks, this.masker.old), messageBytes + addedBytes(shape.masks))
  }

  truncate(relationOids: number[]): void {
    for (const oid of relationOids) {
      const shape = this.gate.forChange(oid)
      if (!shape) continue
      const held = this.held.get(oid)
      if (held) {
        held.truncate(this.gate.commitLsn)
        continue
      }
      this.batch.noteChange(0)
      this.batch.truncate(oid, shape)
    }
  }

  private staged(oid: number, shape: StreamShape, messageBytes: number): StagedTable {
    const held = this.held.get(oid)
    if (held) return held.staged(this.gate.commitLsn, shape, messageBytes)
    this.batch.noteChange(messageBytes)
    return this.batch.table(oid, shape)
  }

  private newBatch(): Batch {
    return new Batch(this.batchNumber++, this.options.folder, this.shelf)
  }
}
