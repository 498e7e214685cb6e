import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { faultOfSourceError } from './faults.ts'

/** By major version: the minor release from which a table that is added to a publication is seen by every transaction after. */
const mendedIn: Readonly<Record<number, number>> = { 14: 18, 15: 13, 16: 9, 17: 5 }

const POLL_MS = 200

/**
 * The release to update to, like `15.13`, where the server may go on leaving a table out that was added to a publication
 * while a transaction that had written to it was open: until May 2025, a walsender decoded such a transaction by the
 * catalog of before, and kept what it had found there of the table for the transactions after it. Else null.
 * https://www.postgresql.org/docs/release/15.13/
 */
export function releaseThatSeesAddedTables(versionNumber: number): string | null {
  const major = Math.floor(versionNumber / 10_000)
  const minor = mendedIn[major]
  return minor !== undefined && versionNumber % 10_000 < minor ? `${major}.${minor}` : null
}

export async function readVersionNumber(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query({ text: `SELECT pg_catalog.current_setting('server_version_num')::int4 AS version`, types: pg.types })
  return rows[0].version
}

/**
 * Makes every walsender look at the publications again, once no transaction is open any more that had begun before the
 * call. Waits for those as long as they take: cut the connection to end it. Throws the faults of the connection.
 */
export async function refreshPublications(client: pg.ClientBase, names: readonly string[]): Promise<void> {
  try {
    const asked = await client.query(`SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text AS xmax`)
    const { xmax } = asked.rows[0]
    for (;;) {
      const { rows } = await client.query({
        text: `SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()) >= $1::xid8 AS have_ended`,
        values: [xmax],
        types: pg.types,
      })
      if (rows[0].have_ended) break
      await delay(POLL_MS)
    }
    for (const name of names) {
      // To what it is: the change of the catalog alone is heard.
      await client.query(`ALTER PUBLICATION ${pg.escapeIdentifier(name)} SET (publish_via_partition_root = true)`)
    }
  } catch (error) {
    throw faultOfSourceError(error)
  }
}
