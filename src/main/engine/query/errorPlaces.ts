import { MillraceError } from '../../contract/errors.ts'
import type { SqlPlace } from '../../contract/errors.ts'
import { sqlTokens } from './sqlTokens.ts'

/**
 * Turns an engine's position into a zero-based offset in UTF-16 code units. Positions that lie outside
 * the text (the engine rewrote it) give no place rather than a wrong one.
 */

/** DuckDB counts bytes of UTF-8 from 0. */
export function placeOfByte(sql: string, byte: number): SqlPlace | undefined {
  if (!Number.isInteger(byte) || byte < 0) return undefined
  let bytes = 0
  let offset = 0
  for (const character of sql) {
    if (bytes >= byte) break
    bytes += utf8Length(character.codePointAt(0)!)
    offset += character.length
  }
  return bytes === byte ? placeAt(sql, offset) : undefined
}

/**
 * Postgres counts characters (code points) from 1:
 * https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
export function placeOfCharacter(sql: string, position: number): SqlPlace | undefined {
  if (!Number.isInteger(position) || position < 1) return undefined
  let characters = 1
  let offset = 0
  for (const character of sql) {
    if (characters === position) break
    characters += 1
    offset += character.length
  }
  return characters === position ? placeAt(sql, offset) : undefined
}

/** As long as the word that begins there, so that there is something to underline. */
function placeAt(sql: string, offset: number): SqlPlace {
  for (const token of sqlTokens(sql)) {
    if (token.start === offset) return { offset, length: token.end - token.start }
    if (token.start > offset) break
  }
  return { offset }
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x10000 ? 3 : 4
}

/** The same failure with its place counted in the text that the person wrote, where another one was sent. */
export function withPlaceMoved(error: unknown, writtenOffset: (offset: number) => number): unknown {
  if (!(error instanceof MillraceError) || !error.place) return error
  const place = { ...error.place, offset: writtenOffset(error.place.offset) }
  return new MillraceError({ ...error.toFault(), place }, { cause: error.cause })
}
