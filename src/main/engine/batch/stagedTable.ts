import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../../contract/errors.ts'
import { ownColumn } from '../model/ownColumn.ts'
import { ColumnKind, type OldRow, type TupleIndex } from '../model/tuple.ts'
import { CsvBuffer } from './csvBuffer.ts'
import type { StagedShape } from './stagedShape.ts'

/** The first fields of every staged row: the operation, its place in the segment, missing columns. */
export const stagedPrefix = [ownColumn('operation'), ownColumn('sequence'), ownColumn('missing')] as const
export const Operation = { insert: 0x49, update: 0x55, delete: 0x44 } as const

/** Beyond this a segment's rows go to its file while the transaction is still coming. */
const SPILL_BYTES = 8 << 20
const FIRST_BUFFER_BYTES = 64 << 10

/**
 * Rows of one table, staged as CSV, that one set of statements applies. A table's batch is usually
 * one segment; a change that needs the rows before it to be in place starts another.
 */
export interface Segment {
  path: string
  csv: CsvBuffer
  fileBytes: number
  rows: number
  /** So many at its start are not to be applied: the table's copy holds them already. */
  skippedRows: number
  inserts: number
  /** Rows that replace or remove one: the replica must be searched for their keys. */
  replacing: number
  /** Columns whose values some update lacks, because the source does not send unchanged TOAST values. */
  missingColumns: Set<number>
  /** One update that changed its key and lacks values: they come from the row of the old key. */
  rekeyedWithMissing: boolean
}

/** Rows of one shape: what the table looked like on the source when they were written. */
export interface StagedPart {
  shape: StagedShape
  /** Rows from before this part are to be removed first. */
  truncateFirst: boolean
  segments: Segment[]
}

export interface TableCounts {
  inserts: number
  updates: number
  deletes: number
  truncates: number
}

/** The changes of one table in one batch, on their way into CSV: a part for each shape that it had. */
export class StagedTable {
  readonly oid: number
  parts: StagedPart[]
  readonly counts: TableCounts = { inserts: 0, updates: 0, deletes: 0, truncates: 0 }
  /** Rows from before this batch are removed. */
  truncated = false
  /** Rows that the batch adds to the table, after `truncated`; negative where it removes more. */
  netRows = 0
  private readonly folder: string
  private readonly label: string
  private readonly takeBuffer: (bytes: number) => Buffer
  private part: StagedPart
  private segmentNumber = 0
  private current: Segment | null = null

  constructor(oid: number, shape: StagedShape, folder: string, label: string, takeBuffer: (bytes: number) => Buffer) {
    this.oid = oid
    this.folder = folder
    this.label = label
    this.takeBuffer = takeBuffer
    this.part = { shape, truncateFirst: false, segments: [] }
    this.parts = [this.part]
  }

  get segments(): Segment[] {
    return this.parts.flatMap((part) => part.segments)
  }

  /** The rows that follow are of this shape. */
  use(shape: StagedShape): void {
    if (this.part.shape === shape) return
    this.endSegment()
    this.part = { shape, truncateFirst: false, segments: [] }
    this.parts.push(this.part)
  }

  insert(row: TupleIndex, worstBytes: number): void {
    this.counts.inserts++
    this.netRows++
    this.writeRow(Operation.insert, row, worstBytes)
  }

  update(oldRow: OldRow, old: TupleIndex, row: TupleIndex, worstBytes: number): void {
    this.counts.updates++
    const { identity, keyColumns } = this.part.shape
    // A key may be a TOAST value as well: where it has not changed, it comes with the old row only.
    if (oldRow !== 'none') row.takeUnchangedFrom(old, oldRow === 'full' ? null : keyColumns)
    if (identity === 'whole-row') {
      this.writeRow(Operation.delete, old, worstBytes)
      this.writeRow(Operation.insert, row, worstBytes)
      return
    }
    const keyChanged = oldRow !== 'none' && keyColumns.some((column) => !row.equalsAt(column, old))
    if (!keyChanged) {
      this.writeRow(Operation.update, row, worstBytes)
      return
    }
    const alone = lacksValues(row)
    if (alone) this.endSegment()
    this.writeRow(Operation.delete, old, worstBytes)
    this.writeRow(Operation.update, row, worstBytes)
    if (alone) {
      this.current!.rekeyedWithMissing = true
      this.endSegment()
    }
  }

