/** How pgoutput marks a column of a row: SQL NULL, an unchanged TOAST value that was not sent, or text. */
export const ColumnKind = { null: 0x6e, unchanged: 0x75, text: 0x74, binary: 0x62 } as const

/** How much of the old row an update or a delete brought: nothing, its key, or all of it. */
export type OldRow = 'none' | 'key' | 'full'

/**
 * Where the columns of one row lie in somebody else's bytes. One instance is used again and again,
 * so that a row costs no allocation.
 */
export class TupleIndex {
  bytes: Buffer = Buffer.alloc(0)
  columnCount = 0
  kinds: Uint8Array = new Uint8Array(64)
  starts: Uint32Array = new Uint32Array(64)
  ends: Uint32Array = new Uint32Array(64)

  /** Makes room for `columnCount` columns. */
  reset(bytes: Buffer, columnCount: number): void {
    this.bytes = bytes
    this.columnCount = columnCount
    if (columnCount > this.kinds.length) {
      const capacity = Math.max(columnCount, this.kinds.length * 2)
      this.kinds = new Uint8Array(capacity)
      this.starts = new Uint32Array(capacity)
      this.ends = new Uint32Array(capacity)
    }
  }

  /** True where both hold the same kind and the same bytes in `column`. */
  equalsAt(column: number, other: TupleIndex): boolean {
    if (this.kinds[column] !== other.kinds[column]) return false
    if (this.kinds[column] !== ColumnKind.text) return true
    return (
      this.bytes.compare(
        other.bytes,
        other.starts[column],
        other.ends[column],
        this.starts[column],
        this.ends[column],
      ) === 0
    )
  }

  /**
   * Gives the columns that were not sent, because their TOAST values are as they were, the values of the old row, which
   * lies in the same message: of all columns (null), or of those at `columns`.
   */
  takeUnchangedFrom(old: TupleIndex, columns: readonly number[] | null): void {
    if (columns !== null) {
      for (const column of columns) this.takeAt(column, old)
      return
    }
    for (let column = 0; column < this.columnCount; column++) this.takeAt(column, old)
  }

  private takeAt(column: number, old: TupleIndex): void {
    if (this.kinds[column] !== ColumnKind.unchanged) return
    this.kinds[column] = old.kinds[column]!
    this.starts[column] = old.starts[column]!
    this.ends[column] = old.ends[column]!
  }
}
