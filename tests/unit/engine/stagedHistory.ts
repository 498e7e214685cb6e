import { TupleIndex } from '../../../src/main/engine/model/tuple.ts'
import type { StagedTable } from '../../../src/main/engine/batch/stagedTable.ts'
import { ColumnKind, type OldRow } from '../../../src/main/engine/model/tuple.ts'

export type Value = string | null
export const unchanged = Symbol('unchanged')

type Sent = readonly (Value | typeof unchanged)[]

/** A row as the decoder would show it. */
export function tupleOf(values: Sent): TupleIndex {
  return messageOf(values)[0]!
}

/** Rows that come in one message, an old one and a new one, as the decoder would show them. */
function messageOf(...rows: readonly Sent[]): TupleIndex[] {
  const pieces = rows.map((row) => row.map((value) => Buffer.from(typeof value === 'string' ? value : '')))
  const bytes = Buffer.concat(pieces.flat())
  let offset = 0
  return rows.map((row, place) => {
    const tuple = new TupleIndex()
    tuple.reset(bytes, row.length)
    for (const [column, value] of row.entries()) {
      tuple.kinds[column] =
        value === null ? ColumnKind.null : value === unchanged ? ColumnKind.unchanged : ColumnKind.text
      tuple.starts[column] = offset
      offset += pieces[place]![column]!.length
      tuple.ends[column] = offset
    }
    return tuple
  })
}

/** What the source sends with an update or a delete to tell which row it was. */
export type Sends = 'key' | 'full'

/** One table of a source, whose every change is staged as Postgres would send it. */
export class SourceTable {
  rows: Value[][] = []
  private readonly keyColumns: readonly number[]
  private readonly sends: Sends
  staged: StagedTable

  constructor(staged: StagedTable, keyColumns: readonly number[], sends: Sends) {
    this.staged = staged
    this.keyColumns = keyColumns
    this.sends = sends
  }

  private keyOf(row: readonly Value[]): string {
    return this.keyColumns.map((column) => row[column]).join('\u0001')
  }

  hasKey(row: readonly Value[], except = -1): boolean {
    if (this.keyColumns.length === 0) return false
    return this.rows.some((other, index) => index !== except && this.keyOf(other) === this.keyOf(row))
  }

  private oldOf(row: readonly Value[]): Value[] {
    return row.map((value, column) => (this.sends === 'full' || this.keyColumns.includes(column) ? value : null))
  }

  insert(row: Value[]): void {
    if (this.hasKey(row)) return
    this.rows.push(row)
    this.staged.insert(tupleOf(row), bytesOf(row))
  }

  /**
   * `leavesOut` marks columns that are not sent where their value has not changed, as Postgres does with TOAST. Where
   * the key has such a column, Postgres sends the old key although it has not changed.
   */
  update(index: number, row: Value[], leavesOut: readonly boolean[]): void {
    const old = this.rows[index]
    if (!old || this.hasKey(row, index)) return
    this.rows[index] = row
    const sent = row.map((value, column) => (leavesOut[column] && value !== null && value === old[column] ? unchanged : value))
    const keyChanged = this.keyOf(old) !== this.keyOf(row)
    const keyLeftOut = this.keyColumns.some((column) => sent[column] === unchanged)
    const oldRow: OldRow = this.sends === 'full' ? 'full' : keyChanged || keyLeftOut ? 'key' : 'none'
    const [before, after] = messageOf(this.oldOf(old), sent)
    this.staged.update(oldRow, before!, after!, bytesOf(old) + bytesOf(row))
  }

  delete(index: number): void {
    const [old] = this.rows.splice(index, 1)
    if (old) this.staged.delete(tupleOf(this.oldOf(old)), bytesOf(old))
  }

  truncate(): void {
    this.rows = []
    this.staged.truncate()
  }
}

function bytesOf(row: readonly Value[]): number {
  return row.reduce((sum, value) => sum + 5 + Buffer.byteLength(value ?? ''), 8)
}
