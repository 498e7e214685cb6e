import type { ColumnFormat } from '../../../main/contract/settings.ts'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { formatExact } from '../format.ts'

/** How a cell looks where its value is not simply its text. */
export type CellMark = 'null' | 'empty' | 'json-null' | null

/** A giant cell is cut in the grid; its viewer has it whole. */
const SHOWN_CHARACTERS = 400

export function markOf(cell: Cell, column: ResultColumn): CellMark {
  if (cell === null) return 'null'
  if (cell === '') return 'empty'
  if (column.kind === 'json' && cell.trim() === 'null') return 'json-null'
  return null
}

const controlSigns: Record<string, string> = { '\n': '↵', '\r': '', '\t': '⇥' }

/** One line of text for the grid. SQL NULL and the empty string are drawn as marks, see `markOf`. */
export function gridText(cell: Cell, column: ResultColumn): string {
  if (cell === null) return 'NULL'
  if (cell === '') return "''"
  if (column.kind === 'number') return isIdentifier(column) ? withMinus(cell) : withMinus(formatExact(cell))
  const cut = cell.length > SHOWN_CHARACTERS ? `${cell.slice(0, SHOWN_CHARACTERS)}…` : cell
  return cut.replace(/[\n\r\t]/g, (sign) => controlSigns[sign]!)
}

/** The formats that a column can have, its own first. */
export function formatsOf(column: ResultColumn): { format: ColumnFormat; label: string }[] {
  if (column.kind === 'number') {
    return [
      { format: 'own', label: 'Numbers as usual' },
      { format: 'grouped', label: 'Numbers in groups of three digits' },
      { format: 'plain', label: 'Numbers as stored' },
    ]
  }
  if (column.kind === 'instant' && /TIME ZONE|time zone/.test(column.type) && !/without/.test(column.type)) {
    return [
      { format: 'own', label: 'Times as the engine writes them' },
      { format: 'local', label: 'Times in your zone' },
    ]
  }
  return []
}

/** The grid's text of a value in the chosen format. */
export function formattedText(cell: Cell, column: ResultColumn, format: ColumnFormat, zone: string): string {
  if (!cell || format === 'own') return gridText(cell, column)
  if (format === 'plain') return cell
  if (format === 'grouped') return withMinus(formatExact(cell))
  return inZone(cell, zone) ?? gridText(cell, column)
}

/** The whole second of an instant that names its offset; null for anything else. */
export function secondOf(cell: string): Date | null {
  const match = INSTANT.exec(cell)
  if (!match?.[3]) return null
  const instant = new Date(`${match[1]}T${match[2]}${match[3] === 'Z' ? 'Z' : withMinutes(match[3])}`)
  return Number.isNaN(instant.getTime()) ? null : instant
}

/** An instant that names its offset, in another zone, with all digits of its fraction; null for anything else. */
export function inZone(cell: string, zone: string): string | null {
  const instant = secondOf(cell)
  if (!instant) return null
  const seconds = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(instant)
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(instant)
  const offset = parts.find(({ type }) => type === 'timeZoneName')!.value.replace('GMT', '').replace(/:00$/, '') || '+00'
  return `${seconds}${/\.\d+/.exec(cell)?.[0] ?? ''}${offset}`
}

/** Numbers that name something and count nothing are not grouped: nobody reads a key as thousands. */
const IDENTIFIER_NAME = /^(id|key|year|month|day|zip|postcode|code|port|pid|oid|lsn|nr|no|number)$/
const IDENTIFIER_ENDING = /(_id|_key|_year|_zip|_code|_no|_nr|_number|_oid|[a-z]Id)$/

function isIdentifier(column: ResultColumn): boolean {
  return IDENTIFIER_NAME.test(column.name) || IDENTIFIER_ENDING.test(column.name)
}

function withMinus(text: string): string {
  return text.replace(/^-(?=[\d.])/, '−')
}

/** A column of numbers is wide enough for what may come further down, not only for its first rows. */
const NUMBERS_AT_LEAST = 13
const TEXTS_AT_LEAST = 8
const WIDEST = 56

/** The width in characters that a column asks for: its header and what its first rows hold. */
export function widthInCharacters(column: ResultColumn, index: number, rows: readonly (readonly Cell[])[]): number {
  const atLeast = column.kind === 'number' ? NUMBERS_AT_LEAST : TEXTS_AT_LEAST
  let widest = Math.max(column.name.length, column.type.length, atLeast)
  for (const row of rows.slice(0, 60)) {
    widest = Math.max(widest, gridText(row[index] ?? null, column).length)
  }
  return Math.min(WIDEST, widest)
}

const INSTANT = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?([+-]\d\d(?::?\d\d)?(?::\d\d)?|Z)?$/

/** Says the zone of a timestamp in full, and the person's own time beside it; null for anything else. */
export function instantHover(cell: Cell, column: ResultColumn, zone: string): string | null {
  if (cell === null || column.kind !== 'instant') return null
  const match = INSTANT.exec(cell)
  if (!match) return null
  const offset = match[3]
  if (!offset) return `${cell}\n${column.type}: as stored, it names no zone`
  const instant = secondOf(cell)
  if (!instant) return cell
  const own = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone, dateStyle: 'short', timeStyle: 'medium',
  }).format(instant)
  const isUtc = offset === 'Z' || /^[+-]00(:?00)?$/.test(offset)
  return `${cell}  (${isUtc ? 'UTC' : `UTC${offset}`})\n${own}  (${zone}, your time)`
}

function withMinutes(offset: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?/.exec(offset)!
  return `${sign}${hours}:${minutes ?? '00'}`
}
