import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SlotHealth } from '../../contract/live.ts'
import { lsnDistanceBytes, parseLsn, type Lsn } from '../model/lsn.ts'
import { applicationNamePrefix } from './connection.ts'
import { faultOfSourceError } from './faults.ts'

/** The slot and the source's clock and log, all of one moment. */
export interface SlotFacts {
  name: string
  health: Exclude<SlotHealth['health'], 'unknown'>
  plugin: string | null
  database: string | null
  active: boolean
  activePid: number | null
  restartLsn: Lsn | null
  confirmedFlushLsn: Lsn | null
  /** As the source says: reserved, extended, unreserved, lost. */
  walStatus: string | null
  /** Why the source has invalidated the slot, in its word (from server 17 on). */
  invalidationReason: string | null
  /** Log that the source keeps for the slot; null where there is no slot. */
  retainedBytes: number | null
  /** `max_slot_wal_keep_size`; null where the source sets no limit. */
  budgetBytes: number | null
  /** The end of the source's log as written; on a standby, as replayed. */
  currentLsn: Lsn
  /** `clock_timestamp()` of the source, milliseconds since the epoch, with fractions. */
  sourceClockMs: number
  inRecovery: boolean
  /** Null where the role may not ask; IDENTIFY_SYSTEM on the stream's connection tells it too. */
  systemId: string | null
  timeline: number | null
}

/** https://www.postgresql.org/docs/current/view-pg-replication-slots.html */
function slotQuery(withControl: boolean): string {
  const control = withControl
    ? `(SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS system_id,
       (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()) AS timeline,`
    : 'NULL::text AS system_id, NULL::int AS timeline,'
  return `
SELECT s.slot_name IS NOT NULL AS found, s.plugin::text AS plugin, s.database::text AS database,
       s.active, s.active_pid, s.wal_status, s.restart_lsn::text AS restart_lsn,
       s.confirmed_flush_lsn::text AS confirmed_flush_lsn,
       pg_catalog.to_jsonb(s)->>'invalidation_reason' AS invalidation_reason,
       (pg_catalog.to_jsonb(s)->>'conflicting')::boolean AS conflicting,
       source.in_recovery, source.current_lsn::text AS current_lsn, source.retained_to::text AS retained_to,
       ${control}
       k.setting::float8 * 1048576 AS budget_bytes,
       (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::float8 AS clock_ms
FROM (SELECT r.in_recovery,
             CASE WHEN r.in_recovery THEN pg_catalog.pg_last_wal_replay_lsn()
                  ELSE pg_catalog.pg_current_wal_lsn() END AS current_lsn,
             CASE WHEN r.in_recovery
                  THEN COALESCE(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
                  ELSE pg_catalog.pg_current_wal_lsn() END AS retained_to
      FROM (SELECT pg_catalog.pg_is_in_recovery() AS in_recovery) AS r) AS source
CROSS JOIN (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size') AS k
LEFT JOIN pg_catalog.pg_replication_slots AS s ON s.slot_name = $1::name`
}

/** Clients whose role may not read the control file: they are asked the smaller question. */
const withoutControl = new WeakSet<pg.ClientBase>()

/**
 * How the slot is, in one query that may be asked every second. `health`: `ok`; `unreserved` (its log
 * may be removed at the next checkpoint); `lost` (invalidated for good); `missing`.
 */
export async function readSlotHealth(client: pg.ClientBase, slotName: string): Promise<SlotFacts> {
  try {
    return await readFacts(client, slotName, !withoutControl.has(client))
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42501' || withoutControl.has(client)) throw faultOfSourceError(error)
    withoutControl.add(client)
  }
  try {
    return await readFacts(client, slotName, false)
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

async function readFacts(client: pg.ClientBase, slotName: string, withControl: boolean): Promise<SlotFacts> {
  const { rows } = await client.query({ text: slotQuery(withControl), values: [slotName], types: pg.types })
  const row = rows[0]!
  const lsn = (text: string | null): Lsn | null => (text === null ? null : parseLsn(text))
  const restartLsn = lsn(row.restart_lsn)
  return {
    name: slotName,
    health: healthOf({
      found: row.found,
      walStatus: row.wal_status,
      isInvalid: row.conflicting === true || (row.invalidation_reason ?? null) !== null,
    }),
    plugin: row.plugin,
    database: row.database,
    active: row.active ?? false,
    activePid: row.active_pid,
    restartLsn,
    confirmedFlushLsn: lsn(row.confirmed_flush_lsn),
    walStatus: row.wal_status,
    invalidationReason: row.invalidation_reason ?? null,
    retainedBytes: restartLsn === null ? null : lsnDistanceBytes(restartLsn, parseLsn(row.retained_to)),
    budgetBytes: row.budget_bytes < 0 ? null : row.budget_bytes,
    currentLsn: parseLsn(row.current_lsn),
    sourceClockMs: row.clock_ms,
    inRecovery: row.in_recovery,
    systemId: row.system_id,
    timeline: row.timeline,
  }
}

export function healthOf(facts: {
  found: boolean
  walStatus: string | null
  isInvalid: boolean
}): SlotFacts['health'] {
  if (!facts.found) return 'missing'
  if (facts.isInvalid || facts.walStatus === 'lost') return 'lost'
  return facts.walStatus === 'unreserved' ? 'unreserved' : 'ok'
}

/** What the window shows of a slot. */
export function slotHealthOf(facts: SlotFacts): SlotHealth {
  const { name, health, active, retainedBytes, budgetBytes } = facts
  return { name, health, active, retainedBytes, budgetBytes }
}

const POLL_MS = 50

/**
 * Drops a slot. One that is in use is waited for, up to `waitMs`; where its walsender is ours (by
 * application_name and role) it is ended first. Throws SLOT_IN_USE where it stays in use.
 */
export async function dropSlot(
  client: pg.ClientBase,
  name: string,
  options: { waitMs: number },
): Promise<'dropped' | 'missing'> {
  const timeIsUp = AbortSignal.timeout(options.waitMs)
  for (;;) {
    try {
      const state = await slotUse(client, name)
      if (state === null) return 'missing'
      if (state.isOurs) await client.query({ text: 'SELECT pg_catalog.pg_terminate_backend($1)', values: [state.pid] })
      if (!state.active) {
        await client.query({ text: 'SELECT pg_catalog.pg_drop_replication_slot($1)', values: [name] })
        return 'dropped'
      }
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if (code === '42704') return 'missing'
      if (code !== '55006') throw faultOfSourceError(error)
    }
    if (timeIsUp.aborted) break
    await delay(POLL_MS)
  }
  throw new MillraceError({
    code: 'SLOT_IN_USE',
    message: `The replication slot ${name} is in use by another connection.`,
    advice: 'Stop what follows with it (see active_pid in pg_replication_slots), then drop it again.',
  })
}

async function slotUse(
  client: pg.ClientBase,
  name: string,
): Promise<{ active: boolean; pid: number | null; isOurs: boolean } | null> {
  const { rows } = await client.query({
    text: `
SELECT s.active, s.active_pid AS pid,
       COALESCE(pg_catalog.starts_with(a.application_name, $2) AND a.usename = current_user, false) AS is_ours
FROM pg_catalog.pg_replication_slots AS s
LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = s.active_pid
WHERE s.slot_name = $1::name`,
    values: [name, applicationNamePrefix],
    types: pg.types,
  })
  const row = rows[0]
  return row ? { active: row.active, pid: row.pid, isOurs: row.is_ours } : null
}
