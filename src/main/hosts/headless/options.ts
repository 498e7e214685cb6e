import { InvalidArgumentError } from 'commander'
import { parseMaskRequests, type MaskRequest } from '../../engine/masking/maskRequests.ts'

/** Parsers for options: each throws what commander tells as wrong usage. */

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
    }
    return value
  }
}

/** `public.*,sales.orders`; a quoted name may hold a comma. Repeating the option adds to it. */
export function tablePatterns(text: string, before: string[] | undefined): string[] {
  const patterns = (text.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? []).map((part) => part.trim()).filter(Boolean)
  if (patterns.length === 0) throw new InvalidArgumentError("Give patterns such as 'public.*,sales.orders'.")
  return [...(before ?? []), ...patterns]
}

/** `public.users.email=hash`; repeating the option adds to it. */
export function masks(text: string, before: MaskRequest[] | undefined): MaskRequest[] {
  try {
    return [...(before ?? []), ...parseMaskRequests(text)]
  } catch (error) {
    throw error instanceof RangeError ? new InvalidArgumentError(error.message) : error
  }
}

/** A slot's name, as Postgres admits it: https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS-MANIPULATION */
export function slotName(text: string): string {
  if (!/^[a-z0-9_]{1,63}$/.test(text)) {
    throw new InvalidArgumentError('A slot is named with a-z, 0-9 and _, at most 63 of them.')
  }
  return text
}

export function publicationName(text: string): string {
  // A second publication takes this name with `_inserts` behind it.
  if (text === '' || Buffer.byteLength(text) > 55) {
    throw new InvalidArgumentError('A publication has a name of at most 55 bytes.')
  }
  return text
}

export const sourceOption = ['--source <url>', 'the Postgres (default: the libpq environment variables)'] as const
export const fileOption = ['--file <path>', 'the DuckDB file'] as const
