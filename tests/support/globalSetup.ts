import type { TestProject } from 'vitest/node'
import type { SourceAddress } from '../../src/main/contract/source.ts'
import { sweepLeftovers } from './leftovers.ts'
import { startPostgres, type PostgresMajor } from './testServer.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: Record<PostgresMajor, SourceAddress>
  }
}

/** One Postgres 15 and one 18 for the whole run. A slot is for each test to drop, so there are many. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepLeftovers()
  const config = { max_replication_slots: '100', max_wal_senders: '100' }
  const [older, newer] = await Promise.all([
    startPostgres({ major: 15, config }),
    startPostgres({ major: 18, config }),
  ])
  project.provide('postgres', { 15: older.address, 18: newer.address })
  return async () => {
    await Promise.all([older.stop(), newer.stop()])
  }
}
