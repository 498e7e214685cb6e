import { describe, expect, it } from 'vitest'
import { electronObstacle } from '../../../scripts/launch.mjs'
import { addCounts, countsOfCheck, countsOfPlaywright, countsOfVitest } from '../../../scripts/testCounts.mjs'

describe('the counts that npm test closes with', () => {
  it('count a check as one', () => {
    expect(countsOfCheck({ exitCode: 0, result: null })).toEqual({ passed: 1, failed: 0, skipped: 0 })
    expect(countsOfCheck({ exitCode: 2, result: null })).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('take what Vitest reports', () => {
    const result = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, testResults: [] }
    expect(countsOfVitest({ exitCode: 0, result })).toEqual({ passed: 7, failed: 0, skipped: 3 })
  })

  it('count a test file that could not be loaded as a failure', () => {
    const result = { numPassedTests: 7, testResults: [{ status: 'failed', assertionResults: [] }] }
    expect(countsOfVitest({ exitCode: 1, result }).failed).toBe(1)
  })

  it('never call a stage that crashed, wrote no report or ran no test a success', () => {
    expect(countsOfVitest({ exitCode: 1, result: { numPassedTests: 7 } }).failed).toBe(1)
    expect(countsOfVitest({ exitCode: 0, result: null }).failed).toBe(1)
    expect(countsOfVitest({ exitCode: 0, result: { numPassedTests: 0 } }).failed).toBe(1)
    expect(countsOfPlaywright({ exitCode: 1, result: { stats: { expected: 3 } } }).failed).toBe(1)
    expect(countsOfPlaywright({ exitCode: 0, result: null }).failed).toBe(1)
    expect(countsOfPlaywright({ exitCode: 0, result: { stats: {} } }).failed).toBe(1)
  })

  it('take what Playwright reports, a second try as a failure', () => {
    const result = { stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 } }
    expect(countsOfPlaywright({ exitCode: 1, result })).toEqual({ passed: 4, failed: 2, skipped: 2 })
  })

  it('add up', () => {
    const one = { passed: 1, failed: 0, skipped: 2 }
    expect(addCounts(one, one)).toEqual({ passed: 2, failed: 0, skipped: 4 })
  })
})

describe('where Electron does not run', () => {
  it.each([
    ['as root, because its sandbox stays on', { env: { DISPLAY: ':0' }, platform: 'linux', uid: 0 }, /root/],
    ['without a display', { env: {}, platform: 'linux', uid: 1000 }, /no display/],
    ['where the browser was asked for', { env: { MILLRACE_HOST: 'browser' }, platform: 'darwin', uid: 501 }, /MILLRACE_HOST/],
  ])('%s', (_promise, facts, reason) => {
    expect(electronObstacle(facts)).toMatch(reason)
  })

  it.each([
    [{ env: { DISPLAY: ':0' }, platform: 'linux', uid: 1000 }],
    [{ env: { WAYLAND_DISPLAY: 'wayland-0' }, platform: 'linux', uid: 1000 }],
    [{ env: {}, platform: 'darwin', uid: 501 }],
    [{ env: {}, platform: 'win32', uid: undefined }],
  ])('is not here: %o', (facts) => {
    expect(electronObstacle(facts)).toBeNull()
  })
})
