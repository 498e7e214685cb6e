/**
 * The lexical shape of SQL as Postgres and DuckDB share it: enough to find statements, names and the
 * place of the cursor, without a grammar. It never fails: what is left open runs to the end.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

export type TokenKind = 'word' | 'quoted-name' | 'string' | 'number' | 'parameter' | 'comment' | 'semicolon' | 'symbol'

/** Offsets are UTF-16 code units; `end` is exclusive. */
export interface Token {
  kind: TokenKind
  start: number
  end: number
  /** False where a string, a quoted name or a comment is not closed. */
  closed: boolean
}

const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const PARAMETER = /\$\d+/y
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y
const SPACE = /[\s\ufeff]+/y

function endOf(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(sql) ? pattern.lastIndex : -1
}

interface Reach {
  end: number
  closed: boolean
}

/** From the opening quote at `at`: a doubled quote stays inside, a backslash escapes where told so. */
function quotedReach(sql: string, at: number, backslashEscapes: boolean): Reach {
  const quote = sql[at]
  for (let index = at + 1; index < sql.length; index += 1) {
    const character = sql[index]
    if (backslashEscapes && character === '\\') index += 1
    else if (character === quote) {
      if (sql[index + 1] !== quote) return { end: index + 1, closed: true }
      index += 1
    }
  }
  return { end: sql.length, closed: false }
}

function lineCommentReach(sql: string, at: number): Reach {
  const newline = sql.indexOf('\n', at)
  return { end: newline === -1 ? sql.length : newline, closed: true }
}

/** Block comments nest in both engines. */
function blockCommentReach(sql: string, at: number): Reach {
  let depth = 0
  for (let index = at; index < sql.length; index += 1) {
    if (sql.startsWith('/*', index)) {
      depth += 1
      index += 1
    } else if (sql.startsWith('*/', index)) {
      depth -= 1
      index += 1
      if (depth === 0) return { end: index + 1, closed: true }
    }
  }
  return { end: sql.length, closed: false }
}

function dollarReach(sql: string, at: number, tagEnd: number): Reach {
  const tag = sql.slice(at, tagEnd)
  const closing = sql.indexOf(tag, tagEnd)
  return closing === -1 ? { end: sql.length, closed: false } : { end: closing + tag.length, closed: true }
}

function tokenAt(sql: string, at: number): Token {
  const token = (kind: TokenKind, reach: Reach): Token => ({ kind, start: at, ...reach })
  const closedAt = (kind: TokenKind, end: number): Token => token(kind, { end, closed: true })
  const character = sql[at]!

  if (character === "'") return token('string', quotedReach(sql, at, false))
  if (character === '"') return token('quoted-name', quotedReach(sql, at, false))
  if (character === ';') return closedAt('semicolon', at + 1)
  if (sql.startsWith('--', at)) return token('comment', lineCommentReach(sql, at))
  if (sql.startsWith('/*', at)) return token('comment', blockCommentReach(sql, at))
  // The prefix of an escape string belongs to it, because it changes where the string ends.
  if (/[eE]/.test(character) && sql[at + 1] === "'") return token('string', quotedReach(sql, at + 1, true))

  const wordEnd = endOf(WORD, sql, at)
  if (wordEnd !== -1) return closedAt('word', wordEnd)
  const numberEnd = endOf(NUMBER, sql, at)
  if (numberEnd !== -1) return closedAt('number', numberEnd)
  if (character === '$') {
    const parameterEnd = endOf(PARAMETER, sql, at)
    if (parameterEnd !== -1) return closedAt('parameter', parameterEnd)
    const tagEnd = endOf(DOLLAR_TAG, sql, at)
    if (tagEnd !== -1) return token('string', dollarReach(sql, at, tagEnd))
  }
  return closedAt('symbol', at + 1)
}

/** The first token at or behind `at`, which must not lie inside one; null where only white space is left. */
export function nextToken(sql: string, at: number): Token | null {
  const spaceEnd = endOf(SPACE, sql, at)
  const start = spaceEnd === -1 ? at : spaceEnd
  return start < sql.length ? tokenAt(sql, start) : null
}

/** Every token in order; white space is left out. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  for (let token = nextToken(sql, 0); token; token = nextToken(sql, token.end)) tokens.push(token)
  return tokens
}
