import { expect, test } from 'vitest'
import { judge, type Observation } from '../../../../src/main/engine/reconcile/judge.ts'

const seen = (places: string, mark: string | null, isSame = false): Observation => ({
  places,
  copies: places === '' ? 0 : places.split(',').length,
  mark,
  isSame,
})

test('what is equal at a look is no difference, whatever was seen before', () => {
  expect(judge(null, seen('7', 'v1', true))).toBe('same')
  expect(judge(seen('5', 'v0'), seen('7', 'v1', true))).toBe('same')
  expect(judge(seen('5', null), seen('', null, true))).toBe('same')
})

test('one look proves nothing', () => {
  expect(judge(null, seen('', 'v1'))).toBe('unsettled')
  expect(judge(null, seen('7', null))).toBe('unsettled')
})

test("a row that is the same version on the source at both looks proves the replica's wrong", () => {
  expect(judge(seen('', 'v1'), seen('', 'v1'))).toBe('missing')
  expect(judge(seen('7', 'v1'), seen('7', 'v1'))).toBe('altered')
  expect(judge(seen('5', 'v1'), seen('9', 'v1'))).toBe('altered')
  expect(judge(seen('7', 'v1'), seen('7,8', 'v1'))).toBe('extra')
})

test('a row that is not on the source proves to be extra where the replica was not touched between', () => {
  expect(judge(seen('7', null), seen('7', null))).toBe('extra')
  expect(judge(seen('7,8', null), seen('7,8', null))).toBe('extra')
  expect(judge(seen('7', null), seen('9', null))).toBe('unsettled')
})

test('a row that changed, came or went on the source is looked at again', () => {
  expect(judge(seen('7', 'v1'), seen('7', 'v2'))).toBe('unsettled')
  expect(judge(seen('7', null), seen('7', 'v2'))).toBe('unsettled')
  expect(judge(seen('7', 'v1'), seen('7', null))).toBe('unsettled')
})
