/**
 * Just enough of a lexer for both engines' SQL to know words from quoted text and comments, and how
 * deep in brackets they stand. It decides nothing about meaning: both engines parse for themselves.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export interface SqlToken {
  kind: 'word' | 'quoted-identifier' | 'string' | 'number' | 'symbol'
  /** As written; words in lower case. */
  text: string
  /** Zero-based, in UTF-16 code units. */
  start: number
  end: number
  /** How many brackets are open around it. */
  depth: number
}

const SPACE = /\s/
const WORD_START = /[\p{L}_]/u
const WORD_PART = /[\p{L}\p{N}_$]/u
const DIGIT = /[0-9]/
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy

export function* sqlTokens(sql: string): Generator<SqlToken> {
  let at = 0
  let depth = 0
  while (at < sql.length) {
    const start = at
    const character = sql[at]!
    const next = sql[at + 1]
    if (SPACE.test(character)) {
      at += 1
    } else if (character === '-' && next === '-') {
      at = indexAfter(sql, '\n', at)
    } else if (character === '/' && next === '*') {
      at = endOfBlockComment(sql, at)
    } else if (character === "'") {
      at = endOfQuoted(sql, at, "'", isEscapeString(sql, at))
      yield { kind: 'string', text: sql.slice(start, at), start, end: at, depth }
    } else if (character === '"') {
      at = endOfQuoted(sql, at, '"', false)
      yield { kind: 'quoted-identifier', text: sql.slice(start, at), start, end: at, depth }
    } else if (character === '$' && dollarTag(sql, at)) {
      const tag = dollarTag(sql, at)!
      at = indexAfter(sql, tag, at + tag.length)
      yield { kind: 'string', text: sql.slice(start, at), start, end: at, depth }
    } else if (WORD_START.test(character)) {
      while (at < sql.length && WORD_PART.test(sql[at]!)) at += 1
      yield { kind: 'word', text: sql.slice(start, at).toLowerCase(), start, end: at, depth }
    } else if (DIGIT.test(character)) {
      while (at < sql.length && /[\w.]/.test(sql[at]!)) at += 1
      yield { kind: 'number', text: sql.slice(start, at), start, end: at, depth }
    } else {
      at += 1
      const closes = character === ')' || character === ']' || character === '}'
      const opens = character === '(' || character === '[' || character === '{'
      if (closes) depth = Math.max(0, depth - 1)
      yield { kind: 'symbol', text: character, start, end: at, depth }
      if (opens) depth += 1
    }
  }
}

function indexAfter(sql: string, text: string, from: number): number {
  const found = sql.indexOf(text, from)
  return found === -1 ? sql.length : found + text.length
}

/** Postgres nests block comments; SQL that closes them once means the same to both. */
function endOfBlockComment(sql: string, from: number): number {
  let open = 0
  let at = from
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      open += 1
      at += 2
    } else if (sql.startsWith('*/', at)) {
      open -= 1
      at += 2
      if (open === 0) return at
    } else {
      at += 1
    }
  }
  return sql.length
}

/** `E'…'` knows backslashes, if the E is a word of its own. */
function isEscapeString(sql: string, quote: number): boolean {
  const before = sql[quote - 1]
  return (before === 'e' || before === 'E') && !WORD_PART.test(sql[quote - 2] ?? ' ')
}

function endOfQuoted(sql: string, from: number, quote: string, hasEscapes: boolean): number {
  let at = from + 1
  while (at < sql.length) {
    if (hasEscapes && sql[at] === '\\') {
      at += 2
    } else if (sql[at] !== quote) {
      at += 1
    } else if (sql[at + 1] === quote) {
      at += 2
    } else {
      return at + 1
    }
  }
  return sql.length
}

function dollarTag(sql: string, at: number): string | null {
  DOLLAR_TAG.lastIndex = at
  return DOLLAR_TAG.exec(sql)?.[0] ?? null
}
