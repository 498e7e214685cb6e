import { tokensOf } from './lexer.ts'

/** The stretch to underline: what the engine told, else the token at its place, else one character. */
export function faultStretch(sql: string, place: { offset: number; length?: number }): { start: number; end: number } {
  const start = Math.min(Math.max(0, place.offset), Math.max(0, sql.length - 1))
  if (place.length) return { start, end: Math.min(sql.length, start + place.length) }
  const token = tokensOf(sql).find(({ start: from, end }) => start >= from && start < end)
  return { start, end: token ? token.end : Math.min(sql.length, start + 1) }
}
