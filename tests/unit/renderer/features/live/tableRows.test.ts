import { expect, it } from 'vitest'
import { demoRates, neighbourRate, stopOf } from '../../../../../src/renderer/features/live/demoRates.ts'
import { canBeCopiedAgain, canBeRemoved, inOrder, matching, textColumnsNote } from '../../../../../src/renderer/features/live/tableRows.ts'
import { tableOf } from '../../support/snapshots.ts'

it('puts what needs a look on top and leaves the rest by name', () => {
  const tables = [
    tableOf({ name: 'excluded', state: 'excluded' }),
    tableOf({ name: 'table_10' }),
    tableOf({ name: 'table_9', state: 'copying' }),
    tableOf({ name: 'zebra', state: 'errored' }),
  ]
  expect(inOrder(tables).map(({ name }) => name)).toEqual(['zebra', 'table_9', 'table_10', 'excluded'])
})

it('finds tables by schema and name', () => {
  const tables = [tableOf({ name: 'orders' }), tableOf({ schema: 'sales', name: 'items' })]
  expect(matching(tables, 'SALES.i').map(({ name }) => name)).toEqual(['items'])
  expect(matching(tables, ' ')).toHaveLength(2)
})

it('names columns kept as text only where there are some', () => {
  expect(textColumnsNote(tableOf({}))).toBeNull()
  expect(textColumnsNote(tableOf({ textColumns: [{ name: 'a', sourceType: 'box' }] }))).toBe('1 as text')
})

it('offers to copy again what the source still has, and is not on its way already', () => {
  const offered = (change: Parameters<typeof tableOf>[0]) => canBeCopiedAgain(tableOf(change))
  expect([offered({}), offered({ state: 'errored' }), offered({ state: 'init' })]).toEqual([true, true, false])
  expect(offered({ state: 'errored', isGone: true })).toBe(false)
  expect(canBeRemoved(tableOf({ state: 'errored', isGone: true }))).toBe(true)
})

it('turns the demo up and down by the stops of its slider', () => {
  expect(demoRates[stopOf(48)]).toBe(50)
  expect(neighbourRate(50, 1)).toBe(100)
  expect(neighbourRate(0, -1)).toBe(0)
  expect(neighbourRate(2000, 1)).toBe(2000)
})
