import type { LiveSnapshot } from '../../contract/live.ts'

/** What is told while no workspace is open. */
export const emptySnapshot: LiveSnapshot = {
  workspaceId: null,
  state: 'stopped',
  fault: null,
  nextAttemptAt: null,
  attempt: 0,
  activity: null,
  lag: {
    situation: 'unknown',
    freshnessSeconds: null,
    receivedLagBytes: null,
    flushLagBytes: null,
    endToEndLagBytes: null,
    commitToVisible: { windowSeconds: 60, transactions: 0, p50Ms: null, p95Ms: null, p99Ms: null },
    changesPerSecond: 0,
    transactionsPerSecond: 0,
    bytesPerSecond: 0,
    sourceLsn: null,
    receivedLsn: null,
    checkpointLsn: null,
    lastCommitAt: null,
    clockOffsetMs: null,
  },
  slot: null,
  tables: [],
  events: [],
  schemaChanges: [],
  fileBytes: null,
  demo: null,
}
