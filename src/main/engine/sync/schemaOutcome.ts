import type { DuckDBConnection } from '@duckdb/node-api'
import type { Lsn } from '../model/lsn.ts'
import { writeDeadLetter, writeSchemaChange, writeTableShape, writeTableState, type SchemaChangeRecord } from '../store/records.ts'
import { recordOf, type FollowedTable } from './followedTables.ts'
import type { SchemaDecision } from './schemaChanges.ts'

/** What became of one table's change, to be written in the transaction that makes it true. */
export interface SchemaOutcome {
  table: FollowedTable
  /** What is different of the table from then on. */
  change: Partial<Pick<FollowedTable, 'plan' | 'marks' | 'state' | 'reason'>>
  /** Completes "is copied again:"; null where it is not. */
  copyReason: string | null
  /** Of a table that is parked; else null. */
  code: 'TABLE_CHANGED' | 'PUBLICATION_CHANGED' | null
  records: SchemaChangeRecord[]
}

export type MadeDecision = Exclude<SchemaDecision, { outcome: 'none' }>

export function schemaOutcome(table: FollowedTable, decision: MadeDecision, lsn: Lsn | null, nowMs: number): SchemaOutcome {
  const { oid, schema, name } = table.plan
  const records = decision.changes.map((change) => ({ notedAtMs: nowMs, lsn, oid, schema, name, change, outcome: decision.outcome }))
  switch (decision.outcome) {
    case 'applied':
      return { table, change: { plan: decision.alteration.after, marks: decision.marks }, copyReason: null, code: null, records }
    case 'copied again':
      return { table, change: { state: 'init', reason: null }, copyReason: decision.reason, code: null, records }
    case 'parked':
      return { table, change: { state: 'errored', reason: decision.reason }, copyReason: null, code: decision.code, records }
  }
}

/** Part of the caller's transaction. A table that is to be copied again is so after a kill, too. */
export async function recordOutcome(connection: DuckDBConnection, { table, change, code, records }: SchemaOutcome): Promise<void> {
  const after = { ...table, ...change }
  const { oid, schema, name } = table.plan
  if (after.state === table.state) {
    const record = recordOf(after)
    await writeTableShape(connection, record.table, record.columns, record.marks)
  } else {
    await writeTableState(connection, oid, after.state, after.reason)
  }
  if (code !== null) {
    const reason = after.reason ?? ''
    const changes = records.map(({ change }) => change).join('; ')
    await writeDeadLetter(connection, { oid, schema, name, lsn: records[0]?.lsn ?? null, code, reason, changes })
  }
  for (const entry of records) await writeSchemaChange(connection, entry)
}
