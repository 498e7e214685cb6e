import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { parseLsn, type Lsn } from '../model/lsn.ts'

const POLL_MS = 20
/** The WAL writer flushes commits that do not wait for the disk within about three of its rounds. */
const ASYNCHRONOUS_COMMIT_MS = 1000

/**
 * A position that covers every commit made before the call. The walsender sends only what is
 * flushed, and a commit under `synchronous_commit = off` may not be yet: it is given a moment.
 * https://www.postgresql.org/docs/current/wal-async-commit.html
 */
export async function readFlushedLsn(client: pg.ClientBase): Promise<Lsn> {
  const { rows } = await client.query('SELECT pg_is_in_recovery() AS standby')
  if (rows[0].standby) {
    const replayed = await client.query('SELECT pg_last_wal_replay_lsn()::text AS lsn')
    return parseLsn(replayed.rows[0].lsn)
  }
  const inserted = await client.query('SELECT pg_current_wal_insert_lsn()::text AS lsn')
  const target = parseLsn(inserted.rows[0].lsn)
  const deadline = performance.now() + ASYNCHRONOUS_COMMIT_MS
  for (;;) {
    const flushed = await client.query('SELECT pg_current_wal_flush_lsn()::text AS lsn')
    const lsn = parseLsn(flushed.rows[0].lsn)
    if (lsn >= target || performance.now() >= deadline) return lsn
    await delay(POLL_MS)
  }
}
