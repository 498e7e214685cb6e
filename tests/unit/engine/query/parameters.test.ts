import { describe, expect, it } from 'vitest'
import type { MillraceError } from '../../../../src/main/contract/errors.ts'
import { bindParameters, parameterNames } from '../../../../src/main/engine/query/parameters.ts'

describe('the parameters of a statement', () => {
  it.each([
    ['SELECT * FROM orders WHERE id = :id AND country = :Country', ['id', 'Country']],
    ['SELECT $2, $1, $2', ['2', '1']],
    ['SELECT (:a), :b+:a, x=:c, -:d', ['a', 'b', 'c', 'd']],
    ['SELECT ARRAY[:a, :b], [:c]', ['a', 'b', 'c']],
    ["SELECT {'from': :since, 'to': :until}", ['since', 'until']],
    ['SELECT * FROM t LIMIT :limit OFFSET $1', ['limit', '1']],
  ])('are found in %s', (sql, names) => {
    expect(parameterNames(sql)).toEqual(names)
  })

  it.each([
    'SELECT total::text, total :: numeric(12,2), (a)::int, "x"::date, \'1\'::int',
    "SELECT ':quoted', \":name\", E'\\':x', $$ :inside $$, $tag$ :also $tag$",
    'SELECT 1 -- :comment\n/* :block $1 */',
    'SELECT list[:upper], list[lower:upper], matrix[1:2][lower :upper], (f(x))[:n]',
    "SELECT {'a':b, c:d}, {'a': 1}",
    'SELECT total: price * 2 FROM t',
    'SELECT a$1, x := 2',
  ])('are not seen in %s', (sql) => {
    expect(parameterNames(sql)).toEqual([])
  })

  it('become numbers in order of appearance, each name once, and values stay beside the text', () => {
    const bound = bindParameters('SELECT :b, $3, :b, :a', { a: "x'; DROP TABLE t; --", b: null, '3': '7' })
    expect(bound.sql).toBe('SELECT $1, $2, $1, $3')
    expect(bound.written).toEqual([':b', '$3', ':a'])
    expect(bound.values).toEqual([null, '7', "x'; DROP TABLE t; --"])
  })

  it('a place in what was sent is told in what was written', () => {
    const written = 'SELECT :customer, :b, nonsense'
    const bound = bindParameters(written, { customer: '1', b: '2' })
    expect(bound.writtenOffset(bound.sql.indexOf('nonsense'))).toBe(written.indexOf('nonsense'))
    expect(bound.writtenOffset(0)).toBe(0)
    expect(bound.writtenOffset(bound.sql.indexOf('$2'))).toBe(written.indexOf(':b'))
  })

  it('one without a value is refused at its place', () => {
    let thrown: unknown
    try {
      bindParameters('SELECT :customer', {})
    } catch (error) {
      thrown = error
    }
    expect((thrown as MillraceError).toFault()).toMatchObject({
      code: 'QUERY_PARAMETER', place: { offset: 7, length: 9 },
    })
  })
})
