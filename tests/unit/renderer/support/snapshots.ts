import type { LiveSnapshot, LiveTable } from '../../../../src/main/contract/live.ts'

/** A stream that follows with nothing to remark; a test changes what it is about. */
export function snapshotOf(change: Partial<Omit<LiveSnapshot, 'lag'>> & { lag?: Partial<LiveSnapshot['lag']> } = {}): LiveSnapshot {
  const { lag, ...rest } = change
  return {
    workspaceId: 'workspace',
    state: 'following',
    fault: null,
    nextAttemptAt: null,
    attempt: 0,
    activity: null,
    lag: {
      situation: 'following',
      freshnessSeconds: 0.084,
      receivedLagBytes: 0,
      flushLagBytes: 0,
      endToEndLagBytes: 0,
      commitToVisible: { windowSeconds: 60, transactions: 1204, p50Ms: 84, p95Ms: 160, p99Ms: 210 },
      changesPerSecond: 312,
      transactionsPerSecond: 40,
      bytesPerSecond: 80_000,
      sourceLsn: '16/B374D848',
      receivedLsn: '16/B374D848',
      checkpointLsn: '16/B374D848',
      lastCommitAt: '2026-03-01T12:00:00.000Z',
      clockOffsetMs: 2,
      ...lag,
    },
    slot: { name: 'millrace_shop', health: 'ok', active: true, retainedBytes: 1_153_434, budgetBytes: 5 * 1024 ** 3 },
    tables: [tableOf({})],
    events: [],
    schemaChanges: [],
    fileBytes: 54 * 1024 ** 2,
    demo: null,
    ...rest,
  }
}

export function tableOf(change: Partial<LiveTable>): LiveTable {
  return {
    schema: 'public',
    name: 'orders',
    state: 'ready',
    reason: null,
    isGone: false,
    rows: 1_000,
    copy: null,
    inserts: 0,
    updates: 0,
    deletes: 0,
    truncates: 0,
    changesPerSecond: 0,
    lastChangeAt: null,
    verified: null,
    textColumns: [],
    ...change,
  }
}
