import type { MaskRule } from '../model/maskRule.ts'
import { ColumnKind, TupleIndex } from '../model/tuple.ts'
import type { MaskKey } from './maskKey.ts'
import { REDACTED } from './sourceMask.ts'

/** A rule a column, by its place in the row. */
export type ColumnMasks = readonly (MaskRule | null)[]

const HASH_BYTES = 64
const redacted = Buffer.from(REDACTED)

/**
 * Masks the rows of one message of the stream, as `sourceMask.ts` has the source mask those of the copy. The masked
 * rows are its own, and valid until the next message; a value that was not sent because it is an unchanged TOAST value
 * stays so, for the replica's row has it masked.
 */
export class RowMasker {
  readonly row = new TupleIndex()
  readonly old = new TupleIndex()
  private bytes = Buffer.allocUnsafeSlow(16 << 10)
  private length = 0
  private readonly key: () => MaskKey

  /** `key` is asked for when a value is to be hashed; it throws where there is none. */
  constructor(key: () => MaskKey) {
    this.key = key
  }

  /** Makes room for the rows of one message, which lie in the same bytes as they did there. */
  begin(messageBytes: number, masks: ColumnMasks): void {
    const worstBytes = messageBytes + 2 * addedBytes(masks)
    if (worstBytes > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(2 * worstBytes)
    this.length = 0
  }

  /** Copies `source`, which is of the message, into `target`, masked. */
  mask(source: TupleIndex, masks: ColumnMasks, target: TupleIndex): TupleIndex {
    const { columnCount } = source
    target.reset(this.bytes, columnCount)
    for (let column = 0; column < columnCount; column++) {
      const rule = masks[column] ?? null
      const kind = source.kinds[column]!
      target.kinds[column] = rule === 'null' ? ColumnKind.null : kind
      if (target.kinds[column] !== ColumnKind.text) continue
      target.starts[column] = this.length
      this.length += this.write(rule, source, column)
      target.ends[column] = this.length
    }
    return target
  }

  private write(rule: MaskRule | null, source: TupleIndex, column: number): number {
    const [start, end] = [source.starts[column]!, source.ends[column]!]
    if (rule === null) return source.bytes.copy(this.bytes, this.length, start, end)
    if (rule === 'redact') return redacted.copy(this.bytes, this.length)
    return this.bytes.write(this.key().hash(source.bytes.subarray(start, end)), this.length, 'latin1')
  }
}

/** How many bytes more a masked row may take than it had. */
export function addedBytes(masks: ColumnMasks): number {
  return masks.length * HASH_BYTES
}
