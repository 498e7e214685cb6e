import type { EngineName } from '../../../main/contract/values.ts'
import type { CatalogTable } from '../../../main/contract/query.ts'
import type { Snippet } from '../../../main/contract/settings.ts'
import type { CompletionIndex } from './completionIndex.ts'
import { offeredKeywords, replicaKeywords } from './keywords.ts'
import { tokensOf } from './lexer.ts'
import type { Token } from './lexer.ts'
import { namedQueriesOf } from './namedQueries.ts'
import type { NamedQuery } from './namedQueries.ts'
import { meantName, writtenName } from './names.ts'
import { snippets } from './snippets.ts'
import { splitStatements, statementAt } from './statements.ts'
import type { Statement } from './statements.ts'
import { isName, referencesOf } from './tableReferences.ts'
import type { References, TableReference } from './tableReferences.ts'

export interface Suggestion {
  kind: 'schema' | 'table' | 'view' | 'column' | 'alias' | 'function' | 'keyword' | 'snippet'
  label: string
  /** What is put into the text; `$0` marks the cursor where `isSnippet`. */
  insert: string
  isSnippet?: boolean
  /** Beside the label: the type of a column, the schema of a table. */
  detail?: string
  /** Lower stands first; within a rank the label decides. */
  rank: number
}

export interface Completions {
  suggestions: Suggestion[]
  /** The stretch of text that a suggestion replaces. */
  replace: { start: number; end: number }
  /** True where more would match: ask again at the next key. */
  truncated: boolean
}

const LIMIT = 300
const UNQUALIFIED_SCHEMAS = new Set(['public', 'main'])
const none = (offset: number): Completions => ({
  suggestions: [],
  replace: { start: offset, end: offset },
  truncated: false,
})

interface Cursor {
  /** What has been typed of the name at the cursor. */
  prefix: string
  replace: { start: number; end: number }
  /** The names before it that end in a dot: `['public', 'orders']` of `public.orders.`. */
  qualifiers: string[]
  /** The last word before the name, in lower case, and whether a comma stands between. */
  before: Token[]
}

function cursorIn(sql: string, tokens: readonly Token[], offset: number): Cursor | null {
  const inside = tokens.find((token) => token.start < offset && offset <= token.end)
  if (inside && (inside.kind === 'string' || inside.kind === 'comment')) {
    // Behind a closed string or a block comment a new name may begin.
    const isOpen = !inside.closed || offset < inside.end || sql.startsWith('--', inside.start)
    if (isOpen) return null
  }
  if (inside?.kind === 'number' || inside?.kind === 'parameter') return null
  const typed = isName(inside) ? inside : null
  const before = tokens.filter((token) => token.end <= (typed?.start ?? offset) && token.kind !== 'comment')
  const qualifiers: string[] = []
  while (before.length >= 2) {
    const [name, dot] = before.slice(-2)
    if (!isName(name) || !dot || sql.slice(dot.start, dot.end) !== '.') break
    qualifiers.unshift(meantName(sql.slice(name.start, name.end)))
    before.splice(-2)
  }
  return {
    prefix: typed ? meantName(sql.slice(typed.start, offset)) : '',
    replace: { start: typed?.start ?? offset, end: typed ? Math.max(typed.end, offset) : offset },
    qualifiers,
    before,
  }
}

const TABLE_WORDS = new Set(['from', 'join', 'into', 'update', 'table', 'describe', 'summarize'])
const LIST_ENDS = new Set(['where', 'on', 'group', 'order', 'having', 'limit', 'select', 'using', 'set', 'by', 'and'])

/** True behind FROM, JOIN and the like, and behind a comma of a FROM list. */
function wantsTable(sql: string, before: readonly Token[]): boolean {
  const textAt = (token: Token): string => sql.slice(token.start, token.end).toLowerCase()
  const last = before.at(-1)
  if (!last) return false
  if (TABLE_WORDS.has(textAt(last))) return true
  if (textAt(last) !== ',') return false
  let depth = 0
  for (let at = before.length - 2; at >= 0; at -= 1) {
    const text = textAt(before[at]!)
    if (text === ')') depth += 1
    else if (text === '(') {
      if (depth === 0) return false
      depth -= 1
    } else if (depth === 0 && text === 'from') return true
    else if (depth === 0 && LIST_ENDS.has(text)) return false
  }
  return false
}

