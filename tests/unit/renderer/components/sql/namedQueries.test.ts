import { describe, expect, it } from 'vitest'
import { tokensOf } from '../../../../../src/renderer/components/sql/lexer.ts'
import { namedQueriesOf } from '../../../../../src/renderer/components/sql/namedQueries.ts'

function queriesOf(sql: string): Record<string, string[]> {
  return Object.fromEntries(
    namedQueriesOf(sql, tokensOf(sql)).map(({ name, columns }) => [
      name, columns.map((column) => ('name' in column ? column.name : `${column.allOf.name}.*`)),
    ]),
  )
}

describe('the queries of a statement that have a name', () => {
  it.each([
    ['WITH r AS (SELECT country, sum(total) AS revenue, o.id, "Full Name" f FROM orders o) SELECT 1', { r: ['country', 'revenue', 'id', 'f'] }],
    ['WITH a AS (SELECT 1 AS one), b AS NOT MATERIALIZED (SELECT two FROM t) SELECT 1', { a: ['one'], b: ['two'] }],
    ['WITH r (x, "Y") AS (SELECT 1, 2) SELECT 1', { r: ['x', 'Y'] }],
    ['SELECT * FROM (SELECT DISTINCT ON (a) a, b AS c FROM t WHERE d > 1) AS s JOIN (SELECT e FROM u) v ON true', { s: ['a', 'c'], v: ['e'] }],
    ['WITH r AS (SELECT *, t.* , 1 AS more FROM orders o, sales.things t) SELECT 1', { r: ['orders.*', 'things.*', 'things.*', 'more'] }],
    ['WITH r AS (SELECT a FROM x UNION ALL SELECT b FROM y) SELECT 1', { r: ['a'] }],
    ['WITH r AS (WITH inner_one AS (SELECT 1 AS i) SELECT i FROM inner_one) SELECT 1', { r: ['i'], inner_one: ['i'] }],
    ['WITH r AS (SELECT count(*), a + b, CASE WHEN c THEN d END, e::text, f AS g FROM t) SELECT 1', { r: ['g'] }],
    ['SELECT id IN (SELECT id FROM t) AND EXISTS (SELECT 1) FROM t', {}],
  ])('%s', (sql, expected) => {
    expect(queriesOf(sql)).toEqual(expected)
  })

  it('are read as far as they are written', () => {
    expect(queriesOf('WITH r AS (SELECT a, b AS c FROM t WHERE r.')).toEqual({ r: ['a', 'c'] })
    expect(queriesOf('WITH r AS (')).toEqual({})
    expect(queriesOf('WITH r AS (SELECT')).toEqual({ r: [] })
  })
})
