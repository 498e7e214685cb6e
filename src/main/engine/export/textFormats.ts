import type { TextFormat } from '../../contract/export.ts'
import type { Cell, ResultColumn } from '../../contract/values.ts'

export type ResultRow = readonly Cell[]

/** Turns rows into text as they come, so that a result may be larger than memory. */
export interface ResultWriter {
  begin(columns: readonly ResultColumn[]): string
  rows(rows: readonly ResultRow[]): string
  end(rowCount: number): string
}

export interface TextFormatOptions {
  headers: boolean
  /** As INSERT names it. */
  tableName: string
}

/** A writer of that format. One writer writes one text. */
export function textWriter(format: TextFormat, options: TextFormatOptions): ResultWriter {
  switch (format) {
    case 'csv':
      return separatedWriter(',', options)
    case 'tsv':
      return separatedWriter('\t', options)
    case 'json':
      return jsonWriter()
    case 'ndjson':
      return ndjsonWriter()
    case 'markdown':
      return markdownWriter()
    case 'sql':
      return insertWriter(options)
  }
}

/** Column names made unique, because an object and a Parquet file hold each name once: `a`, `a_2`. */
export function uniqueNames(columns: readonly { name: string }[]): string[] {
  const taken = new Set<string>()
  return columns.map(({ name }) => {
    let unique = name
    for (let number = 2; taken.has(unique.toLowerCase()); number += 1) unique = `${name}_${number}`
    taken.add(unique.toLowerCase())
    return unique
  })
}

/**
 * RFC 4180, and the same with tabs as spreadsheets exchange it. NULL is an empty field, the empty string
 * `""`, so that the one is told from the other.
 */
function separatedWriter(separator: ',' | '\t', { headers }: TextFormatOptions): ResultWriter {
  const mustBeQuoted = separator === ',' ? /[",\r\n]/ : /["\t\r\n]/
  const field = (value: Cell): string => {
    if (value === null) return ''
    return value === '' || mustBeQuoted.test(value) ? `"${value.replaceAll('"', '""')}"` : value
  }
  const line = (cells: ResultRow): string => `${cells.map(field).join(separator)}\r\n`
  return {
    begin: (columns) => (headers ? line(columns.map((column) => column.name)) : ''),
    rows: (rows) => rows.map(line).join(''),
    end: () => '',
  }
}

const FLOATING = /^(FLOAT|DOUBLE|real|double precision)$/
const PLAIN_NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** True where every reader of a 64-bit float gets the very same number back. */
export function isExactAsFloat(value: string, { kind, type }: ResultColumn): boolean {
  if (kind !== 'number' || !PLAIN_NUMBER.test(value)) return false
  if (FLOATING.test(type)) return true
  return value.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+/, '').length <= 15
}

function booleanOf(value: string): boolean {
  // Postgres prints t and f.
  return value === 'true' || value === 't'
}

/**
 * A value as JSON: true and false, a number where every reader gets the very same one (at most 15
 * significant digits, or the shortest text of a float), and the engine's text in quotes for all else.
 */
export function jsonValue(value: Cell, column: ResultColumn): string {
  if (value === null) return 'null'
  if (column.kind === 'boolean') return String(booleanOf(value))
  return isExactAsFloat(value, column) ? value : JSON.stringify(value)
}

/** `{"name":value,…}` of a row. */
function objectWriter(columns: readonly ResultColumn[]): (row: ResultRow) => string {
  const keys = uniqueNames(columns).map((name) => JSON.stringify(name))
  return (row) => `{${row.map((value, at) => `${keys[at]}:${jsonValue(value, columns[at]!)}`).join(',')}}`
}

/** One array of objects. */
export function jsonWriter(): ResultWriter {
  let object: (row: ResultRow) => string = () => ''
  let lead = '\n'
  return {
    begin(columns) {
      object = objectWriter(columns)
      return '['
    },
    rows: (rows) =>
      rows
        .map((row) => {
          const text = lead + object(row)
          lead = ',\n'
          return text
        })
        .join(''),
    end: () => '\n]\n',
  }
}

/** An object a line: https://github.com/ndjson/ndjson-spec */
function ndjsonWriter(): ResultWriter {
  let object: (row: ResultRow) => string = () => ''
  return {
    begin(columns) {
      object = objectWriter(columns)
      return ''
    },
    rows: (rows) => rows.map((row) => `${object(row)}\n`).join(''),
    end: () => '',
  }
}

/** A table of GitHub's Markdown, which has one line a row: https://github.github.com/gfm/#tables-extension- */
function markdownWriter(): ResultWriter {
  const cell = (value: Cell): string => {
    if (value === null) return 'NULL'
    return value.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\r\n|\r|\n/g, '<br>')
  }
  const line = (cells: ResultRow): string => `| ${cells.map(cell).join(' | ')} |\n`
  return {
    begin(columns) {
      const rule = columns.map(({ kind }) => (kind === 'number' ? '---:' : '---'))
      return `${line(columns.map(({ name }) => name))}| ${rule.join(' | ')} |\n`
    },
    rows: (rows) => rows.map(line).join(''),
    end: () => '',
  }
}

const ROWS_PER_INSERT = 500

/** INSERT statements that both engines read. Text in quotes has no escapes but the doubled quote. */
function insertWriter({ tableName }: TextFormatOptions): ResultWriter {
  let columns: readonly ResultColumn[] = []
  let head = ''
  let inStatement = 0
  const literal = (value: Cell, column: ResultColumn): string => {
    if (value === null) return 'NULL'
    if (column.kind === 'boolean') return String(booleanOf(value))
    if (column.kind === 'number' && PLAIN_NUMBER.test(value)) return value
    return `'${value.replaceAll("'", "''")}'`
  }
  return {
    begin(given) {
      columns = given
      const names = uniqueNames(columns).map((name) => `"${name.replaceAll('"', '""')}"`)
      head = `INSERT INTO ${tableName} (${names.join(', ')}) VALUES\n`
      return ''
    },
    rows(rows) {
      let text = ''
      for (const row of rows) {
        if (inStatement === ROWS_PER_INSERT) {
          text += ';\n'
          inStatement = 0
        }
        text += inStatement === 0 ? head : ',\n'
        text += `  (${row.map((value, at) => literal(value, columns[at]!)).join(', ')})`
        inStatement += 1
      }
      return text
    },
    end: () => (inStatement > 0 ? ';\n' : ''),
  }
}
