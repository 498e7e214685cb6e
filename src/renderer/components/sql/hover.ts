import type { CatalogTable } from '../../../main/contract/query.ts'
import type { CompletionIndex } from './completionIndex.ts'
import { tokensOf } from './lexer.ts'
import type { Token } from './lexer.ts'
import { meantName } from './names.ts'
import { splitStatements, statementAt } from './statements.ts'
import type { Statement } from './statements.ts'
import { isName, referencesOf } from './tableReferences.ts'

/** What to say of the name under the pointer. */
export interface NameHover {
  start: number
  end: number
  /** `orders.total`, `public.orders`. */
  name: string
  /** The type of a column; `table` or `view`. */
  type: string
  /** Short sentences. */
  notes: string[]
  /** Set for a column of a table, whose values may be looked at. */
  column: { schema: string; name: string; column: string } | null
}

function aboutColumn(table: CatalogTable, name: string): Omit<NameHover, 'start' | 'end'> | null {
  const column = table.columns.find((known) => known.name.toLowerCase() === name.toLowerCase())
  if (!column) return null
  const isOther = column.sourceType !== null && column.sourceType.toLowerCase() !== column.type.toLowerCase()
  return {
    name: `${table.name}.${column.name}`,
    type: column.type,
    notes: [
      ...(column.key ? ['Part of the primary key.'] : []),
      ...(isOther ? [`On the source: ${column.sourceType}.`] : []),
      ...(column.note ? [column.note] : []),
    ],
    // A view may be any amount of work.
    column: table.kind === 'view' ? null : { schema: table.schema, name: table.name, column: column.name },
  }
}

function aboutTable(table: CatalogTable): Omit<NameHover, 'start' | 'end'> {
  const keys = table.columns.filter(({ key }) => key).map(({ name }) => name)
  return {
    name: `${table.schema}.${table.name}`,
    type: table.kind === 'partitioned' ? 'partitioned table' : table.kind,
    notes: [
      `${table.columns.length} columns${keys.length > 0 ? `, key ${keys.join(', ')}` : ''}.`,
      ...(table.rows === null ? [] : [`About ${table.rows.toLocaleString('en').replaceAll(',', '\u2009')} rows.`]),
      ...(table.replicated ? [] : ['On the source only: it is not copied.']),
    ],
    column: null,
  }
}

/** The table or column that the name at `offset` means; null in strings, comments and for what is not known. */
export function hoverAt(
  sql: string,
  offset: number,
  index: CompletionIndex,
  statements: readonly Statement[] = splitStatements(sql),
): NameHover | null {
  const statement = statementAt(sql, statements, offset)
  if (!statement || offset < statement.start || offset > statement.end) return null
  const tokens = tokensOf(statement.text)
  const at = offset - statement.start
  const place = tokens.findIndex((token) => isName(token) && token.start <= at && at <= token.end)
  const token = tokens[place]
  if (!token) return null
  const text = (given: Token | undefined): string => (given ? statement.text.slice(given.start, given.end) : '')
  const name = meantName(text(token))
  const qualifier = text(tokens[place - 1]) === '.' ? meantName(text(tokens[place - 2])) : null
  const references = referencesOf(statement.text, tokens).tables
  const found = about(name, qualifier, references, index)
  return found && { ...found, start: statement.start + token.start, end: statement.start + token.end }
}

function about(
  name: string,
  qualifier: string | null,
  references: ReturnType<typeof referencesOf>['tables'],
  index: CompletionIndex,
): Omit<NameHover, 'start' | 'end'> | null {
  if (qualifier === null) {
    const alias = references.find((reference) => reference.alias === name || reference.name === name)
    const table = alias && index.find(alias.name, alias.schema)
    if (table) return aboutTable(table)
  } else {
    const table = index.find(name, qualifier)
    if (table) return aboutTable(table)
  }
  for (const reference of references) {
    if (qualifier !== null && (reference.alias ?? reference.name) !== qualifier) continue
    const table = index.find(reference.name, reference.schema)
    const column = table && aboutColumn(table, name)
    if (column) return column
  }
  return null
}
