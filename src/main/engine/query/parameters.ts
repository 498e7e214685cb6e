import { MillraceError } from '../../contract/errors.ts'
import type { ParameterValues } from '../../contract/query.ts'
import type { Cell } from '../../contract/values.ts'
import { sqlTokens } from './sqlTokens.ts'
import type { SqlToken } from './sqlTokens.ts'

interface Parameter {
  name: string
  start: number
  end: number
}

/** A statement whose parameters are `$1` to `$n` in order of their first appearance, with a value for each. */
export interface BoundStatement {
  sql: string
  values: readonly Cell[]
  /** What each is called in the text: `:customer`, `$1`. */
  written: readonly string[]
  /** Where an offset into `sql` lies in the text that the person wrote. */
  writtenOffset(offset: number): number
}

/** The names of the parameters, each once, in order: `customer` of `:customer`, `1` of `$1`. */
export function parameterNames(sql: string): string[] {
  return [...new Set(parametersIn(sql).map(({ name }) => name))]
}

/** Values go to the engine beside the text, never into it. Throws QUERY_PARAMETER where one has no value. */
export function bindParameters(sql: string, values: ParameterValues): BoundStatement {
  const parameters = parametersIn(sql)
  const names = [...new Set(parameters.map(({ name }) => name))]
  const shifts: { from: number; by: number }[] = []
  let bound = ''
  let read = 0
  for (const { name, start, end } of parameters) {
    if (values[name] === undefined) throw withoutValue(sql.slice(start, end), start)
    bound += `${sql.slice(read, start)}$${names.indexOf(name) + 1}`
    read = end
    shifts.push({ from: bound.length, by: end - bound.length })
  }
  return {
    sql: bound + sql.slice(read),
    values: names.map((name) => values[name]!),
    written: names.map((name) => (/^\d/.test(name) ? `$${name}` : `:${name}`)),
    writtenOffset: (offset) => offset + (shifts.findLast(({ from }) => from <= offset)?.by ?? 0),
  }
}

type Bracket = 'round' | 'list' | 'slice' | 'struct'

/** What an opening bracket opens: `name[` a slice, `ARRAY[` or `[` alone a list. */
function bracketOf(opening: SqlToken, before: SqlToken | null): Bracket {
  if (opening.text === '(') return 'round'
  if (opening.text === '{') return 'struct'
  const isBehindValue =
    before !== null && (before.kind !== 'symbol' || ')]'.includes(before.text)) && before.text !== 'array'
  return isBehindValue ? 'slice' : 'list'
}

const OPERATOR = /^[(,=<>+\-*/|%&!~^?]$/

/** True where a colon can begin a parameter: it is no cast (`::`), no slice, and names nothing (`alias: value`). */
function mayBegin(colon: SqlToken, before: SqlToken | null, within: Bracket | undefined): boolean {
  if (within === 'slice') return false
  if (before === null) return true
  const touches = before.end === colon.start
  if (within === 'list' && before.text === '[') return true
  if (within === 'list' || within === 'struct') {
    return OPERATOR.test(before.text) || (before.text === ':' && !touches)
  }
  return !touches || OPERATOR.test(before.text)
}

/** `$1`, and `:name` where a colon can mean nothing else. */
function parametersIn(sql: string): Parameter[] {
  const found: Parameter[] = []
  const brackets: Bracket[] = []
  let before: SqlToken | null = null
  /** A `$` or a colon that the next token may complete. */
  let sign: SqlToken | null = null
  for (const token of sqlTokens(sql)) {
    const follows = sign !== null && sign.end === token.start
    if (follows && sign!.text === '$' && token.kind === 'number' && /^[1-9]\d*$/.test(token.text)) {
      found.push({ name: token.text, start: sign!.start, end: token.end })
    } else if (follows && sign!.text === ':' && token.kind === 'word') {
      // As written: the tokens of words are in lower case.
      found.push({ name: sql.slice(token.start, token.end), start: sign!.start, end: token.end })
    }
    sign = null
    if (token.kind === 'symbol') {
      if (token.text === '$' || (token.text === ':' && mayBegin(token, before, brackets.at(-1)))) sign = token
      else if ('([{'.includes(token.text)) brackets.push(bracketOf(token, before))
      else if (')]}'.includes(token.text)) brackets.pop()
    }
    before = token
  }
  return found
}

function withoutValue(written: string, start: number): MillraceError {
  return new MillraceError({
    code: 'QUERY_PARAMETER',
    message: `The parameter ${written} has no value.`,
    advice: 'Give it a value, or NULL, and run the statement again.',
    place: { offset: start, length: written.length },
  })
}
