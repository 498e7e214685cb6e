import type { TableName } from '../../contract/values.ts'

/** `schema.table` patterns; no `include` at all means every table. */
export interface TablePatterns {
  include: readonly string[]
  exclude: readonly string[]
}

interface NamePattern {
  schema: RegExp
  name: RegExp
  /** One table at most can be meant. */
  isExact: boolean
}

/** One name part: quoted (all characters literal, `""` is a quote) or bare with `*` and `?`. */
const part = /"(?:[^"]|"")*"|[^."]+/y

function splitPattern(pattern: string): string[] | null {
  const parts: string[] = []
  let at = 0
  for (;;) {
    part.lastIndex = at
    const match = part.exec(pattern)
    if (!match) return null
    parts.push(match[0])
    at = part.lastIndex
    if (at === pattern.length) return parts
    if (pattern[at] !== '.') return null
    at += 1
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** A bare part also matches in lower case, as Postgres folds names that are not quoted. */
function partExpression(text: string): RegExp {
  if (text.startsWith('"')) return new RegExp(`^${escapeRegExp(text.slice(1, -1).replaceAll('""', '"'))}$`, 'su')
  const wildcards = (bare: string): string => escapeRegExp(bare).replaceAll('\\*', '.*').replaceAll('\\?', '.')
  return new RegExp(`^(?:${wildcards(text)}|${wildcards(text.toLowerCase())})$`, 'su')
}

function hasWildcard(text: string): boolean {
  return !text.startsWith('"') && /[*?]/.test(text)
}

function parsePattern(pattern: string): NamePattern | null {
  const parts = splitPattern(pattern.trim())
  if (!parts || parts.length > 2) return null
  const name = parts.at(-1)!
  const schema = parts.length === 2 ? parts[0]! : 'public'
  return { schema: partExpression(schema), name: partExpression(name), isExact: !hasWildcard(schema) && !hasWildcard(name) }
}

function matches(pattern: NamePattern | null, table: TableName): boolean {
  return pattern !== null && pattern.schema.test(table.schema) && pattern.name.test(table.name)
}

/**
 * The tables that a selection means, in their order: any `include` pattern matches (none given: all)
 * and no `exclude` pattern does. `*` stands for any characters, `?` for one; a name without a dot is
 * in `public`; a part in double quotes is taken literally.
 */
export function matchTables<Table extends TableName>(tables: readonly Table[], selection: TablePatterns): Table[] {
  const include = selection.include.map(parsePattern)
  const exclude = selection.exclude.map(parsePattern)
  return tables.filter(
    (table) =>
      (include.length === 0 || include.some((pattern) => matches(pattern, table))) &&
      !exclude.some((pattern) => matches(pattern, table)),
  )
}

/** Patterns of `include` that mean no table at all: most likely misspelt. */
export function unmatchedPatterns(tables: readonly TableName[], selection: TablePatterns): string[] {
  return selection.include.filter((text) => {
    const pattern = parsePattern(text)
    return !tables.some((table) => matches(pattern, table))
  })
}

/** True where a pattern without wildcards asks for this table by name. */
export function isNamedIn(table: TableName, selection: TablePatterns): boolean {
  return selection.include.some((text) => {
    const pattern = parsePattern(text)
    return pattern !== null && pattern.isExact && matches(pattern, table)
  })
}

/** A pattern that means exactly one table, whatever characters its name has. */
export function exactPattern(table: TableName): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
  return `${quote(table.schema)}.${quote(table.name)}`
}
