import { describe, expect, it } from 'vitest'
import { faultStretch } from '../../../../../src/renderer/components/sql/faultStretch.ts'
import { tokensOf } from '../../../../../src/renderer/components/sql/lexer.ts'
import { meantName, selectAllFrom, writtenName } from '../../../../../src/renderer/components/sql/names.ts'
import { referencesOf, tableNameAt } from '../../../../../src/renderer/components/sql/tableReferences.ts'

function tablesOf(sql: string): string[] {
  return referencesOf(sql, tokensOf(sql)).tables.map(({ schema, name, alias }) =>
    [schema ? `${schema}.${name}` : name, alias].filter(Boolean).join(' '))
}

describe('the tables of a statement', () => {
  it.each([
    ['SELECT * FROM orders', ['orders']],
    ['SELECT * FROM public.orders AS o, "Mixed Case" m WHERE a, b', ['public.orders o', 'Mixed Case m']],
    ['SELECT * FROM a LEFT JOIN b ON a.x = b.x JOIN c c2 USING (x)', ['a', 'b', 'c c2']],
    ['SELECT (SELECT max(id) FROM inner_table i) FROM outer_table', ['inner_table i', 'outer_table']],
    ['SELECT * FROM generate_series(1, 3) g, t', ['t']],
    ['SELECT * FROM /* old: */ orders -- FROM nothing\nWHERE true', ['orders']],
  ])('%s', (sql, expected) => {
    expect(tablesOf(sql)).toEqual(expected)
  })

  it('tells the names of WITH', () => {
    const sql = 'WITH a AS (SELECT 1), b AS MATERIALIZED (SELECT 2) SELECT * FROM a, b'
    expect(referencesOf(sql, tokensOf(sql)).withNames).toEqual(['a', 'b'])
  })
})

describe('the table under the cursor', () => {
  const at = (text: string) => {
    const sql = text.replace('|', '')
    return tableNameAt(sql, tokensOf(sql), text.indexOf('|'))
  }
  it('is found at either half of its name and at its edges', () => {
    expect(at('SELECT * FROM pub|lic.orders')).toEqual({ schema: 'public', name: 'orders' })
    expect(at('SELECT * FROM public.orders|')).toEqual({ schema: 'public', name: 'orders' })
    expect(at('SELECT * FROM |"My Table"')).toEqual({ schema: null, name: 'My Table' })
    expect(at('SELECT 1 | + 1')).toBeNull()
  })
})

describe('names in SQL', () => {
  it('are quoted only where they must be, and read back as they were', () => {
    expect(writtenName('orders')).toBe('orders')
    for (const name of ['Orders', 'order', 'two words', 'say "hi"', '1st', 'naïve']) {
      expect(writtenName(name)).toMatch(/^"/)
      expect(meantName(writtenName(name))).toBe(name)
    }
    expect(selectAllFrom({ schema: 'public', name: 'Line Items' })).toBe('SELECT * FROM public."Line Items";')
  })
})

describe('the place of an error', () => {
  it('is the stretch that the engine told, else the whole word', () => {
    expect(faultStretch('SELECT county FROM t', { offset: 7 })).toEqual({ start: 7, end: 13 })
    expect(faultStretch('SELECT county FROM t', { offset: 7, length: 3 })).toEqual({ start: 7, end: 10 })
  })

  it('stays inside the statement, whatever the engine says', () => {
    expect(faultStretch('SELECT', { offset: 90 })).toEqual({ start: 5, end: 6 })
    expect(faultStretch('', { offset: 0 })).toEqual({ start: 0, end: 0 })
  })
})
