import { tokensOf } from './lexer.ts'
import type { Token } from './lexer.ts'

/** One statement of a script, without the comments around it and without its semicolon. */
export interface Statement {
  start: number
  /** Exclusive. */
  end: number
  text: string
  /** From the end of the statement before it to the end of its own semicolon. */
  territory: { start: number; end: number }
}

/** Statements in order. Stretches of nothing but comments and semicolons are none. */
export function splitStatements(sql: string, tokens: readonly Token[] = tokensOf(sql)): Statement[] {
  const statements: Statement[] = []
  let territoryStart = 0
  let first: Token | null = null
  let last: Token | null = null

  function close(territoryEnd: number): void {
    if (first && last) {
      const text = sql.slice(first.start, last.end)
      const territory = { start: territoryStart, end: territoryEnd }
      statements.push({ start: first.start, end: last.end, text, territory })
    }
    territoryStart = territoryEnd
    first = null
    last = null
  }

  for (const token of tokens) {
    if (token.kind === 'semicolon') close(token.end)
    else if (token.kind !== 'comment') {
      first ??= token
      last = token
    }
  }
  close(sql.length)
  return statements
}

/**
 * The statement that a person means with the cursor at `offset`. Right behind a statement's semicolon,
 * or anywhere on the line where it ends, that statement is meant; on a line of its own, the next one.
 */
export function statementAt(sql: string, statements: readonly Statement[], offset: number): Statement | null {
  let before: Statement | null = null
  for (const statement of statements) {
    if (offset >= statement.start && offset < statement.territory.end) return statement
    if (offset >= statement.territory.end) {
      before = statement
      continue
    }
    const sameLineAsBefore = before !== null && !sql.slice(before.territory.end, offset).includes('\n')
    return sameLineAsBefore ? before : statement
  }
  return before
}

/** What a run at the cursor sends: the selection if it holds a statement, else the current statement. */
export function statementsToRun(
  sql: string,
  selection: { start: number; end: number },
  scope: 'current' | 'all',
): Statement[] {
  const statements = splitStatements(sql)
  if (scope === 'all') return statements
  if (selection.start === selection.end) {
    const current = statementAt(sql, statements, selection.start)
    return current ? [current] : []
  }
  return splitStatements(sql.slice(selection.start, selection.end)).map((statement) => ({
    start: statement.start + selection.start,
    end: statement.end + selection.start,
    text: statement.text,
    territory: {
      start: statement.territory.start + selection.start,
      end: statement.territory.end + selection.start,
    },
  }))
}
