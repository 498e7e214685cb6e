import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { greatestOf, leastOf, quotientOf, sumOf } from '../../../../src/main/engine/query/decimals.ts'

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, scale]) => {
    const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
    return (digits < 0n ? '-' : '') + (scale === 0 ? all : `${all.slice(0, -scale)}.${all.slice(-scale)}`)
  })

describe('decimals', () => {
  it('are added to the last digit', () => {
    expect(sumOf(['0.1', '0.2'])).toBe('0.3')
    expect(sumOf(['9007199254740993', '-0.01'])).toBe('9007199254740992.99')
    expect(sumOf([])).toBe('0')
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const negatedB = b.startsWith('-') ? b.slice(1) : `-${b}`
        // The same number, perhaps with more zeros behind the point.
        const back = sumOf([a, b, negatedB])
        return back === a || back.startsWith(a) ? /^[.0]*$/.test(back.slice(a.length)) : false
      }),
    )
  })

  it('are compared as numbers, not as text', () => {
    expect(leastOf(['10', '9', '-1.50', '-1.5'])).toBe('-1.50')
    expect(greatestOf(['10', '9', '9.999'])).toBe('10')
  })

  it.each([
    ['10', 3, '3.333333'],
    ['20', 3, '6.666667'],
    ['-20', 3, '-6.666667'],
    ['1.50', 3, '0.5'],
    ['9007199254740993', 1, '9007199254740993'],
    ['0', 7, '0'],
  ])('%s divided by %d is %s', (text, divisor, quotient) => {
    expect(quotientOf(text, divisor, 6)).toBe(quotient)
  })
})
