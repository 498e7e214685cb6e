import type { Comparison } from '../../contract/compare.ts'
import { exactKey } from './answer.ts'
import type { Answer, AnswerRow } from './answer.ts'
import type { CanonicalValue } from './canonicalValue.ts'
import { floatOf } from './canonicalValue.ts'
import { isFloat, toleranceOf } from './valueFamily.ts'
import type { ValueFamily } from './valueFamily.ts'

export type AnswerVerdict = NonNullable<Comparison['answer']>

export interface ComparedAnswers {
  verdict: AnswerVerdict
  /** What to know of how they were compared; short lines. */
  notes: string[]
}

/** Two answers of the same columns. No sentence of the verdict holds a value. */
export function compareAnswers(
  source: Answer,
  replica: Answer,
  { columnNames, isOrdered }: { columnNames: readonly string[]; isOrdered: boolean },
): ComparedAnswers {
  const counts = { sourceRows: source.rowCount, replicaRows: replica.rowCount }
  if (!source.rows || !replica.rows) return compareDigests(source, replica)
  const { families } = source
  if (isOrdered && source.rowCount === replica.rowCount) {
    const firstOther = source.rows.findIndex((row, index) => !sameRow(row, replica.rows![index]!, families))
    if (firstOther === -1)
      return { verdict: { same: true, ...counts, comparedAs: 'ordered', difference: null }, notes: [] }
  }
  const isSameBag = source.digest === replica.digest && source.rowCount === replica.rowCount && !families.some(isFloat)
  const unmatched = isSameBag ? nothingUnmatched : unmatchedRows(source.rows, replica.rows, families)
  const same = unmatched.source.length === 0 && unmatched.replica.length === 0
  const notes =
    same && isOrdered
      ? [
          'The rows are the same in another order: ORDER BY leaves ties open, or the two order text by different collations.',
        ]
      : []
  const difference = same ? null : differenceOf(source, replica, unmatched, columnNames)
  return { verdict: { same, ...counts, comparedAs: 'unordered', difference }, notes }
}

function compareDigests(source: Answer, replica: Answer): ComparedAnswers {
  const floats = source.floatSums.every(({ sum, count }, column) => {
    const other = replica.floatSums[column]!
    return count === other.count && (count === 0 || closeTo(sum, other.sum, 1e-6))
  })
  const sameCount = source.rowCount === replica.rowCount
  const same = sameCount && source.digest === replica.digest && floats
  return {
    verdict: {
      same,
      sourceRows: source.rowCount,
      replicaRows: replica.rowCount,
      comparedAs: 'unordered',
      difference: same ? null : sameCount ? 'The rows are not all the same.' : countsDiffer(source, replica),
    },
    notes: ['Answers this large are compared by a digest of their rows, in any order, and floats by their sums.'],
  }
}

function countsDiffer(source: Answer, replica: Answer): string {
  return `The source answered with ${rowsText(source.rowCount)}, the replica with ${rowsText(replica.rowCount)}.`
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`
}

interface Unmatched {
  source: AnswerRow[]
  replica: AnswerRow[]
}

const nothingUnmatched: Unmatched = { source: [], replica: [] }

function differenceOf(source: Answer, replica: Answer, unmatched: Unmatched, columnNames: readonly string[]): string {
  if (source.rowCount !== replica.rowCount) return countsDiffer(source, replica)
  const columns = differingColumns(unmatched, source.families).map(
    (column) => columnNames[column] ?? `column ${column + 1}`,
  )
  const where = columns.length === 0 || columns.length > 4 ? '' : `, in ${listed(columns)}`
  const count = unmatched.source.length
  return `${count} of ${rowsText(source.rowCount)} ${count === 1 ? 'differs' : 'differ'}${where}.`
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Pairs the rows that found no partner in their sorted order, and looks where the pairs differ. */
function differingColumns({ source, replica }: Unmatched, families: readonly ValueFamily[]): number[] {
  const differing = new Set<number>()
  const others = sorted(replica, families)
  for (const [index, row] of sorted(source, families).entries()) {
    for (const [column, family] of families.entries()) {
      if (!sameValue(row[column]!, others[index]?.[column] ?? null, family)) differing.add(column)
    }
  }
  return [...differing].sort((a, b) => a - b)
}

function sorted(rows: readonly AnswerRow[], families: readonly ValueFamily[]): AnswerRow[] {
  return rows
    .map((row) => ({ row, key: exactKey(row, families) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : compareFloats(a.row, b.row, families)))
    .map(({ row }) => row)
}

/** Takes every row of one side away that has an equal on the other. */
function unmatchedRows(
  source: readonly AnswerRow[],
  replica: readonly AnswerRow[],
  families: readonly ValueFamily[],
): Unmatched {
  const groups = new Map<string, Unmatched>()
  const groupOf = (row: AnswerRow): Unmatched => {
    const key = exactKey(row, families)
    const known = groups.get(key)
    if (known) return known
    const made: Unmatched = { source: [], replica: [] }
    groups.set(key, made)
    return made
  }
  for (const row of source) groupOf(row).source.push(row)
  for (const row of replica) groupOf(row).replica.push(row)
  const left: Unmatched = { source: [], replica: [] }
  const hasFloats = families.some(isFloat)
  for (const group of groups.values()) {
    const rest = hasFloats ? unmatchedByFloats(group, families) : unmatchedByCount(group)
    left.source.push(...rest.source)
    left.replica.push(...rest.replica)
  }
  return left
}

function unmatchedByCount({ source, replica }: Unmatched): Unmatched {
  const both = Math.min(source.length, replica.length)
  return { source: source.slice(both), replica: replica.slice(both) }
}

/** Rows alike but for their floats: in the order of these, each takes the first partner that is close. */
function unmatchedByFloats(group: Unmatched, families: readonly ValueFamily[]): Unmatched {
  const source = group.source.toSorted((a, b) => compareFloats(a, b, families))
  const replica = group.replica.toSorted((a, b) => compareFloats(a, b, families))
  const left: Unmatched = { source: [], replica: [] }
  const free = [...replica]
  for (const row of source) {
    const partner = free.slice(0, NEAR).findIndex((other) => sameRow(row, other, families))
    if (partner === -1) left.source.push(row)
    else free.splice(partner, 1)
  }
  left.replica.push(...free)
  return left
}

/** How far apart two close rows may lie after sorting by floats that are not quite the same. */
const NEAR = 64

function compareFloats(a: AnswerRow, b: AnswerRow, families: readonly ValueFamily[]): number {
  for (const [column, family] of families.entries()) {
    if (!isFloat(family)) continue
    const first = a[column]
    const second = b[column]
    if (typeof first !== 'string' || typeof second !== 'string') continue
    const x = floatOf(first)
    const y = floatOf(second)
    if (x !== y && !closeTo(x, y, toleranceOf(family))) return x < y ? -1 : 1
  }
  return 0
}

function sameRow(a: AnswerRow, b: AnswerRow, families: readonly ValueFamily[]): boolean {
  return a.length === b.length && a.every((value, column) => sameValue(value, b[column]!, families[column]!))
}

function sameValue(a: CanonicalValue, b: CanonicalValue, family: ValueFamily): boolean {
  if (a === null || b === null) return a === b
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((element, index) => sameValue(element, b[index]!, family))
  }
  if (a === b) return true
  return isFloat(family) && closeTo(floatOf(a), floatOf(b), toleranceOf(family))
}

export function closeTo(a: number, b: number, tolerance: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}