function tableSuggestion(table: CatalogTable, qualify: boolean, rank: number): Suggestion {
  const bare = !qualify || UNQUALIFIED_SCHEMAS.has(table.schema)
  const name = writtenName(table.name)
  return {
    kind: table.kind === 'view' ? 'view' : 'table',
    label: bare ? table.name : `${table.schema}.${table.name}`,
    insert: bare ? name : `${writtenName(table.schema)}.${name}`,
    detail: table.schema,
    rank,
  }
}

function columnSuggestions(table: CatalogTable, rank: number): Suggestion[] {
  return table.columns.map((column) => ({
    kind: 'column',
    label: column.name,
    insert: writtenName(column.name),
    detail: `${column.type}  ${table.name}`,
    rank,
  }))
}

/** What a statement's own names give beside the catalog's: its tables by alias, its queries by name. */
class Names {
  /** Of these the tables that can be named at the cursor: those inside a named query are its own. */
  readonly references: References
  readonly queries: readonly NamedQuery[]
  private readonly index: CompletionIndex

  constructor(sql: string, tokens: readonly Token[], offset: number, index: CompletionIndex) {
    const { tables, withNames } = referencesOf(sql, tokens)
    this.queries = namedQueriesOf(sql, tokens)
    const elsewhere = this.queries.filter(({ start, end }) => offset <= start || offset >= end)
    const isOutside = (at: number): boolean => elsewhere.every(({ start, end }) => at < start || at >= end)
    this.references = { tables: tables.filter(({ start }) => isOutside(start)), withNames }
    this.index = index
  }

  /** The columns of a table or query that the statement reads; null where nobody knows them. */
  columnsOf(reference: TableReference, depth = 0): Suggestion[] | null {
    const query = reference.schema === null ? this.queries.find(({ name }) => name === reference.name) : undefined
    if (query) return this.columnsOfQuery(query, depth)
    const table = this.index.find(reference.name, reference.schema)
    return table ? columnSuggestions(table, 0) : null
  }

  columnsOfQuery(query: NamedQuery, depth = 0): Suggestion[] {
    // A recursive query may give all columns of itself.
    if (depth > 4) return []
    return query.columns.flatMap((column) =>
      'allOf' in column
        ? (this.columnsOf(column.allOf, depth + 1) ?? [])
        : [{ kind: 'column' as const, label: column.name, insert: writtenName(column.name), detail: query.name, rank: 0 }],
    )
  }
}

function qualified(index: CompletionIndex, cursor: Cursor, names: Names): Suggestion[] {
  const [first, second] = cursor.qualifiers as [string, string | undefined]
  if (second !== undefined) {
    const table = index.find(second, first)
    return table ? columnSuggestions(table, 0) : []
  }
  const reference = names.references.tables.find((table) => (table.alias ?? table.name) === first)
  const columns = reference && names.columnsOf(reference)
  if (columns) return columns
  const query = names.queries.find(({ name }) => name === first)
  if (query) return names.columnsOfQuery(query)
  if (index.hasSchema(first)) {
    return index.tablesByPrefix(cursor.prefix, LIMIT, first).map((found) => tableSuggestion(found, false, 0))
  }
  const named = index.find(first, null)
  return named ? columnSuggestions(named, 0) : []
}

function tablesAndSchemas(index: CompletionIndex, cursor: Cursor, references: References, rank: number): Suggestion[] {
  const prefix = cursor.prefix.toLowerCase()
  return [
    ...references.withNames.map((name): Suggestion => ({
      kind: 'table', label: name, insert: writtenName(name), detail: 'WITH', rank,
    })),
    ...index.tablesByPrefix(cursor.prefix, LIMIT).map((table) => tableSuggestion(table, true, rank)),
    ...index.schemas
      .filter((schema) => schema.toLowerCase().startsWith(prefix))
      .map((schema): Suggestion => ({ kind: 'schema', label: schema, insert: writtenName(schema), rank: rank + 1 })),
  ]
}

