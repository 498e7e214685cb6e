import pg from 'pg'
import { isEncrypted, applicationNamePrefix } from './connection.ts'
import { faultOfSourceError } from './faults.ts'

/** A transaction that the making of a slot would wait for. */
export interface OpenTransaction {
  kind: 'session' | 'prepared'
  /** Null for a prepared transaction, which has no session. */
  pid: number | null
  /** A prepared transaction's identifier. */
  preparedName: string | null
  ageSeconds: number
  /** As the session calls itself; empty where it does not. */
  applicationName: string
  user: string
}

/** What the source says of itself before anything is made on it. */
export interface PreflightFacts {
  /** `server_version_num`: 180004. */
  versionNumber: number
  version: string
  /** Empty where the role may not read it. */
  systemId: string
  database: string
  user: string
  inRecovery: boolean
  tls: boolean
  roundTripMs: number
  walLevel: string
  maxReplicationSlots: number
  usedReplicationSlots: number
  maxWalSenders: number
  usedWalSenders: number
  isSuperuser: boolean
  hasReplication: boolean
  /** Member of a hosting provider's group that stands for REPLICATION (Amazon's rds_replication). */
  inReplicationGroup: boolean
  bypassesRowSecurity: boolean
  mayCreatePublication: boolean
  /** Null where the source sets no limit. */
  maxSlotWalKeepBytes: number | null
  /** 0 is no timeout. */
  walSenderTimeoutMs: number
  /** From server 18 on; 0 is none. */
  idleSlotTimeoutSeconds: number
  hotStandbyFeedback: boolean
  synchronousStandbyNames: string
  openTransactions: OpenTransaction[]
  foreignTables: number
}

/** Younger transactions end before anybody has read of them. */
const LONG_TRANSACTION_SECONDS = 5
const ROUND_TRIPS = 3

const factsQuery = `
SELECT pg_catalog.current_setting('server_version_num')::int AS version_number,
       pg_catalog.current_setting('server_version') AS version,
       pg_catalog.current_database()::text AS database,
       current_user::text AS "user",
       pg_catalog.pg_is_in_recovery() AS in_recovery,
       pg_catalog.current_setting('wal_level') AS wal_level,
       pg_catalog.current_setting('max_replication_slots')::int AS max_replication_slots,
       (SELECT count(*)::int FROM pg_catalog.pg_replication_slots) AS used_replication_slots,
       pg_catalog.current_setting('max_wal_senders')::int AS max_wal_senders,
       (SELECT count(*)::int FROM pg_catalog.pg_stat_replication
        WHERE NOT COALESCE(state = 'startup' AND pg_catalog.starts_with(application_name, $1), false)) AS used_wal_senders,
       r.rolsuper AS is_superuser,
       r.rolreplication AS has_replication,
       r.rolbypassrls AS bypasses_row_security,
       EXISTS (SELECT 1 FROM pg_catalog.pg_roles AS g
               WHERE g.rolname = 'rds_replication' AND pg_catalog.pg_has_role(g.oid, 'USAGE')) AS in_replication_group,
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create_publication,
       (SELECT setting::float8 * 1048576 FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size') AS keep_bytes,
       (SELECT setting::float8 FROM pg_catalog.pg_settings WHERE name = 'wal_sender_timeout') AS wal_sender_timeout_ms,
       (SELECT setting::float8 * CASE unit WHEN 'min' THEN 60 ELSE 1 END
        FROM pg_catalog.pg_settings WHERE name = 'idle_replication_slot_timeout') AS idle_slot_timeout_seconds,
       pg_catalog.current_setting('hot_standby_feedback')::boolean AS hot_standby_feedback,
       pg_catalog.current_setting('synchronous_standby_names') AS synchronous_standby_names,
       (SELECT count(*)::int FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'f' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema') AS foreign_tables
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = current_user`

/**
 * Slot creation waits for every transaction of the whole cluster that has written something.
 * https://www.postgresql.org/docs/current/logicaldecoding-explanation.html#LOGICALDECODING-REPLICATION-SLOTS
 */
const transactionsQuery = `
SELECT * FROM (
  SELECT 'session' AS kind, pid, NULL::text AS prepared_name,
         extract(epoch FROM pg_catalog.clock_timestamp() - xact_start)::float8 AS age_seconds,
         COALESCE(application_name, '') AS application_name, COALESCE(usename::text, '') AS "user"
  FROM pg_catalog.pg_stat_activity
  WHERE backend_xid IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()
  UNION ALL
  SELECT 'prepared', NULL, gid, extract(epoch FROM pg_catalog.clock_timestamp() - prepared)::float8, '', owner::text
  FROM pg_catalog.pg_prepared_xacts
) AS open
WHERE age_seconds >= $1
ORDER BY age_seconds DESC
LIMIT 10`

/** Asks the source, makes nothing. Throws the faults of the connection. */
export async function readFacts(client: pg.Client): Promise<PreflightFacts> {
  try {
    const { rows } = await client.query({ text: factsQuery, values: [applicationNamePrefix], types: pg.types })
    const row = rows[0]!
    const roundTripMs = await measureRoundTrip(client)
    const transactions = await client.query({
      text: transactionsQuery,
      values: [LONG_TRANSACTION_SECONDS],
      types: pg.types,
    })
    return {
      versionNumber: row.version_number,
      version: row.version,
      systemId: await readSystemId(client),
      database: row.database,
      user: row.user,
      inRecovery: row.in_recovery,
      tls: isEncrypted(client),
      roundTripMs,
      walLevel: row.wal_level,
      maxReplicationSlots: row.max_replication_slots,
      usedReplicationSlots: row.used_replication_slots,
      maxWalSenders: row.max_wal_senders,
      usedWalSenders: row.used_wal_senders,
      isSuperuser: row.is_superuser,
      hasReplication: row.has_replication,
      inReplicationGroup: row.in_replication_group,
      bypassesRowSecurity: row.bypasses_row_security,
      mayCreatePublication: row.may_create_publication,
      maxSlotWalKeepBytes: row.keep_bytes < 0 ? null : row.keep_bytes,
      walSenderTimeoutMs: row.wal_sender_timeout_ms,
      idleSlotTimeoutSeconds: row.idle_slot_timeout_seconds ?? 0,
      hotStandbyFeedback: row.hot_standby_feedback,
      synchronousStandbyNames: row.synchronous_standby_names,
      openTransactions: transactions.rows.map((open) => ({
        kind: open.kind,
        pid: open.pid,
        preparedName: open.prepared_name,
        ageSeconds: open.age_seconds,
        applicationName: open.application_name,
        user: open.user,
      })),
      foreignTables: row.foreign_tables,
    }
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

/** By the source's clock: from one answer to the next lies one round trip. */
async function measureRoundTrip(client: pg.Client): Promise<number> {
  const text = 'SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::float8 AS at_ms'
  const instants: number[] = []
  while (instants.length <= ROUND_TRIPS) {
    const { rows } = await client.query({ text, types: pg.types })
    instants.push(rows[0]!.at_ms)
  }
  return Math.max(0, Math.min(...instants.slice(1).map((instant, index) => instant - instants[index]!)))
}

async function readSystemId(client: pg.Client): Promise<string> {
  // In a transaction block a refused statement would spoil what comes after it.
  await client.query('SAVEPOINT system_id').catch(() => {})
  try {
    const { rows } = await client.query('SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()')
    return rows[0]!.id
  } catch {
    await client.query('ROLLBACK TO SAVEPOINT system_id').catch(() => {})
    return ''
  }
}
