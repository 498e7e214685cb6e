import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLsn, laterLsn, lsnDistanceBytes, lsnFromBigint, parseLsn } from '../../../../src/main/engine/model/lsn.ts'

const anyLsn = fc.bigInt(0n, 2n ** 64n - 1n).map(lsnFromBigint)

describe('log positions', () => {
  it('what is printed is read back', () => {
    fc.assert(fc.property(anyLsn, (lsn) => parseLsn(formatLsn(lsn)) === lsn))
  })

  it('print as Postgres prints them: two halves in capitals without leading zeros', () => {
    expect(formatLsn(lsnFromBigint(0x16_b374_d848n))).toBe('16/B374D848')
    expect(formatLsn(lsnFromBigint(0n))).toBe('0/0')
    expect(parseLsn('ffffffff/ffffffff')).toBe(2n ** 64n - 1n)
  })

  it.each(['', '16', '16/', '/1', '16/B374D8480', 'g/1', '1/1/1', '-1/0'])('%j is refused', (text) => {
    expect(() => parseLsn(text)).toThrow(RangeError)
  })

  it('a distance is never negative, and the later of two is not before either', () => {
    fc.assert(
      fc.property(anyLsn, anyLsn, (from, to) => {
        const distance = lsnDistanceBytes(from, to)
        const later = laterLsn(from, to)
        return distance >= 0 && (to <= from) === (distance === 0) && later >= from && later >= to
      }),
    )
  })
})
