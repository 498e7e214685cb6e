import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StagedTable } from '../../../../src/main/engine/batch/stagedTable.ts'
import { spill } from '../../../../src/main/engine/batch/stagedTable.ts'
import { lsnFromBigint, type Lsn } from '../../../../src/main/engine/model/lsn.ts'
import { disposePart, HeldBack } from '../../../../src/main/engine/sync/heldBack.ts'
import { shapeOfPlan } from '../../../../src/main/engine/sync/streamShape.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { temporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts'
import { relation } from '../source/relation.ts'
import { tupleOf } from '../stagedHistory.ts'

let folder: TemporaryFolder
let refusals: number
let held: HeldBack

beforeEach(async () => {
  folder = await temporaryFolder()
  refusals = 0
  held = new HeldBack(planTable(relation()), folder.path, () => refusals++)
})
afterEach(async () => {
  held.dispose()
  await folder.remove()
})

const at = (lsn: number): Lsn => lsnFromBigint(BigInt(lsn))
const shape = shapeOfPlan(planTable(relation()))

/** One transaction that inserts these keys and committed at `lsn`. */
function transaction(lsn: number, ...keys: number[]): void {
  for (const key of keys) held.staged(at(lsn), shape, 100).insert(tupleOf([String(key)]), 100)
}

/** The keys that are applied of a part, in their order. */
function keysOf(part: StagedTable): number[] {
  return part.segments.flatMap((segment) => {
    spill(segment)
    const rows = readFileSync(segment.path, 'utf8').trimEnd().split('\n').filter((line) => line !== '')
    return rows.slice(segment.skippedRows).map((line) => Number(line.split(',').at(-1)!.replaceAll('"', '')))
  })
}

describe('what is held back for a table that is copied', () => {
  it('are the transactions at the snapshot and later, whole', () => {
    transaction(10, 1, 2)
    transaction(20, 3)
    transaction(30, 4, 5)
    held.startFrom(at(20))
    expect([held.takes(at(19)), held.takes(at(20)), held.takes(at(21))]).toEqual([false, true, true])
    transaction(40, 6)
    const part = held.cut()
    expect(keysOf(part)).toEqual([3, 4, 5, 6])
    disposePart(part)
  })

  it('is nothing where the copy holds all of it, and everything where it holds none', () => {
    transaction(10, 1)
    held.startFrom(at(11))
    expect(held.rows).toBe(0)
    held.dispose()
    held = new HeldBack(planTable(relation()), folder.path, () => refusals++)
    transaction(10, 1)
    held.startFrom(at(10))
    expect(keysOf(held.cut())).toEqual([1])
  })

  it('loses what came before a truncate, which empties the copy only if it came after the snapshot', () => {
    transaction(10, 1)
    held.truncate(at(20))
    transaction(20, 2)
    held.startFrom(at(15))
    const [part] = held.cut().parts
    expect(part).toMatchObject({ truncateFirst: true })
    held.truncate(at(30))
    held.dispose()
    held = new HeldBack(planTable(relation()), folder.path, () => refusals++)
    held.truncate(at(10))
    transaction(20, 2)
    held.startFrom(at(15))
    const after = held.cut()
    expect(after.parts[0]).toMatchObject({ truncateFirst: false })
    expect(keysOf(after)).toEqual([2])
  })

  it('is cut into parts that share no files, of which none is left when they are disposed of', () => {
    held.startFrom(at(1))
    transaction(10, 1)
    const first = held.cut()
    transaction(20, 2)
    const second = held.cut()
    expect([keysOf(first), keysOf(second)]).toEqual([[1], [2]])
    const paths = [...first.segments, ...second.segments].map(({ path }) => path)
    expect(new Set(paths).size).toBe(2)
    disposePart(first)
    disposePart(second)
    expect(paths.filter((path) => existsSync(path))).toEqual([])
  })

  it('goes to its file while it is still coming, and is all there in the end', () => {
    const keys = Array.from({ length: 6000 }, (_, key) => key)
    for (const key of keys) transaction(100 + key, key)
    held.startFrom(at(100 + 4321))
    expect(keysOf(held.cut())).toEqual(keys.slice(4321))
  })
})

describe('a change that cannot be held back', () => {
  const refusal = (lsn: number) => ({ lsn: at(lsn), code: 'TABLE_CHANGED', reason: 'changed' })

  it('voids the copy at once, where the snapshot is known', () => {
    held.startFrom(at(10))
    held.refuse(refusal(20))
    expect([refusals, held.refusal?.code]).toEqual([1, 'TABLE_CHANGED'])
  })

  it('voids it as soon as the snapshot is known to lie before it', () => {
    held.refuse(refusal(20))
    expect(refusals).toBe(0)
    held.startFrom(at(20))
    expect(refusals).toBe(1)
  })

  it('is of no weight where the copy holds it already', () => {
    held.refuse(refusal(20))
    held.startFrom(at(21))
    expect([refusals, held.refusal]).toEqual([0, null])
  })
})
