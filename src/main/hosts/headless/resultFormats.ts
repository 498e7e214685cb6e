import type { ResultColumn } from '../../contract/values.ts'
import { jsonValue } from '../../engine/export/textFormats.ts'
import type { ResultWriter } from '../../engine/export/textFormats.ts'
import { formatTable } from './figures.ts'

/** What `--json` prints: one object with columns, rows as arrays, and the count. */
export function jsonObjectWriter(): ResultWriter {
  let columns: readonly ResultColumn[] = []
  let isFirst = true
  return {
    begin(given) {
      columns = given
      return `{"columns":${JSON.stringify(columns.map(({ name, type }) => ({ name, type })))},"rows":[`
    },
    rows: (rows) =>
      rows
        .map((row) => {
          const lead = isFirst ? '' : ','
          isFirst = false
          return `${lead}[${row.map((value, at) => jsonValue(value, columns[at]!)).join(',')}]`
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
    const right = new Set(columns.flatMap((column, at) => (column.kind === 'number' ? [at] : [])))
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
