import { hash } from 'node:crypto'
import type { CanonicalValue } from './canonicalValue.ts'
import { floatOf } from './canonicalValue.ts'
import { isFloat } from './valueFamily.ts'
import type { ValueFamily } from './valueFamily.ts'

export type AnswerRow = CanonicalValue[]

/**
 * Up to so many rows, and so much text, an answer is kept whole; beyond, by its digest. Sorting more would
 * hold up the stream.
 */
const KEPT_ROWS = 50_000
const KEPT_CHARACTERS = 32 * 2 ** 20

/** What one engine answered, in the common form, in bounded memory. */
export class Answer {
  readonly families: readonly ValueFamily[]
  rowCount = 0
  /** Null once there were too many to keep. */
  rows: AnswerRow[] | null = []
  /** The sum of the rows' hashes: the same for the same rows in any order. Floats take no part. */
  digest = 0n
  /** Of each float column: what its values add up to, and of how many. */
  readonly floatSums: { sum: number; count: number }[]
  private characters = 0

  constructor(families: readonly ValueFamily[]) {
    this.families = families
    this.floatSums = families.map(() => ({ sum: 0, count: 0 }))
  }

  add(row: AnswerRow): void {
    this.rowCount += 1
    const key = exactKey(row, this.families)
    this.digest = (this.digest + hashOf(key)) & MASK
    for (const [column, family] of this.families.entries()) {
      const value = row[column]
      if (!isFloat(family) || typeof value !== 'string') continue
      const sums = this.floatSums[column]!
      sums.count += 1
      sums.sum += floatOf(value)
    }
    if (!this.rows) return
    this.characters += key.length
    if (this.rowCount > KEPT_ROWS || this.characters > KEPT_CHARACTERS) this.rows = null
    else this.rows.push(row)
  }
}

const MASK = (1n << 128n) - 1n

function hashOf(text: string): bigint {
  const bytes = hash('md5', text, 'buffer')
  return (bytes.readBigUInt64LE(0) << 64n) | bytes.readBigUInt64LE(8)
}

/** All of a row but its floats, which are never exactly the same on two engines; no two rows share a key. */
export function exactKey(row: AnswerRow, families: readonly ValueFamily[]): string {
  let key = ''
  for (let column = 0; column < row.length; column += 1) {
    const value = row[column]!
    if (value === null) key += '-'
    else if (Array.isArray(value)) key += JSON.stringify(value)
    else if (isFloat(families[column]!)) key += '~'
    else key += `${value.length}:${value}`
  }
  return key
}
