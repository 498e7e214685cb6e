import type { Finding } from '../../contract/source.ts'
import pg from 'pg'
import type { OpenTransaction, PreflightFacts } from './preflightFacts.ts'
import { releaseThatSeesAddedTables } from './publicationRefresh.ts'

export const OLDEST_MAJOR_VERSION = 14
export const NEWEST_MAJOR_VERSION = 18

/** A slot for the stream, and one for a moment when a table is copied again. */
const WANTED_SLOTS = 2
/** Below this a stall of ours (a long apply, a laptop that sleeps for a moment) cuts the stream. */
const SHORT_SENDER_TIMEOUT_MS = 10_000

type Check = (facts: PreflightFacts) => Finding[]

function ok(check: string, found: string): Finding {
  return { check, severity: 'ok', found, advice: '' }
}

const setting = (name: string, value: string): string => `ALTER SYSTEM SET ${name} = ${pg.escapeLiteral(value)};`
const reload = 'SELECT pg_reload_conf();'
const restartNeeded = '-- then restart the server'

export function majorVersionOf(facts: Pick<PreflightFacts, 'versionNumber'>): number {
  return Math.floor(facts.versionNumber / 10_000)
}

const serverVersion: Check = (facts) => {
  const check = 'server-version'
  const major = majorVersionOf(facts)
  if (major < OLDEST_MAJOR_VERSION) {
    return [
      {
        check,
        severity: 'blocker',
        found: `The server is Postgres ${facts.version}, and Millrace needs ${OLDEST_MAJOR_VERSION} or later.`,
        advice: `Upgrade the server, or follow one of version ${OLDEST_MAJOR_VERSION} to ${NEWEST_MAJOR_VERSION}.`,
      },
    ]
  }
  if (major > NEWEST_MAJOR_VERSION) {
    return [
      {
        check,
        severity: 'warning',
        found: `The server is Postgres ${facts.version}, newer than any that Millrace was tried with.`,
        advice: 'Look for a newer Millrace; until then compare the replica with the source now and then.',
      },
    ]
  }
  const mended = releaseThatSeesAddedTables(facts.versionNumber)
  if (mended !== null) {
    return [
      {
        check,
        severity: 'warning',
        found: `The server is Postgres ${facts.version}, which may leave out changes of a table that is added to a publication while it is written to.`,
        advice: `Update the server to ${mended} or later; until then Millrace waits for open transactions, and adds such tables in two steps.`,
      },
    ]
  }
  return [ok(check, `The server is Postgres ${facts.version}.`)]
}

/** Decoding works on a standby from 16 on, but publications are made on the primary alone. */
const recovery: Check = (facts) =>
  facts.inRecovery
    ? [
        {
          check: 'in-recovery',
          severity: 'blocker',
          found: 'The server is a standby, on which no publication can be made.',
          advice: 'Give the address of the primary.',
        },
      ]
    : []

const walLevel: Check = (facts) =>
  facts.walLevel === 'logical'
    ? [ok('wal-level', 'wal_level is logical.')]
    : [
        {
          check: 'wal-level',
          severity: 'blocker',
          found: `wal_level is ${facts.walLevel}, so the log cannot be decoded into rows.`,
          advice: 'Set wal_level to logical and restart the server (at a hosting provider: its parameter for logical replication).',
          sql: `${setting('wal_level', 'logical')}\n${restartNeeded}`,
        },
      ]

const freeSlots: Check = (facts) => {
  const check = 'free-slots'
  const free = facts.maxReplicationSlots - facts.usedReplicationSlots
  const sql = `${setting('max_replication_slots', String(facts.maxReplicationSlots + 10))}\n${restartNeeded}`
  const taken = `${facts.usedReplicationSlots} of ${facts.maxReplicationSlots} replication slots are taken`
  if (free < 1) {
    return [
      {
        check,
        severity: 'blocker',
        found: `${taken}, none is free.`,
        advice: 'Drop a slot that nobody uses, or raise max_replication_slots and restart the server.',
        sql: `-- unused slots:\nSELECT slot_name, database, active FROM pg_replication_slots WHERE NOT active;\n-- or\n${sql}`,
      },
    ]
  }
  if (free < WANTED_SLOTS) {
    return [
      {
        check,
        severity: 'note',
        found: `${taken}; with ours there is none left.`,
        advice: 'Raise max_replication_slots if tables shall be copied again later, which takes one for a moment.',
        sql,
      },
    ]
  }
  return [ok(check, `${taken}.`)]
}

const freeSenders: Check = (facts) => {
  const check = 'free-senders'
  const taken = `${facts.usedWalSenders} of ${facts.maxWalSenders} WAL senders are taken`
  if (facts.usedWalSenders < facts.maxWalSenders) return [ok(check, `${taken}.`)]
  return [
    {
      check,
      severity: 'blocker',
      found: `${taken}, none is free.`,
      advice: 'End a standby or subscriber that nobody needs, or raise max_wal_senders and restart the server.',
      sql: `${setting('max_wal_senders', String(facts.maxWalSenders + 10))}\n${restartNeeded}`,
    },
  ]
}

const replicationPrivilege: Check = (facts) => {
  const check = 'replication-privilege'
  if (facts.isSuperuser) return [ok(check, `The role ${facts.user} is a superuser.`)]
  if (facts.hasReplication) return [ok(check, `The role ${facts.user} has REPLICATION.`)]
  if (facts.inReplicationGroup) return [ok(check, `The role ${facts.user} is in rds_replication.`)]
  return [
    {
      check,
      severity: 'blocker',
      found: `The role ${facts.user} may not use replication slots.`,
      advice: 'Let a superuser give it REPLICATION (on Amazon RDS: GRANT rds_replication).',
      sql: `ALTER ROLE ${pg.escapeIdentifier(facts.user)} REPLICATION;`,
    },
  ]
}

