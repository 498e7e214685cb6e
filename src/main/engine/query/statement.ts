import { MillraceError } from '../../contract/errors.ts'
import type { Cell } from '../../contract/values.ts'
import { sqlTokens } from './sqlTokens.ts'
import type { SqlToken } from './sqlTokens.ts'

/** One statement as a person wrote it, and what its words alone tell. */
export interface Statement {
  /** As given: places in errors count from its start. */
  sql: string
  /** Without the semicolons at its end, so that it can stand in brackets. */
  body: string
  /** In lower case: `select`, `with`, `explain`…, or '(' */
  firstWord: string
  /** Of a WITH, the word behind its queries, which says what the statement does; else `firstWord`. */
  mainWord: string
  /** True where the rows come in an order that the statement asks for. */
  hasTopLevelOrderBy: boolean
  /** For EXPLAIN: where the statement that it explains begins, else null. */
  explainedFrom: number | null
  /** Of `$1` to `$n`, as text. */
  values: readonly Cell[]
  /** What the first of them are called where a person wrote them: `:customer`, `$1`. */
  valueNames: readonly string[]
}

/** Throws QUERY_EMPTY where there is no statement, QUERY_FAILED at the second one where there are more. */
export function readStatement(sql: string): Statement {
  const tokens = [...sqlTokens(sql)]
  const first = tokens.findIndex((token) => !isSemicolon(token))
  if (first === -1) {
    throw new MillraceError({
      code: 'QUERY_EMPTY',
      message: 'There is no statement to run.',
      advice: 'Write a statement, or put the cursor into one.',
    })
  }
  const afterFirst = tokens.findIndex((token, index) => index > first && isSemicolon(token) && token.depth === 0)
  const statement = tokens.slice(first, afterFirst === -1 ? undefined : afterFirst)
  const second = afterFirst === -1 ? undefined : tokens.slice(afterFirst).find((token) => !isSemicolon(token))
  if (second) {
    throw new MillraceError({
      code: 'QUERY_FAILED',
      message: 'There is more than one statement.',
      advice: 'Run them one at a time.',
      place: { offset: second.start, length: second.end - second.start },
    })
  }
  return {
    sql,
    body: sql.slice(tokens[first]!.start, statement.at(-1)!.end),
    firstWord: statement[0]!.text,
    mainWord: mainWord(statement),
    hasTopLevelOrderBy: hasTopLevelOrderBy(statement),
    explainedFrom: explainedFrom(statement),
    values: [],
    valueNames: [],
  }
}

function isSemicolon(token: SqlToken): boolean {
  return token.kind === 'symbol' && token.text === ';'
}

/**
 * WITH [RECURSIVE] name [(columns)] [USING KEY (…)] AS [[NOT] MATERIALIZED] (query) [, …] and what they are for: the word that
 * follows a query's closing bracket. A bracket before AS holds columns.
 * https://duckdb.org/docs/stable/sql/query_syntax/with
 */
function mainWord(tokens: readonly SqlToken[]): string {
  const first = tokens[0]!.text
  if (first !== 'with') return first
  const outside = tokens.filter(({ depth }) => depth === 0)
  let isQuery = false
  for (const [index, { kind, text }] of outside.entries()) {
    if (kind === 'word' && text === 'as') isQuery = true
    if (text !== ')' || !isQuery) continue
    isQuery = false
    const next = outside[index + 1]
    if (next?.kind === 'word') return next.text
    if (next?.text !== ',') return next?.text ?? first
  }
  return first
}

/** ORDER BY outside every bracket belongs to the whole statement; one inside brackets orders a part of it. */
function hasTopLevelOrderBy(tokens: readonly SqlToken[]): boolean {
  const outside = tokens.filter((token) => token.depth === 0)
  return outside.some(
    (token, index) =>
      token.kind === 'word' &&
      token.text === 'order' &&
      outside[index + 1]?.kind === 'word' &&
      outside[index + 1]?.text === 'by',
  )
}

/** EXPLAIN [ANALYZE] [VERBOSE] or EXPLAIN (options), as both engines write it. */
function explainedFrom(tokens: readonly SqlToken[]): number | null {
  if (tokens[0]?.text !== 'explain') return null
  let index = 1
  if (tokens[index]?.text === '(' && optionsWord(tokens[index + 1])) {
    while (index < tokens.length && !(tokens[index]!.text === ')' && tokens[index]!.depth === 0)) index += 1
    index += 1
  }
  while (tokens[index]?.text === 'analyze' || tokens[index]?.text === 'verbose') index += 1
  return tokens[index]?.start ?? null
}

const OPTIONS: ReadonlySet<string> = new Set([
  'analyze',
  'verbose',
  'costs',
  'settings',
  'generic_plan',
  'buffers',
  'serialize',
  'wal',
  'timing',
  'summary',
  'memory',
  'format',
])

function optionsWord(token: SqlToken | undefined): boolean {
  return token?.kind === 'word' && OPTIONS.has(token.text)
}

/** The words with which a statement on the source may begin; all of them only read. */
const SOURCE_WORDS: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table', 'explain', 'show', '('])

/**
 * What may be sent to the source at all. That it cannot write is the server's own word (a READ ONLY
 * transaction); this keeps out what a read-only transaction permits all the same: COPY to files and
 * programs of the server, CALL, DO, LISTEN, and the end of the transaction itself.
 */
export function refuseOnSource(statement: Statement): void {
  if (SOURCE_WORDS.has(statement.firstWord)) return
  throw refusal(
    statement,
    'Only reading statements are sent to the source.',
    'Run a SELECT, VALUES, TABLE, EXPLAIN or SHOW.',
  )
}

/** True where a statement on the source can stand in brackets as a table. */
export function isTableOnSource({ firstWord }: Statement): boolean {
  return firstWord !== 'explain' && firstWord !== 'show'
}

export function notATable(): MillraceError {
  return new MillraceError({
    code: 'QUERY_NOT_A_TABLE',
    message: 'The engine does not take this statement as a table, so its result cannot be sorted or filtered.',
    advice: 'Write it as a SELECT.',
  })
}

export function refusal(statement: Statement, message: string, advice: string): MillraceError {
  const offset = statement.sql.indexOf(statement.body)
  return new MillraceError({
    code: 'QUERY_WRITES',
    message,
    advice,
    place: { offset, length: statement.firstWord.length },
  })
}
