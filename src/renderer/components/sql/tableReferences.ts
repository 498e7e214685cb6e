import type { Token } from './lexer.ts'
import { meantName } from './names.ts'

/** A table that a statement names, or a query of its WITH clause. */
export interface TableReference {
  schema: string | null
  name: string
  alias: string | null
  start: number
  end: number
}

export interface References {
  tables: TableReference[]
  /** Names given in WITH. */
  withNames: string[]
}

const TABLE_FOLLOWS = new Set(['from', 'join', 'into', 'update', 'table', 'describe', 'summarize'])
const ENDS_FROM_LIST = new Set([
  'where', 'group', 'order', 'having', 'limit', 'offset', 'union', 'intersect', 'except', 'select', 'window', 'set',
  'returning', 'qualify', 'fetch', 'values',
])
/** A word behind a table that is not its alias. */
const NOT_AN_ALIAS = new Set([
  ...TABLE_FOLLOWS, ...ENDS_FROM_LIST, 'on', 'using', 'left', 'right', 'full', 'inner', 'outer', 'cross', 'natural',
  'lateral', 'as', 'asof', 'positional', 'semi', 'anti', 'tablesample', 'for', 'with', 'only', 'pivot', 'unpivot',
])

export function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'quoted-name'
}

class Reader {
  index = 0
  readonly sql: string
  readonly tokens: readonly Token[]

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql
    this.tokens = tokens.filter((token) => token.kind !== 'comment')
  }

  text(token: Token | undefined): string {
    return token ? this.sql.slice(token.start, token.end) : ''
  }

  word(at = this.index): string {
    const token = this.tokens[at]
    return token?.kind === 'word' ? this.text(token).toLowerCase() : ''
  }

  symbol(at = this.index): string {
    const token = this.tokens[at]
    return token?.kind === 'symbol' ? this.text(token) : ''
  }

  /** Reads `a.b.c` from here; leaves the index behind it. */
  qualifiedName(): Token[] {
    const parts: Token[] = []
    while (isName(this.tokens[this.index])) {
      parts.push(this.tokens[this.index]!)
      this.index += 1
      if (this.symbol() !== '.') break
      this.index += 1
    }
    return parts
  }

  alias(): string | null {
    const explicit = this.word() === 'as'
    const at = explicit ? this.index + 1 : this.index
    const token = this.tokens[at]
    if (!isName(token)) return null
    if (!explicit && token.kind === 'word' && NOT_AN_ALIAS.has(this.text(token).toLowerCase())) return null
    this.index = at + 1
    return meantName(this.text(token))
  }
}

function readTable(reader: Reader): TableReference | null {
  while (['only', 'lateral'].includes(reader.word())) reader.index += 1
  const parts = reader.qualifiedName()
  const last = parts.at(-1)
  // A name before a parenthesis is a function, not a table.
  if (!last || reader.symbol() === '(') return null
  const schema = parts.at(-2)
  return {
    schema: schema ? meantName(reader.text(schema)) : null,
    name: meantName(reader.text(last)),
    start: parts[0]!.start,
    end: last.end,
    alias: reader.alias(),
  }
}

/** The tables of one statement with their aliases, at every depth, in order. */
export function referencesOf(sql: string, tokens: readonly Token[]): References {
  const reader = new Reader(sql, tokens)
  const tables: TableReference[] = []
  const withNames: string[] = []
  /** One entry an open parenthesis: are we in a FROM list there? */
  const inFromList = [false]

  while (reader.index < reader.tokens.length) {
    const word = reader.word()
    const symbol = reader.symbol()
    const before = reader.index
    reader.index += 1
    if (symbol === '(') inFromList.push(false)
    else if (symbol === ')' && inFromList.length > 1) inFromList.pop()
    else if (ENDS_FROM_LIST.has(word)) inFromList[inFromList.length - 1] = false
    else if (TABLE_FOLLOWS.has(word) || (symbol === ',' && inFromList.at(-1))) {
      if (word === 'from' || word === 'join') inFromList[inFromList.length - 1] = true
      const table = readTable(reader)
      if (table) tables.push(table)
    } else if (isName(reader.tokens[before]) && reader.word() === 'as') {
      const at = ['materialized', 'not'].includes(reader.word(reader.index + 1)) ? -1 : reader.index + 1
      if (at === -1 || reader.symbol(at) === '(') withNames.push(meantName(reader.text(reader.tokens[before])))
    }
  }
  return { tables, withNames }
}

export interface NamedTable {
  schema: string | null
  name: string
}

/** The table whose name stands under `offset`, for "open the table under the cursor". */
export function tableNameAt(sql: string, tokens: readonly Token[], offset: number): NamedTable | null {
  const at = tokens.findIndex((token) => isName(token) && offset >= token.start && offset <= token.end)
  if (at === -1) return null
  const text = (token: Token | undefined): string => (token ? sql.slice(token.start, token.end) : '')
  const isDot = (token: Token | undefined): boolean => text(token) === '.'
  const name = meantName(text(tokens[at]))
  // On the schema's half of `schema.table` the table is meant too.
  if (isDot(tokens[at + 1]) && isName(tokens[at + 2])) return { schema: name, name: meantName(text(tokens[at + 2])) }
  if (isDot(tokens[at - 1]) && isName(tokens[at - 2])) return { schema: meantName(text(tokens[at - 2])), name }
  return { schema: null, name }
}
