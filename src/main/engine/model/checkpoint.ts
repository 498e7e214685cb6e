import type { Lsn } from './lsn.ts'

/** How far the file is: everything that committed on the source before `lsn` is in it. */
export interface Checkpoint {
  lsn: Lsn
  /** Commit instant of the last transaction applied, microseconds since 2000-01-01 by the source's clock. */
  commitMicros: bigint | null
  transactions: bigint
  changes: bigint
}

/** Microseconds from 1970-01-01 to 2000-01-01, where Postgres' clock starts. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n

export function postgresMicrosToEpochMs(micros: bigint): number {
  return Number((micros + POSTGRES_EPOCH_MICROS) / 1000n)
}

export function epochMsToPostgresMicros(epochMs: number): bigint {
  return BigInt(Math.round(epochMs)) * 1000n - POSTGRES_EPOCH_MICROS
}
