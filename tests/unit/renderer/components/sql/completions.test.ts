import { describe, expect, it } from 'vitest'
import type { CatalogTable } from '../../../../../src/main/contract/query.ts'
import { buildCompletionIndex } from '../../../../../src/renderer/components/sql/completionIndex.ts'
import { completionsAt } from '../../../../../src/renderer/components/sql/completions.ts'

function table(schema: string, name: string, columns: string[]): CatalogTable {
  return {
    schema, name, kind: 'table', rows: 1, replicated: true,
    columns: columns.map((column) => ({ name: column, type: 'int8', sourceType: null, key: false, note: null })),
  }
}

const index = buildCompletionIndex(
  [
    table('public', 'orders', ['id', 'customer_id', 'total']),
    table('public', 'customers', ['id', 'country', 'Full Name']),
    table('sales', 'orders', ['id', 'region']),
    table('sales', 'order', ['id']),
  ],
  ['sum', 'substring', 'count'],
)

/** `|` is the cursor. */
function offered(text: string, kinds?: string[]): string[] {
  const offset = text.indexOf('|')
  const { suggestions } = completionsAt(text.replace('|', ''), offset, index, 'replica')
  return suggestions.filter(({ kind }) => !kinds || kinds.includes(kind)).map(({ insert }) => insert)
}

describe('completion', () => {
  it('brings up the snippets of the person by their letters, beside those of the app', () => {
    const own = [{ prefix: 'Topcust', words: 'The best customers', body: 'SELECT $1$0' }]
    const { suggestions } = completionsAt('topc', 4, index, 'replica', undefined, own)
    expect(suggestions.filter(({ kind }) => kind === 'snippet')).toEqual([
      { kind: 'snippet', label: 'Topcust', insert: own[0]!.body, isSnippet: true, detail: 'The best customers', rank: 2 },
    ])
  })

  it('offers tables and schemas behind FROM and JOIN, and in a FROM list', () => {
    expect(offered('SELECT * FROM or|')).toEqual(['sales."order"', 'orders', 'sales.orders'])
    expect(offered('SELECT * FROM orders o JOIN cust|')).toEqual(['customers'])
    expect(offered('SELECT * FROM orders o, cust|')).toEqual(['customers'])
    expect(offered('SELECT * FROM sal|')).toContain('sales')
  })

  it('offers the tables of a schema behind its dot', () => {
    expect(offered('SELECT * FROM sales.|')).toEqual(['"order"', 'orders'])
  })

  it('offers the columns of the tables at hand, quoted where they must be', () => {
    expect(offered('SELECT | FROM customers', ['column'])).toEqual(['id', 'country', '"Full Name"'])
  })

  it('knows an alias, with and without AS, before and behind the cursor', () => {
    expect(offered('SELECT o.| FROM orders o')).toEqual(['id', 'customer_id', 'total'])
    expect(offered('SELECT * FROM orders AS o WHERE o.t|', ['column'])).toEqual(['id', 'customer_id', 'total'])
    expect(offered('SELECT x.| FROM sales.orders x')).toEqual(['id', 'region'])
  })

  it('offers the columns of every joined table', () => {
    expect(offered('SELECT * FROM orders o JOIN customers c ON |', ['column'])).toEqual([
      'id', 'customer_id', 'total', 'id', 'country', '"Full Name"',
    ])
  })

  it('sees the tables of its own statement only', () => {
    expect(offered('SELECT * FROM orders; SELECT | FROM customers', ['column'])).not.toContain('total')
  })

  it('offers the queries of WITH as tables', () => {
    expect(offered('WITH top AS (SELECT 1) SELECT * FROM to|')).toEqual(['top'])
  })

  it('offers the columns of a query of WITH, and of a subquery, by their names', () => {
    const top = 'WITH top AS (SELECT c.country, sum(total) AS revenue FROM orders JOIN customers c ON true GROUP BY 1) '
    expect(offered(`${top}SELECT t.| FROM top t`)).toEqual(['country', 'revenue'])
    expect(offered(`${top}SELECT | FROM top`, ['column'])).toEqual(['country', 'revenue'])
    expect(offered('SELECT s.| FROM (SELECT *, 1 AS one FROM sales.orders) AS s')).toEqual(['id', 'region', 'one'])
    expect(offered('SELECT | FROM (SELECT id AS number FROM sales.orders) s', ['column'])).toContain('number')
    expect(offered('WITH RECURSIVE r AS (SELECT * FROM r) SELECT r.| FROM r')).toEqual([])
  })

  it('finds a name by a later word of it, behind those that begin with it', () => {
    const many = buildCompletionIndex([table('public', 'items', ['id']), table('public', 'order_items', ['unitPrice']), table('a', 'b', ['price'])])
    const labels = (sql: string, kind: string) =>
      completionsAt(sql, sql.length, many, 'replica').suggestions.filter((found) => found.kind === kind).map(({ label }) => label)
    expect(labels('SELECT * FROM ite', 'table')).toEqual(['items', 'order_items'])
    expect(labels('SELECT pri', 'column')).toEqual(['price', 'unitPrice'])
    expect(labels('SELECT * FROM tems', 'table')).toEqual([])
  })

  it('offers functions with their parentheses, and keywords', () => {
    expect(offered('SELECT su| FROM orders', ['function'])).toEqual(['substring($0)', 'sum($0)'])
    expect(offered('SELECT * FROM orders wh|', ['keyword'])).toContain('WHERE')
  })

  it('offers nothing in strings, comments and numbers', () => {
    for (const text of ["SELECT 'or|", "SELECT 'or|'", 'SELECT 1 -- or|', 'SELECT /* or| */ 1', 'SELECT 12|']) {
      expect(offered(text)).toEqual([])
    }
  })

  it('offers names again behind a closed string', () => {
    expect(offered("SELECT 'a' |", ['keyword'])).toContain('FROM')
  })

  it('replaces the whole name under the cursor', () => {
    const { replace } = completionsAt('SELECT * FROM orders', 16, index, 'source')
    expect(replace).toEqual({ start: 14, end: 20 })
  })

  it('keeps what only DuckDB understands from Postgres', () => {
    const { suggestions } = completionsAt('SELECT 1 q', 10, index, 'source')
    expect(suggestions.map(({ insert }) => insert)).not.toContain('QUALIFY')
  })

  it('looks at no more than it offers among 20,000 tables', () => {
    let looks = 0
    const counted = <Value extends object>(value: Value): Value =>
      new Proxy(value, { get: (target, key) => ((looks += 1), Reflect.get(target, key)) })
    const big = buildCompletionIndex(
      Array.from({ length: 20_000 }, (_, at) =>
        counted(table(`schema_${at % 50}`, `table_${at}`, ['id', 'name', `value_${at}`, 'created_at'])),
      ),
    )
    const looksOf = (sql: string): number => {
      const before = looks
      completionsAt(sql, sql.length, big, 'replica')
      return looks - before
    }
    expect(looksOf('SELECT * FROM table_19')).toBeLessThan(5_000)
    expect(looksOf('SELECT * FROM table_19 t WHERE ')).toBeLessThan(100)
    expect(looksOf('SELECT va')).toBeLessThan(5_000)
    expect(looksOf('SELECT * FROM ')).toBeLessThan(5_000)
    expect(looksOf('SELECT * FROM 199')).toBeLessThan(5_000)
    expect(completionsAt('SELECT * FROM table_1', 21, big, 'replica').truncated).toBe(true)
  })
})
