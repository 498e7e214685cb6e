import fc from 'fast-check'
import { describe, it } from 'vitest'
import { sharedPostgres } from '../support/postgres.ts'
import { followHistory, randomHistory } from '../support/randomHistory.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

describe.each([15, 18] as const)('any history on Postgres %i', (major) => {
  it('ends with every row equal, whatever was done to the tables and to the session', async () => {
    await using folder = await temporaryFolder()
    const source = await sharedPostgres(major).createDatabase()
    try {
      const property = fc.asyncProperty(randomHistory, (history) => followHistory(source, folder.path, history))
      // A failure tells its seed, and what is left of the history after shrinking.
      await fc.assert(property, { numRuns: 150, interruptAfterTimeLimit: 600_000, markInterruptAsFailure: false })
    } finally {
      await source.drop()
    }
  })
})
