import type { Token } from './lexer.ts'
import { meantName } from './names.ts'
import { isName, referencesOf } from './tableReferences.ts'
import type { TableReference } from './tableReferences.ts'

/** A query that has a name inside a statement: one of WITH, or a subquery with an alias. */
export interface NamedQuery {
  name: string
  /** Its text within the statement, parentheses included; the tables inside are its own. */
  start: number
  end: number
  columns: readonly NamedQueryColumn[]
}

/** A column by its name, or all columns of a table that the query reads. */
export type NamedQueryColumn = { name: string } | { allOf: TableReference }

const LIST_ENDS = new Set([
  'from', 'where', 'group', 'order', 'having', 'limit', 'offset', 'union', 'intersect', 'except', 'window', 'qualify',
  'into', 'fetch', 'for',
])
/** A word at the end of an item that is no alias. */
const ENDS_EXPRESSION = new Set(['end', 'null', 'true', 'false', 'current_date', 'current_timestamp', 'current_time'])

/** Tokens of a text, without comments, and what closes each parenthesis. */
class Tokens {
  readonly sql: string
  readonly all: readonly Token[]
  /** The place of the closing parenthesis of each open one; the end of the text where it is not closed. */
  readonly closing = new Map<number, number>()

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql
    this.all = tokens.filter(({ kind }) => kind !== 'comment')
    const open: number[] = []
    for (const at of this.all.keys()) {
      if (this.text(at) === '(') open.push(at)
      else if (this.text(at) === ')' && open.length > 0) this.closing.set(open.pop()!, at)
    }
    for (const at of open) this.closing.set(at, this.all.length)
  }

  text(at: number): string {
    const token = this.all[at]
    return token ? this.sql.slice(token.start, token.end) : ''
  }

  word(at: number): string {
    return this.all[at]?.kind === 'word' ? this.text(at).toLowerCase() : ''
  }

  name(at: number): string | null {
    return isName(this.all[at]) ? meantName(this.text(at)) : null
  }

  /** The place behind the one at `at`, stepping over what stands in parentheses. */
  next(at: number): number {
    return (this.closing.get(at) ?? at) + 1
  }

  namesIn(open: number): string[] {
    const names: string[] = []
    for (let at = open + 1; at < this.closing.get(open)!; at += 1) {
      const name = this.name(at)
      if (name !== null) names.push(name)
    }
    return names
  }
}

/** Every query of the statement that has a name, with the columns that it gives, as far as its own words tell. */
export function namedQueriesOf(sql: string, given: readonly Token[]): NamedQuery[] {
  const tokens = new Tokens(sql, given)
  const found: NamedQuery[] = []
  for (const open of [...tokens.closing.keys()].sort((a, b) => a - b)) {
    if (!['select', 'with'].includes(tokens.word(open + 1))) continue
    const known = nameBefore(tokens, open) ?? nameBehind(tokens, tokens.closing.get(open)!)
    if (!known) continue
    const { name, columns } = known
    const [start, end] = [tokens.all[open]!.start, tokens.all[tokens.closing.get(open)!]?.end ?? sql.length]
    found.push({ name, start, end, columns: columns ? columns.map((column) => ({ name: column })) : columnsGiven(tokens, open) })
  }
  return found
}

interface Naming {
  name: string
  /** Where they are named too: `top (country, revenue)`. */
  columns: string[] | null
}

/** `name AS (`, `name (a, b) AS (`, `name AS NOT MATERIALIZED (`. */
function nameBefore(tokens: Tokens, open: number): Naming | null {
  let at = open - 1
  while (['materialized', 'not'].includes(tokens.word(at))) at -= 1
  if (tokens.word(at) !== 'as') return null
  at -= 1
  if (tokens.text(at) !== ')') {
    const name = tokens.name(at)
    return name === null ? null : { name, columns: null }
  }
  const list = [...tokens.closing].find(([, close]) => close === at)?.[0]
  const name = list === undefined ? null : tokens.name(list - 1)
  return name === null ? null : { name, columns: tokens.namesIn(list!) }
}

/** `) AS name`, `) name (a, b)`. */
function nameBehind(tokens: Tokens, close: number): Naming | null {
  const at = tokens.word(close + 1) === 'as' ? close + 2 : close + 1
  const name = tokens.name(at)
  if (name === null || (at === close + 1 && (LIST_ENDS.has(name) || NEVER_ALIAS.has(name)))) return null
  return { name, columns: tokens.text(at + 1) === '(' ? tokens.namesIn(at + 1) : null }
}

const NEVER_ALIAS = new Set([
  'on', 'using', 'join', 'left', 'right', 'full', 'inner', 'cross', 'natural', 'and', 'or', 'then', 'else', 'when',
  'end', 'select', 'is', 'in', 'between', 'like', 'as', 'asc', 'desc', 'asof', 'returning', 'set', 'values',
])

/** What the query in these parentheses gives: the list of its own SELECT. */
function columnsGiven(tokens: Tokens, open: number): NamedQueryColumn[] {
  const end = tokens.closing.get(open)!
  let at = open + 1
  while (at < end && tokens.word(at) !== 'select') at = tokens.next(at)
  at += 1
  if (['distinct', 'all'].includes(tokens.word(at))) at += 1
  if (tokens.word(at) === 'on') at = tokens.next(at + 1)

  const columns: NamedQueryColumn[] = []
  const body = { start: tokens.all[open]!.end, end: tokens.all[end]?.start ?? tokens.sql.length }
  const bodySql = tokens.sql.slice(body.start, body.end)
  const read = (): TableReference[] => {
    const within = tokens.all.filter(({ start, end: last }) => start >= body.start && last <= body.end)
    const moved = within.map((token) => ({ ...token, start: token.start - body.start, end: token.end - body.start }))
    return referencesOf(bodySql, moved).tables
  }
  let from = at
  for (; at <= end; at = tokens.next(at)) {
    const isOver = at >= end || LIST_ENDS.has(tokens.word(at))
    if (!isOver && tokens.text(at) !== ',') continue
    columns.push(...columnsOfItem(tokens, from, at, read))
    if (isOver) break
    from = at + 1
  }
  return columns
}

function columnsOfItem(tokens: Tokens, from: number, to: number, read: () => TableReference[]): NamedQueryColumn[] {
  const last = to - 1
  if (last < from) return []
  if (tokens.text(last) === '*' && (last === from || tokens.text(last - 1) === '.')) {
    const qualifier = last === from ? null : tokens.name(last - 2)
    return read()
      .filter((table) => qualifier === null || (table.alias ?? table.name) === qualifier)
      .map((allOf) => ({ allOf }))
  }
  const name = tokens.name(last)
  if (name === null) return []
  const isColumn = last === from || tokens.text(last - 1) === '.'
  const isAlias = !isColumn && !ENDS_EXPRESSION.has(tokens.word(last)) && !isOperator(tokens, last - 1)
  return isColumn || isAlias ? [{ name }] : []
}

/** What stands before the right side of an expression, and not before an alias. */
function isOperator(tokens: Tokens, at: number): boolean {
  const text = tokens.text(at)
  if (tokens.all[at]?.kind === 'symbol') return text !== ')' && text !== ']'
  return ['and', 'or', 'not', 'is', 'in', 'like', 'ilike', 'between', 'collate', 'distinct', 'from', 'else'].includes(tokens.word(at))
}
