import { rmSync } from 'node:fs'
import { spill, StagedTable, type Segment } from '../batch/stagedTable.ts'
import type { Lsn } from '../model/lsn.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { shapeOfPlan, type StreamShape } from './streamShape.ts'

/** Log bytes after which what is staged goes to its file: a copy may take hours. */
const SPILL_EVERY_BYTES = 256 << 10
/** No part has the files of another, also not of one that was made and thrown away before. */
let partNumber = 0

/** Why a copy is of no use any more: a change came that its plan does not describe. */
export interface Refusal {
  lsn: Lsn
  code: string
  reason: string
}

/**
 * The changes of one table that come while it is copied: staged, and applied once the copy is there. They are
 * held from before the copy's snapshot is taken, so where the snapshot lies is known only later: until then it
 * is remembered which rows came with which transaction.
 */
export class HeldBack {
  plan: TablePlan
  /** The copy holds what committed before it; null while it is not known. */
  snapshotLsn: Lsn | null = null
  refusal: Refusal | null = null
  private readonly folder: string
  private readonly onRefusal: () => void
  private part: StagedTable
  private bytesSinceSpill = 0
  private truncatedAt: Lsn | null = null
  /** While the snapshot is not known: where each transaction's rows start in the part, and its commit's position. */
  private starts: { lsns: Lsn[]; rows: number[] } = { lsns: [], rows: [] }

  /** To be made between two transactions. `onRefusal` tells that the copy is of no use any more. */
  constructor(plan: TablePlan, folder: string, onRefusal: () => void) {
    this.plan = plan
    this.folder = folder
    this.onRefusal = onRefusal
    this.part = this.newPart()
  }

  /** Whether a transaction that committed at `lsn` is held back, or else left out: then the copy holds it. */
  takes(lsn: Lsn): boolean {
    return this.snapshotLsn === null || lsn >= this.snapshotLsn
  }

  /** Where the next change of the transaction that committed at `lsn` is staged. */
  staged(lsn: Lsn, shape: StreamShape, messageBytes: number): StagedTable {
    this.bytesSinceSpill += messageBytes
    if (this.bytesSinceSpill >= SPILL_EVERY_BYTES) this.spillAll()
    this.part.use(shape)
    this.noteStart(lsn)
    return this.part
  }

  truncate(lsn: Lsn): void {
    for (const segment of this.part.truncate()) release(segment)
    this.truncatedAt = lsn
    this.starts = { lsns: [], rows: [] }
    this.noteStart(lsn)
  }

  /** A change came that cannot be staged under the plan: of no weight where the copy holds it already. */
  refuse(refusal: Refusal): void {
    this.refusal = refusal
    if (this.snapshotLsn !== null) this.onRefusal()
  }

  /** From now on it is known what the copy holds: what was staged of that is forgotten. */
  startFrom(snapshotLsn: Lsn): void {
    this.snapshotLsn = snapshotLsn
    const first = this.starts.lsns.findIndex((lsn) => lsn >= snapshotLsn)
    if (first === -1) this.takePart().forEach(release)
    else this.forget(this.starts.rows[first]!)
    if (this.truncatedAt !== null && this.truncatedAt < snapshotLsn) this.part.parts[0]!.truncateFirst = false
    this.starts = { lsns: [], rows: [] }
    if (this.refusal === null) return
    if (this.refusal.lsn < snapshotLsn) this.refusal = null
    else this.onRefusal()
  }

  /** Rows that wait to be applied. */
  get rows(): number {
    return rowsOf(this.part)
  }

  /** What has come so far; what comes from now on makes another part. To be called between two transactions. */
  cut(): StagedTable {
    const { part } = this
    this.part = this.newPart()
    return part
  }

  /** Columns that turned out to hold values out of their type's range are kept as text. */
  replan(plan: TablePlan): void {
    this.plan = plan
  }

  dispose(): void {
    this.takePart().forEach(release)
  }

  private takePart(): readonly Segment[] {
    return this.cut().segments
  }

  private newPart(): StagedTable {
    return new StagedTable(this.plan.oid, shapeOfPlan(this.plan), this.folder, `held-${partNumber++}`, (bytes) => Buffer.allocUnsafeSlow(bytes))
  }

  private noteStart(lsn: Lsn): void {
    if (this.snapshotLsn !== null || this.starts.lsns.at(-1) === lsn) return
    this.starts.lsns.push(lsn)
    this.starts.rows.push(rowsOf(this.part))
  }

  private forget(rows: number): void {
    for (const { segments } of this.part.parts) {
      while (segments.length > 0 && segments[0]!.rows <= rows) {
        rows -= segments[0]!.rows
        release(segments.shift()!)
      }
      if (segments.length === 0) continue
      if (rows > 0) segments[0]!.skippedRows = rows
      return
    }
  }

  private spillAll(): void {
    this.bytesSinceSpill = 0
    for (const segment of this.part.segments) if (segment.csv.length > 0) spill(segment)
  }
}

/** Removes the part's files. */
export function disposePart(part: StagedTable): void {
  part.segments.forEach(release)
}

function release(segment: Segment): void {
  if (segment.fileBytes > 0) rmSync(segment.path, { force: true })
}

function rowsOf(part: StagedTable): number {
  return part.segments.reduce((sum, segment) => sum + segment.rows, 0)
}
