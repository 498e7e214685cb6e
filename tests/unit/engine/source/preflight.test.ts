import { describe, expect, test } from 'vitest'
import type { Finding } from '../../../../src/main/contract/source.ts'
import type { IdentityGap, SourceRelation } from '../../../../src/main/engine/model/relation.ts'
import { doctorSql } from '../../../../src/main/engine/source/doctor.ts'
import {
  blockersOf,
  findingsOf,
  reportOf,
  type PreflightFacts,
  type PreflightOptions,
} from '../../../../src/main/engine/source/preflight.ts'
import { healthOf } from '../../../../src/main/engine/source/slot.ts'
import { column, relation } from './relation.ts'

const facts: PreflightFacts = {
  versionNumber: 180_004,
  version: '18.4',
  systemId: '7',
  database: 'shop',
  user: 'ann',
  inRecovery: false,
  tls: true,
  roundTripMs: 1,
  walLevel: 'logical',
  maxReplicationSlots: 10,
  usedReplicationSlots: 0,
  maxWalSenders: 10,
  usedWalSenders: 0,
  isSuperuser: false,
  hasReplication: true,
  inReplicationGroup: false,
  bypassesRowSecurity: false,
  mayCreatePublication: true,
  maxSlotWalKeepBytes: 20 * 1024 ** 3,
  walSenderTimeoutMs: 60_000,
  idleSlotTimeoutSeconds: 0,
  hotStandbyFeedback: true,
  synchronousStandbyNames: '',
  openTransactions: [],
  foreignTables: 0,
}
const open = { kind: 'session', pid: 42, preparedName: null, ageSeconds: 600, applicationName: 'psql', user: 'ann' } as const
const outline = (findings: Finding[], check: string): string | undefined =>
  findings.find((finding) => finding.check === check)?.severity

describe('a server is told', () => {
  test.each<[string, Partial<PreflightFacts>, string, string | undefined]>([
    ['its version', {}, 'server-version', 'ok'],
    ['that it is too old', { versionNumber: 130_014 }, 'server-version', 'blocker'],
    ['that it is the oldest that serves', { versionNumber: 140_018 }, 'server-version', 'ok'],
    ['that it may leave out an added table', { versionNumber: 150_012 }, 'server-version', 'warning'],
    ['that it is newer than any known', { versionNumber: 190_000 }, 'server-version', 'warning'],
    ['that it is a standby', { inRecovery: true }, 'in-recovery', 'blocker'],
    ['that its log is not logical', { walLevel: 'replica' }, 'wal-level', 'blocker'],
    ['that its slots are taken', { usedReplicationSlots: 10 }, 'free-slots', 'blocker'],
    ['that one slot is left', { usedReplicationSlots: 9 }, 'free-slots', 'note'],
    ['that its senders are taken', { usedWalSenders: 10 }, 'free-senders', 'blocker'],
    ['that the role may not replicate', { hasReplication: false }, 'replication-privilege', 'blocker'],
    ['that a superuser may', { hasReplication: false, isSuperuser: true }, 'replication-privilege', 'ok'],
    ['that a member of the group may', { hasReplication: false, inReplicationGroup: true }, 'replication-privilege', 'ok'],
    ['that the role may not publish', { mayCreatePublication: false }, 'publication-privilege', 'blocker'],
    ['that its log has no limit', { maxSlotWalKeepBytes: null }, 'wal-budget', 'note'],
    ['that it cuts silent streams early', { walSenderTimeoutMs: 5000 }, 'sender-timeout', 'note'],
    ['nothing of a sender timeout that is off', { walSenderTimeoutMs: 0 }, 'sender-timeout', undefined],
    ['that it forgets idle slots', { idleSlotTimeoutSeconds: 3600 }, 'idle-slot-timeout', 'warning'],
    ['that its commits would wait for us', { synchronousStandbyNames: '*' }, 'synchronous-standby', 'warning'],
    ['nothing of named standbys', { synchronousStandbyNames: 'FIRST 1 (s1)' }, 'synchronous-standby', undefined],
    ['of transactions to wait for', { openTransactions: [open] }, 'open-transaction', 'note'],
    ['of prepared ones too', { openTransactions: [{ ...open, kind: 'prepared', pid: null, preparedName: "x'y" }] }, 'open-transaction', 'note'],
    ['of foreign tables', { foreignTables: 2 }, 'foreign-tables', 'note'],
  ])('%s', (_, change, check, severity) => {
    const findings = findingsOf({ ...facts, ...change })
    expect(outline(findings, check)).toBe(severity)
    for (const finding of findings) {
      expect(finding.found).toMatch(/^\S.*\.$/)
      if (finding.severity !== 'ok') expect(finding.advice).toMatch(/^[A-Z].*[.)]$/)
    }
  })
})

