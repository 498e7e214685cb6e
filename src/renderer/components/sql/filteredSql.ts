import type { ColumnFilter } from '../../../main/contract/resultView.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import { writtenName } from './names.ts'

const operators = { equal: '=', 'not-equal': '<>', less: '<', 'at-most': '<=', greater: '>', 'at-least': '>=' } as const

function literalOf(value: string, column: ResultColumn): string {
  const isPlainNumber = column.kind === 'number' && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)
  return isPlainNumber ? value : `'${value.replaceAll("'", "''")}'`
}

/** The statement of the rows of a table that a bar stands for. */
export function filteredSql(
  from: string,
  filters: readonly ColumnFilter[],
  columns: readonly ResultColumn[],
): string {
  const conditions = filters.flatMap(({ column: place, test }) => {
    const column = columns[place]
    if (!column) return []
    const name = writtenName(column.name)
    if (!('value' in test)) return [`${name} IS ${test.kind === 'null' ? 'NULL' : 'NOT NULL'}`]
    const operator = operators[test.kind as keyof typeof operators]
    return operator ? [`${name} ${operator} ${literalOf(test.value, column)}`] : []
  })
  return `SELECT * FROM ${from}\nWHERE ${conditions.join('\n  AND ')};`
}
