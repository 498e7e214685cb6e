import { rmSync } from 'node:fs'
import type { Lsn } from '../model/lsn.ts'
import type { StagedShape } from './stagedShape.ts'
import { spill, StagedTable, type Segment } from './stagedTable.ts'

/** A commit of the source in this batch, for the freshness figures. */
export interface CommitMark {
  commitMicros: bigint
  transactions: number
}

/** A transaction over many tables stays small in each: what all of them hold goes to files once it is so much. */
const SPILL_EVERY_BYTES = 64 << 20

/**
 * Whole source transactions, staged by table. Bounded by bytes and time from outside; one
 * transaction that is larger than memory lies in files, not in buffers.
 */
export class Batch {
  readonly number: number
  readonly tables = new Map<number, StagedTable>()
  /** Commits of the same instant are counted together. */
  readonly commits: CommitMark[] = []
  /** Where the last whole transaction ended; what the file's checkpoint will say. */
  endLsn: Lsn | null = null
  lastCommitMicros = 0n
  transactions = 0
  changes = 0
  /** Log bytes staged, whole transactions and the open one. */
  bytes = 0
  private spillAtBytes = SPILL_EVERY_BYTES
  firstChangeAtMs: number | null = null
  private readonly folder: string
  private readonly buffers: BufferShelf

  constructor(number: number, folder: string, buffers: BufferShelf) {
    this.number = number
    this.folder = folder
    this.buffers = buffers
  }

  /** Where the table's rows of this shape go. */
  table(oid: number, shape: StagedShape): StagedTable {
    let staged = this.tables.get(oid)
    if (staged) {
      staged.use(shape)
    } else {
      staged = new StagedTable(oid, shape, this.folder, `batch-${this.number}`, (bytes) => this.buffers.take(bytes))
      this.tables.set(oid, staged)
    }
    return staged
  }

  /** Counts a change of `bytes` in the log. */
  noteChange(bytes: number): void {
    this.changes++
    this.bytes += bytes
    if (this.bytes < this.spillAtBytes) return
    this.spillAtBytes = this.bytes + SPILL_EVERY_BYTES
    for (const staged of this.tables.values()) {
      for (const segment of staged.segments) if (segment.csv.length > 0) spill(segment)
    }
  }

  truncate(oid: number, shape: StagedShape): void {
    for (const segment of this.table(oid, shape).truncate()) this.release(segment)
  }

  /** Forgets what is staged of a table. */
  leaveOut(oid: number): void {
    for (const segment of this.tables.get(oid)?.segments ?? []) this.release(segment)
    this.tables.delete(oid)
  }

  commit(endLsn: Lsn, commitMicros: bigint): void {
    this.endLsn = endLsn
    this.transactions++
    this.lastCommitMicros = commitMicros
    const last = this.commits.at(-1)
    if (last && last.commitMicros === commitMicros) last.transactions++
    else this.commits.push({ commitMicros, transactions: 1 })
  }

  /** Frees the buffers and removes the files; after this the batch is not used again. */
  dispose(): void {
    for (const staged of this.tables.values()) {
      for (const segment of staged.segments) this.release(segment)
    }
    this.tables.clear()
  }

  private release(segment: Segment): void {
    if (segment.fileBytes > 0) rmSync(segment.path, { force: true })
    this.buffers.putBack(segment.csv.bytes)
  }
}

/** Keeps the buffers of past batches for the next ones. */
export class BufferShelf {
  private readonly buffers: Buffer[] = []
  private readonly capacityBytes: number
  private heldBytes = 0

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes
  }

  /** The largest that is there, else a new one of `bytes`. */
  take(bytes: number): Buffer {
    const buffer = this.buffers.pop()
    if (!buffer) return Buffer.allocUnsafeSlow(bytes)
    this.heldBytes -= buffer.length
    return buffer
  }

  putBack(buffer: Buffer): void {
    if (this.heldBytes + buffer.length > this.capacityBytes) return
    this.heldBytes += buffer.length
    const place = this.buffers.findIndex((other) => other.length > buffer.length)
    if (place === -1) this.buffers.push(buffer)
    else this.buffers.splice(place, 0, buffer)
  }
}