const planColumn: PreflightOptions['planColumn'] = () => ({ replicaType: 'INTEGER', exactness: 'exact' })
const report = (tables: SourceRelation[], options: Partial<PreflightOptions> = {}, change: Partial<PreflightFacts> = {}) =>
  reportOf({ ...facts, ...change }, tables, { planColumn, ...options })

describe('a table is told', () => {
  const gaps: IdentityGap[] = [
    'no-primary-key', 'deferrable-primary-key', 'identity-nothing', 'identity-index-missing',
    'generated-key-column', 'full-with-generated-column', 'partitions-differ',
  ]
  test.each(gaps)('that only its inserts can be followed, and what to run (%s)', (identityGap) => {
    for (const primaryKey of [[], [1]]) {
      const { findings, tables, ready } = report([relation({ identityKey: [], identityGap, primaryKey })])
      const finding = findings.find((one) => one.check === 'table-identity')!
      expect(finding).toMatchObject({ severity: 'warning', table: { schema: 'public', name: 'orders' } })
      expect(finding.sql).toContain('"public"."orders"')
      expect(tables[0]).toMatchObject({ follows: 'inserts-only', key: [], reason: finding.found })
      expect(ready).toBe(true)
    }
  })

  test.each<[string, Partial<SourceRelation>]>([
    ['table-unlogged', { isLogged: false }],
    ['table-select', { canSelect: false }],
    ['table-owner', { ownerIsUs: false }],
    ['table-row-security', { rowSecurityApplies: true, hasRowSecurity: true }],
    ['table-columns', { columns: [] }],
  ])('what stands against it, as a blocker only where it was chosen (%s)', (check, change) => {
    const tables = [relation({ ...change, name: 'a' }), relation({ name: 'b' })]
    expect(outline(report(tables).findings, check)).toBe('warning')
    expect(report(tables).ready).toBe(true)
    expect(outline(report(tables, { selection: { include: ['*.*'], exclude: [] } }).findings, check)).toBe('warning')
    expect(outline(report(tables, { selection: { include: ['a', 'b'], exclude: [] } }).findings, check)).toBe('blocker')
    expect(report(tables, { tables }).ready).toBe(false)
    expect(report(tables, { selection: { include: ['b'], exclude: [] } }).tables).toHaveLength(1)
  })

  test('that its rows will be seen whole, and that FULL costs', () => {
    const { findings } = report([relation({ hasRowSecurity: true, replicaIdentity: 'full' })])
    expect(outline(findings, 'table-row-security')).toBe('note')
    expect(outline(findings, 'table-identity-full')).toBe('note')
  })

  test('its key and what its columns become', () => {
    const columns = [column(), column({ attnum: 2, name: 'twice', generated: 's' })]
    const [table] = report([relation({ columns, replicaIdentity: 'full', identityKey: [1] })]).tables
    expect(table).toMatchObject({ key: ['id'], follows: 'every-change' })
    expect(table!.columns[0]).toMatchObject({ key: true, replicaType: 'INTEGER', exact: true })
    expect(table!.columns[1]).toMatchObject({ key: false, replicaType: 'not copied' })
  })

  test('that the replica cannot tell it from another', () => {
    const tables = [relation({ name: 'orders' }), relation({ name: 'Orders' })]
    expect(outline(report(tables).findings, 'table-names')).toBe('warning')
    expect(outline(report(tables, { tables }).findings, 'table-names')).toBe('blocker')
  })

  test('of a thousand alike, a person reads fifty and a number', () => {
    const many = Array.from({ length: 1000 }, (_, index) => relation({ name: `t${index}`, identityKey: [], identityGap: 'no-primary-key' }))
    const findings = report(many).findings.filter((finding) => finding.check === 'table-identity')
    expect(findings).toHaveLength(51)
    expect(findings.at(-1)!.found).toContain('950 more tables')
  })
})

