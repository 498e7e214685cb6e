// Counts of a stage from its exit code and its reporter's JSON. A stage that failed counts at least one
// failure, whatever its report says or lacks.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ exitCode: number, result: any }} StageEnd */

/** @type {Counts} */
export const noCounts = { passed: 0, failed: 0, skipped: 0 }

/** @param {Counts} first @param {Counts} second @returns {Counts} */
export function addCounts(first, second) {
  return {
    passed: first.passed + second.passed,
    failed: first.failed + second.failed,
    skipped: first.skipped + second.skipped,
  }
}

function atLeastOneFailure(counts, isFailed) {
  return isFailed && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Typecheck, lint and build count as one check each. @param {StageEnd} end @returns {Counts} */
export function countsOfCheck({ exitCode }) {
  return exitCode === 0 ? { ...noCounts, passed: 1 } : { ...noCounts, failed: 1 }
}

/** @param {StageEnd} end @returns {Counts} */
export function countsOfVitest({ exitCode, result }) {
  if (!result) return { ...noCounts, failed: 1 }
  // A file that could not be loaded has no tests of its own to fail.
  const unloaded = (result.testResults ?? []).filter(
    (file) => file.status === 'failed' && !file.assertionResults?.some((test) => test.status === 'failed'),
  ).length
  const counts = {
    passed: result.numPassedTests ?? 0,
    failed: (result.numFailedTests ?? 0) + unloaded,
    skipped: (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0),
  }
  return atLeastOneFailure(counts, exitCode !== 0 || counts.passed + counts.skipped === 0)
}

/** @param {StageEnd} end @returns {Counts} */
export function countsOfPlaywright({ exitCode, result }) {
  if (!result?.stats) return { ...noCounts, failed: 1 }
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = result.stats
  // A test that needed a second try has failed once.
  const counts = { passed: expected, failed: unexpected + flaky, skipped }
  return atLeastOneFailure(counts, exitCode !== 0 || expected + skipped === 0)
}
