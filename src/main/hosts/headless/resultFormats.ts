import { formatTable } from './figures.ts'

export interface ResultColumn {
  name: string
  /** As DuckDB names it. */
  type: string
}

/** A value as DuckDB's own text; null is SQL NULL. */
export type ResultRow = readonly (string | null)[]

/** Turns rows into text as they come, so that a result may be larger than memory. */
export interface ResultWriter {
  begin(columns: readonly ResultColumn[]): string
  rows(rows: readonly ResultRow[]): string
  end(rowCount: number): string
}

/** Column names made unique, because an object and a Parquet file hold each name once: `a`, `a_2`. */
export function uniqueNames(columns: readonly ResultColumn[]): string[] {
  const taken = new Set<string>()
  return columns.map(({ name }) => {
    let unique = name
    for (let number = 2; taken.has(unique.toLowerCase()); number += 1) unique = `${name}_${number}`
    taken.add(unique.toLowerCase())
    return unique
  })
}

function csvCell(value: string | null): string {
  if (value === null) return ''
  // The empty string is quoted, so that it is told from NULL.
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** RFC 4180 with a header; NULL is an empty field, the empty string `""`. */
export function csvWriter(): ResultWriter {
  const line = (cells: ResultRow): string => `${cells.map(csvCell).join(',')}\r\n`
  return {
    begin: (columns) => line(columns.map((column) => column.name)),
    rows: (rows) => rows.map(line).join(''),
    end: () => '',
  }
}

const NUMBER_TYPE = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\b.*)$/

/**
 * A value as JSON: true and false, a number where every reader gets the very same one (at most 15
 * significant digits, or the shortest text of a DOUBLE), and DuckDB's text in quotes for all else.
 */
export function jsonValue(value: string | null, type: string): string {
  if (value === null) return 'null'
  if (type === 'BOOLEAN') return value
  if (NUMBER_TYPE.test(type) && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) {
    const digits = value.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+/, '').length
    if (digits <= 15 || type === 'DOUBLE' || type === 'FLOAT') return value
  }
  return JSON.stringify(value)
}

/** One array of objects. */
export function jsonWriter(): ResultWriter {
  let keys: string[] = []
  let types: string[] = []
  let isFirst = true
  return {
    begin(columns) {
      keys = uniqueNames(columns).map((name) => JSON.stringify(name))
      types = columns.map((column) => column.type)
      return '['
    },
    rows: (rows) =>
      rows
        .map((row) => {
          const lead = isFirst ? '\n' : ',\n'
          isFirst = false
          return `${lead}{${row.map((value, at) => `${keys[at]}:${jsonValue(value, types[at] ?? '')}`).join(',')}}`
        })
        .join(''),
    end: () => '\n]\n',
  }
}

/** What `--json` prints: one object with columns, rows as arrays, and the count. */
export function jsonObjectWriter(): ResultWriter {
  let types: string[] = []
  let isFirst = true
  return {
    begin(columns) {
      types = columns.map((column) => column.type)
      return `{"columns":${JSON.stringify(columns)},"rows":[`
    },
    rows: (rows) =>
      rows
        .map((row) => {
          const lead = isFirst ? '' : ','
          isFirst = false
          return `${lead}[${row.map((value, at) => jsonValue(value, types[at] ?? '')).join(',')}]`
        })
        .join(''),
    end: (rowCount) => `],"rowCount":${rowCount}}\n`,
  }
}

const CELL_CHARACTERS = 80

function tableCell(value: string | null): string {
  if (value === null) return 'NULL'
  // A terminal would obey control characters.
  const shown = value.replace(/[\x00-\x1f\x7f-\x9f]/g, (character) => {
    const known: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
    return known[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  const characters = [...shown]
  return characters.length > CELL_CHARACTERS ? `${characters.slice(0, CELL_CHARACTERS - 1).join('')}…` : shown
}

/** Aligned columns for a person; the rows that came first set the widths. Long cells are cut. */
export function tableWriter(): ResultWriter {
  const buffered: string[][] = []
  let columns: readonly ResultColumn[] = []
  let isStarted = false
  const LOOKAHEAD_ROWS = 2_048

  function block(rows: readonly (readonly string[])[]): string {
    const right = new Set(columns.flatMap((column, at) => (NUMBER_TYPE.test(column.type) ? [at] : [])))
    const text = formatTable(columns.map((column) => tableCell(column.name)), rows, right)
    if (!isStarted) {
      isStarted = true
      return `${text}\n`
    }
    // A later block sets its own widths and repeats the headings, after an empty line.
    return `\n${text}\n`
  }

  return {
    begin(given) {
      columns = given
      return ''
    },
    rows(rows) {
      let text = ''
      for (const row of rows) {
        buffered.push(row.map(tableCell))
        if (buffered.length === LOOKAHEAD_ROWS) text += block(buffered.splice(0))
      }
      return text
    },
    end(rowCount) {
      const text = buffered.length > 0 || !isStarted ? block(buffered.splice(0)) : ''
      return `${text}(${rowCount} row${rowCount === 1 ? '' : 's'})\n`
    },
  }
}

/** EXPLAIN's drawing as it is. */
export function planWriter(): ResultWriter {
  return {
    begin: () => '',
    rows: (rows) => rows.map((row) => `${(row.at(-1) ?? '').trimEnd()}\n`).join(''),
    end: () => '',
  }
}