describe('blockers become one fault', () => {
  test.each<[Partial<PreflightFacts>, string]>([
    [{ versionNumber: 130_000 }, 'SERVER_TOO_OLD'],
    [{ walLevel: 'replica' }, 'WAL_LEVEL_NOT_LOGICAL'],
    [{ usedReplicationSlots: 10 }, 'NO_FREE_SLOT'],
    [{ usedWalSenders: 10 }, 'NO_FREE_SENDER'],
    [{ hasReplication: false }, 'NO_REPLICATION_PRIVILEGE'],
    [{ mayCreatePublication: false }, 'NO_PUBLICATION_PRIVILEGE'],
    [{ inRecovery: true }, 'PREFLIGHT_FAILED'],
  ])('%o', (change, code) => {
    const fault = blockersOf(report([relation()], {}, change))!
    expect(fault.code).toBe(code)
    expect(fault.message).toMatch(/\.$/)
  })

  test('of the tables', () => {
    expect(blockersOf(report([]))).toMatchObject({ code: 'NO_TABLES' })
    expect(blockersOf(report([relation({ canSelect: false })], { tables: [] }))).toMatchObject({ code: 'NO_SELECT_PRIVILEGE' })
    expect(blockersOf(report([relation({ ownerIsUs: false })], { tables: [] }))).toMatchObject({ code: 'NO_PUBLICATION_PRIVILEGE' })
  })

  test('which tells of the others', () => {
    const fault = blockersOf(report([relation()], {}, { walLevel: 'replica', usedWalSenders: 10 }))!
    expect(fault.advice).toContain('1 more')
    expect(fault.detail!.split('\n')).toHaveLength(2)
  })

  test('and none where there are none', () => {
    expect(blockersOf(report([relation()]))).toBeNull()
  })
})

describe("doctor's SQL", () => {
  const bare = (sql: string): string[] => sql.split('\n').filter((line) => line !== '' && !line.startsWith('--'))

  test('runs nothing on a source that is ready', () => {
    const sql = doctorSql(report([relation({ identityKey: [], identityGap: 'no-primary-key' })], {}, { maxSlotWalKeepBytes: null }))
    expect(sql).toContain('ready to be followed')
    expect(sql).toContain('-- ALTER SYSTEM SET max_slot_wal_keep_size')
    expect(bare(sql)).toEqual([])
  })

  test('has what is needed bare, quoted, and nothing else', () => {
    const tables = [relation({ schema: 'Odd"s', name: "it's", canSelect: false }), relation()]
    const sql = doctorSql(report(tables, { tables }, { walLevel: 'replica', hasReplication: false }))
    expect(bare(sql)).toEqual([
      `ALTER SYSTEM SET wal_level = 'logical';`,
      'ALTER ROLE "ann" REPLICATION;',
      'GRANT USAGE ON SCHEMA "Odd""s" TO "ann";',
      `GRANT SELECT ON "Odd""s"."it's" TO "ann";`,
    ])
  })
})

test.each([
  [{ found: false, walStatus: null, isInvalid: false }, 'missing'],
  [{ found: true, walStatus: 'reserved', isInvalid: false }, 'ok'],
  [{ found: true, walStatus: 'extended', isInvalid: false }, 'ok'],
  [{ found: true, walStatus: 'unreserved', isInvalid: false }, 'unreserved'],
  [{ found: true, walStatus: 'lost', isInvalid: false }, 'lost'],
  [{ found: true, walStatus: 'reserved', isInvalid: true }, 'lost'],
])('the health of a slot %o is %s', (state, health) => {
  expect(healthOf(state)).toBe(health)
})
