/**
 * A position in the source's write-ahead log: an unsigned 64-bit number inside, `X/Y` outside.
 * https://www.postgresql.org/docs/current/datatype-pg-lsn.html
 */
export type Lsn = bigint & { readonly __lsn: unique symbol }

export const ZERO_LSN = 0n as Lsn

export function lsnFromBigint(value: bigint): Lsn {
  return value as Lsn
}

/** Reads `16/B374D848`; throws a RangeError on anything else. */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text)
  if (!match) throw new RangeError(`not a log position: ${JSON.stringify(text)}`)
  return ((BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`)) as Lsn
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`
}

/** `to - from` in bytes, never negative: a position that was passed has no distance left. */
export function lsnDistanceBytes(from: Lsn, to: Lsn): number {
  return to > from ? Number(to - from) : 0
}

export function laterLsn(first: Lsn, second: Lsn): Lsn {
  return first > second ? first : second
}