function expressions(
  index: CompletionIndex,
  cursor: Cursor,
  names: Names,
  engine: EngineName,
  known: readonly Snippet[],
): Suggestion[] {
  const suggestions: Suggestion[] = []
  const prefix = cursor.prefix.toLowerCase()
  let knownTables = 0
  for (const query of names.queries) {
    // One of WITH is offered where it is read.
    const isInside = cursor.replace.start > query.start && cursor.replace.start < query.end
    if (isInside || names.references.withNames.includes(query.name)) continue
    knownTables += 1
    suggestions.push(...names.columnsOfQuery(query))
    suggestions.push({ kind: 'alias', label: query.name, insert: writtenName(query.name), detail: 'query', rank: 1 })
  }
  for (const reference of names.references.tables) {
    const columns = names.columnsOf(reference)
    if (columns) {
      knownTables += 1
      suggestions.push(...columns)
    }
    const label = reference.alias ?? reference.name
    suggestions.push({ kind: 'alias', label, insert: writtenName(label), detail: reference.name, rank: 1 })
  }
  if (knownTables === 0) {
    for (const column of index.columnsByPrefix(cursor.prefix, LIMIT)) {
      const detail = column.tables === 1 ? column.type : `in ${column.tables} tables`
      suggestions.push({ kind: 'column', label: column.name, insert: writtenName(column.name), detail, rank: 2 })
    }
  }
  for (const keyword of engine === 'replica' ? [...offeredKeywords, ...replicaKeywords] : offeredKeywords) {
    if (keyword.toLowerCase().startsWith(prefix)) {
      suggestions.push({ kind: 'keyword', label: keyword, insert: keyword, rank: 3 })
    }
  }
  if (prefix !== '') {
    for (const snippet of known) {
      if (!snippet.prefix.toLowerCase().startsWith(prefix)) continue
      suggestions.push({
        kind: 'snippet', label: snippet.prefix, insert: snippet.body, isSnippet: true, detail: snippet.words, rank: 2,
      })
    }
    for (const name of index.functionsByPrefix(cursor.prefix, LIMIT)) {
      suggestions.push({ kind: 'function', label: name, insert: `${name}($0)`, isSnippet: true, rank: 4 })
    }
  }
  return suggestions
}

function withoutRepeats(suggestions: readonly Suggestion[]): Suggestion[] {
  const seen = new Set<string>()
  return suggestions.filter((suggestion) => {
    const key = `${suggestion.kind}\0${suggestion.insert}\0${suggestion.detail ?? ''}`
    return seen.has(key) ? false : Boolean(seen.add(key))
  })
}

/** What may stand at `offset`, from the schema at hand. Nothing inside strings, comments and numbers. */
export function completionsAt(
  sql: string,
  offset: number,
  index: CompletionIndex,
  engine: EngineName,
  statements: readonly Statement[] = splitStatements(sql),
  ownSnippets: readonly Snippet[] = [],
): Completions {
  const statement = statementAt(sql, statements, offset)
  const from = statement && offset >= statement.territory.start ? statement.territory.start : offset
  const to = statement && offset <= statement.territory.end ? statement.territory.end : sql.length
  const territory = sql.slice(from, to)
  const tokens = tokensOf(territory)
  const cursor = cursorIn(territory, tokens, offset - from)
  if (!cursor) return none(offset)

  const names = new Names(territory, tokens, offset - from, index)
  const found =
    cursor.qualifiers.length > 0
      ? qualified(index, cursor, names)
      : wantsTable(territory, cursor.before)
        ? tablesAndSchemas(index, cursor, names.references, 0)
        : [
            ...expressions(index, cursor, names, engine, [...ownSnippets, ...snippets]),
            ...(cursor.prefix === '' ? [] : tablesAndSchemas(index, cursor, names.references, 5)),
          ]
  const suggestions = withoutRepeats(found)
  return {
    suggestions,
    replace: { start: cursor.replace.start + from, end: cursor.replace.end + from },
    truncated: suggestions.length >= LIMIT,
  }
}
