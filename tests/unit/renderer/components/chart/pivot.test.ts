import { describe, expect, it } from 'vitest'
import { pivotText } from '../../../../../src/renderer/components/chart/pivot.ts'

const data = (rows: (string | null)[][]) => ({ rows, measures: ['sum(total)'], bucket: 'none' as const, note: null })

describe('a pivot on the clipboard', () => {
  it('is exact values between tabs, empty where there is none, quoted where they must be', () => {
    const rows = [['DE', 'web', '9007199254740993.10'], ['DE', 'shop', null], ['say "hi"', 'web', '2'], [null, 'shop', '3']]
    expect(pivotText(data(rows), 'country', 'channel')).toBe(
      'country\tweb\tshop\nDE\t9007199254740993.10\t\n"say ""hi"""\t2\t\nNULL\t\t3',
    )
  })

  it('has the measure for its one column where nothing splits it', () => {
    expect(pivotText(data([['DE', null, '1']]), 'country', null)).toBe('country\tsum(total)\nDE\t1')
  })
})
