import { describe, expect, it } from 'vitest'
import type { ResultColumn } from '../../../../../src/main/contract/values.ts'
import { filteredSql } from '../../../../../src/renderer/components/sql/filteredSql.ts'

const columns: ResultColumn[] = [
  { name: 'total', type: 'DECIMAL(12,2)', kind: 'number' },
  { name: 'It\'s "odd"', type: 'VARCHAR', kind: 'text' },
]

describe('the statement of a bar', () => {
  it('asks for the rows between its edges', () => {
    const sql = filteredSql(
      'public.orders',
      [
        { column: 0, test: { kind: 'at-least', value: '50' } },
        { column: 0, test: { kind: 'less', value: '100' } },
      ],
      columns,
    )
    expect(sql).toBe('SELECT * FROM public.orders\nWHERE total >= 50\n  AND total < 100;')
  })

  it('quotes names and values', () => {
    const sql = filteredSql(
      '"Sales".orders',
      [
        { column: 1, test: { kind: 'equal', value: "o'clock" } },
        { column: 0, test: { kind: 'equal', value: '1; DROP' } },
        { column: 1, test: { kind: 'null' } },
      ],
      columns,
    )
    expect(sql).toBe(
      `SELECT * FROM "Sales".orders\nWHERE "It's ""odd""" = 'o''clock'\n  AND total = '1; DROP'\n  AND "It's ""odd""" IS NULL;`,
    )
  })
})