  delete(old: TupleIndex, worstBytes: number): void {
    this.counts.deletes++
    this.netRows--
    this.writeRow(Operation.delete, old, worstBytes)
  }

  /** Whatever was staged before is gone by it. Answers the segments that need no applying any more. */
  truncate(): Segment[] {
    this.counts.truncates++
    this.truncated = true
    this.netRows = 0
    this.endSegment()
    const { segments } = this
    this.part = { shape: this.part.shape, truncateFirst: true, segments: [] }
    this.parts = [this.part]
    return segments
  }

  private writeRow(operation: number, row: TupleIndex, worstBytes: number): void {
    const segment = this.current ?? this.startSegment()
    const { csv } = segment
    const { mayNeedQuotes } = this.part.shape
    const { columnCount } = row
    csv.reserve(2 * worstBytes + 4 * columnCount + 32)
    csv.startRow()
    csv.letterField(operation)
    csv.numberField(segment.rows)
    if (operation !== Operation.delete && lacksValues(row)) {
      writeMissing(csv, row, segment.missingColumns)
    } else {
      csv.nullField()
    }
    for (let column = 0; column < columnCount; column++) {
      if (row.kinds[column] !== ColumnKind.text) csv.nullField()
      else if (mayNeedQuotes[column]) csv.textField(row.bytes, row.starts[column]!, row.ends[column]!)
      else csv.plainField(row.bytes, row.starts[column]!, row.ends[column]!)
    }
    csv.endRow()
    segment.rows++
    if (operation === Operation.insert) segment.inserts++
    else segment.replacing++
    if (csv.length >= SPILL_BYTES) spill(segment)
  }

  private startSegment(): Segment {
    const segment: Segment = {
      path: join(this.folder, `${this.label}-${this.oid}-${this.segmentNumber++}.csv`),
      csv: new CsvBuffer(this.takeBuffer(FIRST_BUFFER_BYTES)),
      fileBytes: 0,
      rows: 0,
      skippedRows: 0,
      inserts: 0,
      replacing: 0,
      missingColumns: new Set(),
      rekeyedWithMissing: false,
    }
    this.part.segments.push(segment)
    this.current = segment
    return segment
  }

  private endSegment(): void {
    this.current = null
  }
}

function lacksValues(row: TupleIndex): boolean {
  for (let column = 0; column < row.columnCount; column++) {
    if (row.kinds[column] === ColumnKind.unchanged) return true
  }
  return false
}

/** A `1` for each column that was not sent, a `0` for each that was. */
function writeMissing(csv: CsvBuffer, row: TupleIndex, missingColumns: Set<number>): void {
  for (let column = 0; column < row.columnCount; column++) {
    const missing = row.kinds[column] === ColumnKind.unchanged
    csv.bytes[csv.length++] = missing ? 0x31 : 0x30
    if (missing) missingColumns.add(column)
  }
  csv.nullField()
}

/**
 * Moves what is staged to the segment's file, where DuckDB reads it, and makes room for the rest. The
 * file is not kept open: a transaction may concern thousands of tables. Throws DISK_FULL.
 */
export function spill(segment: Segment): void {
  const { path, csv } = segment
  let file: number | null = null
  try {
    file = openSync(path, segment.fileBytes === 0 ? 'w' : 'a', 0o600)
    for (let offset = 0; offset < csv.length; ) offset += writeSync(file, csv.bytes, offset, csv.length - offset)
  } catch (error) {
    throw faultOfStaging(error)
  } finally {
    if (file !== null) closeSync(file)
  }
  segment.fileBytes += csv.length
  csv.length = 0
}

function faultOfStaging(error: unknown): unknown {
  if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '')) return error
  return new MillraceError(
    {
      code: 'DISK_FULL',
      message: 'The disk that holds the temporary files of Millrace is full.',
      advice: 'Free some space and start again; nothing is lost, the source keeps what is missing.',
    },
    { cause: error },
  )
}
