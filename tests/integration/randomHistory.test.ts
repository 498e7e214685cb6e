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
      // The same ones each time; the long tests draw new ones.
      await fc.assert(property, { numRuns: 6, seed: 20 + major, endOnFailure: true })
    } finally {
      await source.drop()
    }
  })
})
