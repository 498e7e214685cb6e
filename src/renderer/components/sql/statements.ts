import { nextToken } from './lexer.ts'
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
export function splitStatements(sql: string): Statement[] {
  return readStatements(sql, 0, () => false).statements
}

/** Reads on from `from`, where a statement begins, until `isKnown` takes the end of a territory. */
function readStatements(
  sql: string,
  from: number,
  isKnown: (territoryEnd: number) => boolean,
): { statements: Statement[]; end: number } {
  const statements: Statement[] = []
  let territoryStart = from
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

  for (let token = nextToken(sql, from); token; token = nextToken(sql, token.end)) {
    if (token.kind === 'semicolon') {
      close(token.end)
      if (isKnown(token.end)) return { statements, end: token.end }
    } else if (token.kind !== 'comment') {
      first ??= token
      last = token
    }
  }
  close(sql.length)
  return { statements, end: sql.length }
}

/** A stretch of the text before, `end` exclusive, that another one has taken the place of. */
export interface TextEdit {
  start: number
  end: number
}

/**
 * The statements of a text after an edit, as `splitStatements` finds them, out of those before it. Behind a
 * semicolon nothing depends on what stands before it: only from the statement that was edited on is read, until a
 * semicolon of before is met again.
 */
export function editedStatements(
  before: { sql: string; statements: readonly Statement[] },
  edit: TextEdit,
  sql: string,
): Statement[] {
  const moved = sql.length - before.sql.length
  // The last one may be open: what stands behind it then belongs to it.
  const isClosed = ({ territory }: Statement): boolean => territory.end < before.sql.length
  const isBefore = (statement: Statement): boolean => isClosed(statement) && statement.territory.end <= edit.start
  const firstEdited = before.statements.findIndex((statement) => !isBefore(statement))
  const kept = firstEdited === -1 ? before.statements : before.statements.slice(0, firstEdited)
  const from = kept.at(-1)?.territory.end ?? 0
  const known = new Map<number, number>()
  for (const [at, statement] of before.statements.entries()) {
    if (at >= kept.length && isClosed(statement) && statement.territory.end >= edit.end) known.set(statement.territory.end + moved, at)
  }
  const { statements, end } = readStatements(sql, from, (territoryEnd) => known.has(territoryEnd))
  const nextKnown = known.get(end)
  const rest = nextKnown === undefined ? [] : before.statements.slice(nextKnown + 1).map((statement) => movedBy(moved, statement))
  return [...kept, ...statements, ...rest]
}

function movedBy(by: number, { start, end, text, territory }: Statement): Statement {
  if (by === 0) return { start, end, text, territory }
  return { start: start + by, end: end + by, text, territory: { start: territory.start + by, end: territory.end + by } }
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
  statements: readonly Statement[] = splitStatements(sql),
): readonly Statement[] {
  if (scope === 'all') return statements
  if (selection.start === selection.end) {
    const current = statementAt(sql, statements, selection.start)
    return current ? [current] : []
  }
  return splitStatements(sql.slice(selection.start, selection.end)).map((statement) => movedBy(selection.start, statement))
}
