import { expect, test } from 'vitest'
import type { Verification, VerifiedTable } from '../../../../../src/main/contract/verify.ts'
import { verifySentence } from '../../../../../src/renderer/features/live/verifySentence.ts'

function tableOf(found: Partial<VerifiedTable>): VerifiedTable {
  return {
    schema: 'public',
    name: 'orders',
    outcome: 'same',
    reason: null,
    lsn: '0/1',
    rowsCompared: 10,
    rowsMissing: 0,
    rowsExtra: 0,
    rowsAltered: 0,
    rowsRepaired: 0,
    rowsUnsettled: 0,
    keyColumns: ['id'],
    differences: [],
    ...found,
  }
}

function verificationOf(tables: Partial<VerifiedTable>[], more: Partial<Verification> = {}): Verification {
  return {
    runId: 'r',
    state: 'done',
    mode: 'full',
    repair: false,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: null,
    tables: tables.map(tableOf),
    rows: 10,
    expectedRows: 40,
    remainingMs: null,
    activity: null,
    fault: null,
    ...more,
  }
}

test('equal is said only where every table is', () => {
  expect(verifySentence(verificationOf([{}])).headline).toBe('The copy is equal to its source.')
  expect(verifySentence(verificationOf([{}, { outcome: 'not-verified' }]))).toMatchObject({
    tone: 'warn',
    headline: '1 table could not be verified; the others are equal.',
  })
})

test('the cheap mode does not claim what only the full one can', () => {
  expect(verifySentence(verificationOf([{}], { mode: 'cheap' })).detail).toContain('a full verification compares every value')
})

test('what differs is counted, and what was mended is not', () => {
  const differs = verificationOf([{ outcome: 'differs', rowsMissing: 2, rowsAltered: 1, rowsRepaired: 2 }])
  expect(verifySentence(differs)).toMatchObject({ tone: 'bad', headline: '1 row of 1 table differs from the source.' })
  const mended = verificationOf([{ outcome: 'repaired', rowsExtra: 3, rowsRepaired: 3 }])
  expect(verifySentence(mended)).toMatchObject({ tone: 'ok', headline: '3 rows mended: the copy is equal to its source.' })
})

test('while it runs it tells how far it is, how fast, and how long it will take', () => {
  const running = verificationOf([{ outcome: 'running' }], { state: 'running', remainingMs: 90_000, activity: 'Comparing public.orders.' })
  expect(verifySentence(running).detail).toBe('Comparing public.orders. 10 of 40 rows; 0.3 rows a second, about 2 min to go.')
})
