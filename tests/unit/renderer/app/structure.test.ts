import { expect, it } from 'vitest'
import { keepEqualParts } from '../../../../src/renderer/app/structure.ts'

it('keeps the identity of what did not change', () => {
  const before = { lag: { bytes: 1 }, tables: [{ name: 'a', rows: 1 }, { name: 'b', rows: 2 }] }
  const after = keepEqualParts(before, { lag: { bytes: 2 }, tables: [{ name: 'a', rows: 1 }, { name: 'b', rows: 3 }] })
  expect(after.lag).not.toBe(before.lag)
  expect(after.tables[0]).toBe(before.tables[0])
  expect(after.tables[1]).toEqual({ name: 'b', rows: 3 })
})

it('is the very same where nothing changed', () => {
  const before = { tables: [{ name: 'a' }], fault: null }
  expect(keepEqualParts(before, structuredClone(before))).toBe(before)
})

it('sees a part that is gone, and a null that was none', () => {
  const before: { a?: number | null; list: number[] } = { a: 1, list: [1, 2] }
  expect(keepEqualParts(before, { list: [1] })).toEqual({ list: [1] })
  expect(keepEqualParts(before, { a: null, list: [1, 2] })).toEqual({ a: null, list: [1, 2] })
})
