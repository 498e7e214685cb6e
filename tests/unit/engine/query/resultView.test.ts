import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../../../src/main/contract/errors.ts'
import type { ColumnTest, ResultView } from '../../../../src/main/contract/resultView.ts'
import { wholeResult } from '../../../../src/main/contract/resultView.ts'
import type { EngineName, ResultColumn } from '../../../../src/main/contract/values.ts'
import { asWritten, viewedStatement } from '../../../../src/main/engine/query/resultView.ts'
import { readStatement } from '../../../../src/main/engine/query/statement.ts'

const column = (type: string, kind: ResultColumn['kind']): ResultColumn => ({ name: `the ${type}`, type, kind })

function viewed(engine: EngineName, columns: ResultColumn[], view: Partial<ResultView>, sql = 'SELECT * FROM t;') {
  return viewedStatement(readStatement(sql), columns, { ...wholeResult, ...view }, engine)
}

function conditionOf(engine: EngineName, type: ResultColumn, test: ColumnTest): [string, string[]] {
  const { sql, values } = viewed(engine, [type], { filters: [{ column: 0, test }] })
  return [/\nWHERE (.*)$/.exec(sql)![1]!, values as string[]]
}

const bigint = column('BIGINT', 'number')
const decimal = column('DECIMAL(12,2)', 'number')
const text = column('VARCHAR', 'text')

describe('a view of a statement', () => {
  it('is the statement itself where nothing is asked of it', () => {
    const statement = readStatement('SELECT 1')
    expect(viewedStatement(statement, [bigint], wholeResult, 'replica')).toBe(statement)
  })

  it('stands around the statement without its semicolon, and a comment at its end does no harm', () => {
    const { sql } = viewed('replica', [bigint, text], { order: [{ column: 1, direction: 'descending' }] }, 'SELECT 1, 2 -- two\n;')
    expect(sql).toBe('SELECT * FROM (SELECT 1, 2\n) AS result(c0, c1)\nORDER BY c1 DESC NULLS LAST')
  })

  it('binds what a person wrote and never pastes it', () => {
    const evil = `'; DROP TABLE orders; --`
    for (const engine of ['replica', 'source'] as const) {
      const { sql, values } = viewed(engine, [text], {
        search: evil,
        filters: [{ column: 0, test: { kind: 'contains', value: evil } }],
      })
      expect(sql).not.toContain('DROP')
      expect(values).toEqual([evil, evil])
    }
  })

  it('numbers its parameters after those of the statement', () => {
    const statement = { ...readStatement('SELECT $1'), values: ['x'] }
    const { sql, values } = viewedStatement(statement, [text], { ...wholeResult, search: 'y' }, 'replica')
    expect(sql).toContain('lower(CAST($2 AS VARCHAR))')
    expect(values).toEqual(['x', 'y'])
  })

  it('searches every column but those of bytes', () => {
    const { sql } = viewed('source', [text, column('bytea', 'binary'), column('jsonb', 'json')], { search: 'a' })
    expect(sql).toMatch(/lower\(CAST\(c0 AS text\)\).*lower\(CAST\(c2 AS text\)\)/)
    expect(sql).not.toContain('c1 AS text')
  })

  it.each<[EngineName, ResultColumn, ColumnTest, string, string[]]>([
    ['replica', bigint, { kind: 'equal', value: '1 000' }, 'c0 = CAST($1 AS BIGINT)', ['1000']],
    ['replica', bigint, { kind: 'less', value: '9223372036854775808' }, 'c0 < CAST($1 AS HUGEINT)', ['9223372036854775808']],
    ['replica', decimal, { kind: 'greater', value: '1.005' }, 'c0 > CAST($1 AS DECIMAL(38, 3))', ['1.005']],
    ['replica', decimal, { kind: 'at-least', value: '−2' }, 'c0 >= CAST($1 AS HUGEINT)', ['-2']],
    ['replica', column('DOUBLE', 'number'), { kind: 'at-most', value: '0.1' }, 'c0 <= CAST($1 AS DOUBLE)', ['0.1']],
    ['source', column('integer', 'number'), { kind: 'equal', value: '7' }, 'c0 = CAST($1 AS bigint)', ['7']],
    ['source', column('integer', 'number'), { kind: 'equal', value: '7.5' }, 'c0 = CAST($1 AS numeric)', ['7.5']],
    ['source', column('timestamp(3) with time zone', 'instant'), { kind: 'less', value: '2024-01-01' }, 'c0 < CAST($1 AS timestamp with time zone)', ['2024-01-01']],
    ['source', column('uuid', 'text'), { kind: 'equal', value: 'a' }, 'c0 = CAST($1 AS uuid)', ['a']],
    ['source', column('character varying(3)', 'text'), { kind: 'not-equal', value: 'abcd' }, 'c0 IS DISTINCT FROM CAST($1 AS text)', ['abcd']],
    ['source', column('point', 'other'), { kind: 'equal', value: '(1,2)' }, 'CAST(c0 AS text) = CAST($1 AS text)', ['(1,2)']],
    ['source', column('interval', 'other'), { kind: 'less', value: '1 day' }, 'c0 < CAST($1 AS interval)', ['1 day']],
    ['replica', text, { kind: 'null' }, 'c0 IS NULL', []],
    ['replica', text, { kind: 'lacks', value: 'X' }, 'NOT coalesce(contains(lower(CAST(c0 AS VARCHAR)), lower(CAST($1 AS VARCHAR))), false)', ['X']],
  ])('on the %s compares %o by %o', (engine, type, test, condition, values) => {
    expect(conditionOf(engine, type, test)).toEqual([condition, values])
  })

  it('orders json on the source by its text, for which Postgres has no order', () => {
    const order = [{ column: 0, direction: 'ascending' as const }]
    expect(viewed('source', [column('json', 'json')], { order }).sql).toContain('CAST(c0 AS text) ASC')
    expect(viewed('source', [column('jsonb', 'json')], { order }).sql).toContain('ORDER BY c0 ASC')
  })

  it('refuses a column that the result does not have', () => {
    expect(() => viewed('replica', [text], { order: [{ column: 1, direction: 'ascending' }] })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    )
  })
})

describe('a fault of a viewed statement', () => {
  const statement = readStatement('  SELECT a / b FROM t')
  const wrapped = viewedStatement(statement, [bigint], { ...wholeResult, search: 'x' }, 'replica')
  const faultAt = (offset: number) =>
    new MillraceError({ code: 'QUERY_FAILED', message: 'No.', advice: 'Do.', place: { offset, length: 1 } })

  it('has its place in what the person wrote', () => {
    const at = wrapped.sql.indexOf('a / b')
    expect(asWritten(faultAt(at), statement, wrapped)).toMatchObject({ place: { offset: 9, length: 1 } })
  })

  it('has no place where it lies in what was added', () => {
    expect((asWritten(faultAt(wrapped.sql.length - 2), statement, wrapped) as MillraceError).place).toBeUndefined()
  })
})