const publicationPrivilege: Check = (facts) =>
  facts.mayCreatePublication
    ? [ok('publication-privilege', `The role ${facts.user} may make a publication in ${facts.database}.`)]
    : [
        {
          check: 'publication-privilege',
          severity: 'blocker',
          found: `The role ${facts.user} may not make a publication in ${facts.database}.`,
          advice: 'Grant it CREATE on the database.',
          sql: `GRANT CREATE ON DATABASE ${pg.escapeIdentifier(facts.database)} TO ${pg.escapeIdentifier(facts.user)};`,
        },
      ]

function gigabytes(bytes: number): string {
  return bytes >= 1024 ** 3 ? `${+(bytes / 1024 ** 3).toFixed(1)} GB` : `${Math.round(bytes / 1024 ** 2)} MB`
}

const walBudget: Check = (facts) =>
  facts.maxSlotWalKeepBytes === null
    ? [
        {
          check: 'wal-budget',
          severity: 'note',
          found: 'The server sets no limit to the log that it keeps for a slot, so a replica that stays away can fill its disk.',
          advice: 'Set max_slot_wal_keep_size to what the disk can spare, and drop the replica when you no longer need it.',
          sql: `${setting('max_slot_wal_keep_size', '20GB')}\n${reload}`,
        },
      ]
    : [ok('wal-budget', `The server keeps at most ${gigabytes(facts.maxSlotWalKeepBytes)} of log for a slot.`)]

const senderTimeout: Check = (facts) =>
  facts.walSenderTimeoutMs > 0 && facts.walSenderTimeoutMs < SHORT_SENDER_TIMEOUT_MS
    ? [
        {
          check: 'sender-timeout',
          severity: 'note',
          found: `The server cuts a stream that is silent for ${facts.walSenderTimeoutMs / 1000} s (wal_sender_timeout).`,
          advice: 'Raise it for this role if the stream is cut often.',
          sql: `ALTER ROLE ${pg.escapeIdentifier(facts.user)} SET wal_sender_timeout = '60s';`,
        },
      ]
    : []

const idleSlotTimeout: Check = (facts) =>
  facts.idleSlotTimeoutSeconds > 0
    ? [
        {
          check: 'idle-slot-timeout',
          severity: 'warning',
          found: `The server invalidates a slot that nobody uses for ${Math.round(facts.idleSlotTimeoutSeconds / 60)} minutes.`,
          advice: 'Keep Millrace running, or raise idle_replication_slot_timeout; a replica that was away longer is copied again.',
          sql: `${setting('idle_replication_slot_timeout', '0')}\n${reload}`,
        },
      ]
    : []

/** `*` would make the source's commits wait for a file on a laptop. */
function namesMillrace(synchronousStandbyNames: string): boolean {
  return /\*|millrace/i.test(synchronousStandbyNames)
}

const synchronousStandby: Check = (facts) =>
  namesMillrace(facts.synchronousStandbyNames)
    ? [
        {
          check: 'synchronous-standby',
          severity: 'warning',
          found: 'synchronous_standby_names takes any client as a standby, so commits on the source would wait for this replica.',
          advice: 'Name the real standbys in synchronous_standby_names.',
          sql: `-- instead of ${facts.synchronousStandbyNames}\n${setting('synchronous_standby_names', 'FIRST 1 (standby_name)')}\n${reload}`,
        },
      ]
    : []

function describeAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`
  return `${Math.round(seconds / 3600)} hours`
}

function describeTransaction(open: OpenTransaction): string {
  if (open.kind === 'prepared') return `the prepared transaction ${JSON.stringify(open.preparedName)}`
  return `a transaction of ${open.applicationName || open.user || 'another session'} (pid ${open.pid})`
}

const openTransactions: Check = (facts) =>
  facts.openTransactions.map((open) => ({
    check: 'open-transaction',
    severity: 'note',
    found: `Making the slot waits for ${describeTransaction(open)}, open for ${describeAge(open.ageSeconds)}.`,
    advice: 'Let it end, or end it if it was forgotten.',
    sql:
      open.kind === 'prepared'
        ? `ROLLBACK PREPARED ${pg.escapeLiteral(open.preparedName ?? '')};`
        : `SELECT pg_terminate_backend(${open.pid});`,
  }))

const foreignTables: Check = (facts) =>
  facts.foreignTables > 0
    ? [
        {
          check: 'foreign-tables',
          severity: 'note',
          found:
            facts.foreignTables === 1
              ? 'One foreign table is not listed, because its rows are not in this server.'
              : `${facts.foreignTables} foreign tables are not listed, because their rows are not in this server.`,
          advice: 'Follow the server that holds them.',
        },
      ]
    : []

const checks: readonly Check[] = [
  serverVersion,
  recovery,
  walLevel,
  freeSlots,
  freeSenders,
  replicationPrivilege,
  publicationPrivilege,
  walBudget,
  senderTimeout,
  idleSlotTimeout,
  synchronousStandby,
  openTransactions,
  foreignTables,
]

/** What the facts of a server mean for following it, in the order in which a person would mend it. */
export function findingsOf(facts: PreflightFacts): Finding[] {
  return checks.flatMap((check) => check(facts))
}
