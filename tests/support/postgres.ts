import { inject } from 'vitest'
import { attachPostgres, type PostgresMajor, type SharedPostgres } from './testServer.ts'

export { startPostgres } from './testServer.ts'
export type { PostgresMajor, SharedPostgres, TestDatabase, TestPostgres, TestPostgresOptions } from './testServer.ts'

const attached = new Map<PostgresMajor, SharedPostgres>()

/**
 * The one server of this major that the whole run shares. Make a database of your own on it, and drop it
 * at the end; a test that restarts, kills or configures a server starts its own.
 */
export function sharedPostgres(major: PostgresMajor): SharedPostgres {
  const known = attached.get(major)
  if (known) return known
  const shared = attachPostgres(major, inject('postgres')[major])
  attached.set(major, shared)
  return shared
}
