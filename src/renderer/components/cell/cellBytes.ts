import type { Cell, ResultColumn } from '../../../main/contract/values.ts'

/**
 * The bytes of a cell, or null where it holds none: DuckDB writes BLOB as ASCII with `\xAB` for what is
 * not printable, Postgres writes bytea as `\xabcdef`.
 * https://duckdb.org/docs/stable/sql/data_types/blob
 * https://www.postgresql.org/docs/current/datatype-binary.html
 */
export function bytesOf(cell: Cell, column: ResultColumn): Uint8Array<ArrayBuffer> | null {
  if (cell === null || column.kind !== 'binary') return null
  if (column.type === 'bytea') return cell.startsWith('\\x') ? fromHex(cell.slice(2)) : null
  return column.type === 'BLOB' ? fromEscaped(cell) : null
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> | null {
  if (hex.length % 2 === 1 || /[^0-9a-f]/i.test(hex)) return null
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)
  return bytes
}

function fromEscaped(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\' && text[at + 1] === 'x') {
      bytes[length] = Number.parseInt(text.slice(at + 2, at + 4), 16)
      at += 3
    } else bytes[length] = text.charCodeAt(at)
    length += 1
  }
  return bytes.slice(0, length)
}

/** `\xabcdef`: a literal of bytea, and what every hex editor reads. */
export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, hexOf).join('')
}

export function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

/** How a byte looks beside its hex: as ASCII, or as a dot. */
export function signOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'
}

/** The beginnings by which the kinds of pictures are known; null stands for any byte. */
const magics: readonly { type: string; begins: readonly (number | null)[] }[] = [
  { type: 'image/png', begins: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', begins: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', begins: [0x47, 0x49, 0x46, 0x38] },
  {
    type: 'image/webp',
    begins: [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50],
  },
]

/** The media type of a picture, known by its first bytes; null where it is none. */
export function pictureTypeOf(bytes: Uint8Array): string | null {
  const found = magics.find(({ begins }) => begins.every((byte, at) => byte === null || bytes[at] === byte))
  return found?.type ?? null
}

/** True where the text is a drawing: its outermost element is `svg`. */
export function isSvg(text: string): boolean {
  return /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/.test(text.slice(0, 2_000))
}

/** The bytes as text, or null where they are no UTF-8 or hold signs that nobody can read. */
export function readableText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? null : text
  } catch {
    return null
  }
}
