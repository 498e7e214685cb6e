import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { MaskKey } from '../../../../src/main/engine/masking/maskKey.ts'
import { RowMasker, type ColumnMasks } from '../../../../src/main/engine/masking/rowMasker.ts'
import { ColumnKind, TupleIndex } from '../../../../src/main/engine/model/tuple.ts'

const bytes = Buffer.alloc(32, 7)
const key = new MaskKey(bytes)
const hashOf = (text: string): string => createHmac('sha256', bytes).update(text).digest('hex')

const UNCHANGED = Symbol('unchanged')
type Value = string | null | typeof UNCHANGED

function tupleOf(...values: Value[]): TupleIndex {
  const tuple = new TupleIndex()
  const texts = values.map((value) => Buffer.from(typeof value === 'string' ? value : ''))
  tuple.reset(Buffer.concat(texts), values.length)
  let offset = 0
  for (const [column, value] of values.entries()) {
    tuple.kinds[column] = value === null ? ColumnKind.null : value === UNCHANGED ? ColumnKind.unchanged : ColumnKind.text
    tuple.starts[column] = offset
    offset += texts[column]!.length
    tuple.ends[column] = offset
  }
  return tuple
}

function valuesOf(tuple: TupleIndex): Value[] {
  return Array.from({ length: tuple.columnCount }, (_, column) => {
    if (tuple.kinds[column] === ColumnKind.null) return null
    if (tuple.kinds[column] === ColumnKind.unchanged) return UNCHANGED
    return tuple.bytes.toString('utf8', tuple.starts[column], tuple.ends[column])
  })
}

function masked(masks: ColumnMasks, ...values: Value[]): Value[] {
  const masker = new RowMasker(() => key)
  const tuple = tupleOf(...values)
  masker.begin(tuple.bytes.length, masks)
  return valuesOf(masker.mask(tuple, masks, masker.row))
}

describe('a masked row', () => {
  it('has the keyed hash of the text, one word for all values, or nothing; NULL stays NULL', () => {
    expect(masked(['hash', 'redact', 'null', null], 'é@x.de', 'secret', 'secret', 'as it is')).toEqual([hashOf('é@x.de'), '[redacted]', null, 'as it is'])
    expect(masked(['hash', 'redact', 'null'], '', '', '')).toEqual([hashOf(''), '[redacted]', null])
    expect(masked(['hash', 'redact', 'null', null], null, null, null, null)).toEqual([null, null, null, null])
  })

  it('leaves a value that was not sent to the replica, which has it masked', () => {
    expect(masked(['hash', 'redact', 'null', null], UNCHANGED, UNCHANGED, UNCHANGED, UNCHANGED)).toEqual([UNCHANGED, UNCHANGED, null, UNCHANGED])
  })

  it('keeps values of megabytes beside it whole', () => {
    const long = 'ä'.repeat(3_000_000)
    expect(masked(['hash', null], long, long)).toEqual([hashOf(long), long])
  })

  it('lies in the same bytes as the old row of its message, so that unchanged values can be taken from that', () => {
    const masks: ColumnMasks = ['hash', 'redact', null]
    const masker = new RowMasker(() => key)
    const long = 'x'.repeat(50_000)
    const [old, row] = [tupleOf('old', 'body', long), tupleOf('new', UNCHANGED, UNCHANGED)]
    masker.begin(old.bytes.length + row.bytes.length, masks)
    const maskedOld = masker.mask(old, masks, masker.old)
    const maskedRow = masker.mask(row, masks, masker.row)
    maskedRow.takeUnchangedFrom(maskedOld, null)
    expect(valuesOf(maskedOld)).toEqual([hashOf('old'), '[redacted]', long])
    expect(valuesOf(maskedRow)).toEqual([hashOf('new'), '[redacted]', long])
  })

  it('is none where there is no key for its hash', () => {
    const masker = new RowMasker(() => {
      throw new Error('no key')
    })
    const tuple = tupleOf('plain')
    masker.begin(5, ['hash'])
    expect(() => masker.mask(tuple, ['hash'], masker.row)).toThrow('no key')
  })
})

describe('the key', () => {
  it('shows itself in no log', () => {
    const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key) + String(key)
    expect(shown).not.toContain(bytes.toString('hex'))
    expect(shown).not.toMatch(/07 ?07/)
    expect(key.fingerprint()).not.toBe(new MaskKey(Buffer.alloc(32, 8)).fingerprint())
  })

  it('is of one length', () => {
    expect(() => new MaskKey(Buffer.alloc(31))).toThrow(RangeError)
  })
})
