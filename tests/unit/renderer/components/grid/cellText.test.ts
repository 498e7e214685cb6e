import { describe, expect, it } from 'vitest'
import type { ResultColumn, ValueKind } from '../../../../../src/main/contract/values.ts'
import {
  gridText, instantHover, markOf, widthInCharacters,
} from '../../../../../src/renderer/components/grid/cellText.ts'

const column = (kind: ValueKind, type = kind as string): ResultColumn => ({ name: 'c', type, kind })
const digitsOf = (text: string): string => text.replace(/\u202f/g, '').replace('−', '-')

describe('a cell in the grid', () => {
  it('shows every digit of a number, whatever its size', () => {
    for (const exact of ['12345678901234567890.10', '-9223372036854775808', '0.30', '1e300', 'NaN', '-0.00']) {
      expect(digitsOf(gridText(exact, column('number')))).toBe(exact)
    }
    expect(gridText('62512004.10', column('number'))).toBe('62\u202f512\u202f004.10')
  })

  it('groups amounts, and leaves keys, codes and years as they are written', () => {
    const named = (name: string): string => gridText('1234567', { name, type: 'int8', kind: 'number' })
    const identifiers = ['id', 'customer_id', 'customerId', 'year', 'zip_code', 'order_no']
    for (const name of identifiers) expect(named(name)).toBe('1234567')
    for (const name of ['total', 'count_star()', 'paid', 'width']) expect(named(name)).toBe('1\u202f234\u202f567')
  })

  it('tells NULL, the empty text, JSON null and the words apart', () => {
    expect(markOf(null, column('text'))).toBe('null')
    expect(markOf('', column('text'))).toBe('empty')
    expect(markOf('null', column('json'))).toBe('json-null')
    expect(markOf(null, column('json'))).toBe('null')
    expect(markOf('NULL', column('text'))).toBeNull()
    expect(markOf("''", column('text'))).toBeNull()
  })

  it('stands on one line and is cut where it is long', () => {
    expect(gridText('a\nb\tc', column('text'))).toBe('a↵b⇥c')
    expect(gridText('x'.repeat(5000), column('text'))).toHaveLength(401)
  })

  it('asks for a width by its header and its first rows, within bounds', () => {
    expect(widthInCharacters(column('text', 'text'), 0, [['abcdefgh'], [null]])).toBe(8)
    expect(widthInCharacters(column('text', 'text'), 0, [['x'.repeat(900)]])).toBe(56)
  })
})

describe('a timestamp on hover', () => {
  it('says its zone and the person’s own time', () => {
    const hover = instantHover('2026-03-01 13:03:22.123456+00', column('instant', 'timestamptz'), 'Europe/Berlin')
    expect(hover).toBe('2026-03-01 13:03:22.123456+00  (UTC)\n2026-03-01 14:03:22  (Europe/Berlin, your time)')
  })

  it('reads offsets with minutes', () => {
    const hover = instantHover('2026-03-01 13:03:22+05:30', column('instant', 'timestamptz'), 'UTC')
    expect(hover).toContain('2026-03-01 07:33:22  (UTC, your time)')
  })

  it('says that there is no zone where there is none', () => {
    expect(instantHover('2026-03-01 13:03:22', column('instant', 'timestamp'), 'UTC')).toMatch(/names no zone/)
  })

  it('is nothing for NULL and for other kinds', () => {
    expect(instantHover(null, column('instant'), 'UTC')).toBeNull()
    expect(instantHover('2026-03-01 13:03:22', column('text'), 'UTC')).toBeNull()
  })
})
