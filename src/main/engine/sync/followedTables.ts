import type { TableCounts } from '../batch/stagedTable.ts'
import type { StreamRelation } from '../decode/pgoutput.ts'
import type { Lsn } from '../model/lsn.ts'
import type { TableState } from '../model/tableState.ts'
import type { PublishedTable } from '../source/publication.ts'
import type { ColumnRecord, TableRecord } from '../store/records.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'

export interface CopyProgress {
  rows: number
  bytes: number
  estimatedRows: number | null
  startedAtMs: number
}

/** One table that the file follows, with what is known of it now. */
export interface FollowedTable {
  plan: TablePlan
  state: TableState
  reason: string | null
  snapshotLsn: Lsn | null
  /** Rows in the replica. */
  rows: number
  estimatedRows: number | null
  copy: CopyProgress | null
  counts: TableCounts
  lastChangeAtMs: number | null
}

export function newFollowedTable(plan: TablePlan, estimatedRows: number | null): FollowedTable {
  return {
    plan,
    state: 'init',
    reason: null,
    snapshotLsn: null,
    rows: 0,
    estimatedRows,
    copy: null,
    counts: { inserts: 0, updates: 0, deletes: 0, truncates: 0 },
    lastChangeAtMs: null,
  }
}

/** A table as the file knows it, before the source has described its columns. */
export function recordedTable(record: TableRecord): FollowedTable {
  const { oid, schema, name, replicaSchema, replicaTable, rowIdentity, state, reason, snapshotLsn } = record
  const plan = { oid, schema, name, replicaSchema, replicaTable, identity: rowIdentity, copyOnly: false, columns: [], omitted: [] }
  return { ...newFollowedTable(plan, null), state, reason, snapshotLsn, rows: Number(record.copiedRows ?? 0) }
}

export function recordOf(table: FollowedTable): { table: TableRecord; columns: ColumnRecord[] } {
  const { plan } = table
  return {
    table: {
      oid: plan.oid,
      schema: plan.schema,
      name: plan.name,
      replicaSchema: plan.replicaSchema,
      replicaTable: plan.replicaTable,
      state: table.state,
      reason: table.reason,
      rowIdentity: plan.identity,
      snapshotLsn: table.snapshotLsn,
      copiedRows: table.snapshotLsn === null ? null : BigInt(table.rows),
    },
    columns: plan.columns.map((column) => ({
      tableOid: plan.oid,
      attnum: column.attnum,
      sourceName: column.sourceName,
      replicaName: column.replicaName,
      sourceType: column.sourceType,
      typeOid: column.typeOid,
      typmod: column.typmod,
      replicaType: column.plan.replicaType,
      exactness: column.plan.exactness,
      note: column.plan.note ?? null,
      isKey: column.inKey,
    })),
  }
}

/** Whether rows that were staged under one plan are what the other expects; a column kept as text makes no difference. */
export function samePlan(one: TablePlan, other: TablePlan): boolean {
  const shapeOf = ({ schema, name, replicaTable, identity, copyOnly, columns }: TablePlan): string =>
    JSON.stringify([
      [schema, name, replicaTable, identity, copyOnly],
      columns.map(({ attnum, sourceName, replicaName, typeOid, typmod, sourceType, inKey }) => [
        [attnum, sourceName, replicaName, typeOid, typmod, sourceType, inKey],
      ]),
    ])
  return shapeOf(one) === shapeOf(other)
}

/** One sentence where the stream describes another table than the one that was planned, else null. */
export function differenceFromStream(plan: TablePlan, relation: StreamRelation): string | null {
  if (relation.schema !== plan.schema || relation.name !== plan.name) {
    return 'The table was renamed or moved on the source; copy it again.'
  }
  if (relation.columns.length !== plan.columns.length) {
    return 'Columns were added or dropped on the source; copy the table again.'
  }
  for (const [index, column] of plan.columns.entries()) {
    const streamed = relation.columns[index]!
    if (streamed.name !== column.sourceName) {
      return 'A column was renamed or replaced on the source; copy the table again.'
    }
    if (streamed.typeOid !== column.typeOid || streamed.typmod !== column.typmod) {
      return `The type of column ${column.sourceName} was changed on the source; copy the table again.`
    }
    if (column.inKey && !streamed.inIdentity) {
      return 'The key or the replica identity was changed on the source; copy the table again.'
    }
  }
  return null
}

/** One sentence where the publication no longer lets every change of the table through, else null. */
export function differenceFromPublication(plan: TablePlan, published: PublishedTable | undefined): string | null {
  if (!published) return 'The table was taken out of the publication on the source; copy it again.'
  const letsThrough =
    published.publishesInserts &&
    published.publishesTruncates &&
    (plan.identity === 'none' || (published.publishesUpdates && published.publishesDeletes))
  if (letsThrough && !published.hasRowFilter && published.columnList === null) return null
  return 'The publication was changed on the source and leaves something of this table out; take the table out of it, and copy it again.'
}

/** One sentence where the source's catalog now describes another table than the file recorded, else null. */
export function differenceFromRecord(plan: TablePlan, table: TableRecord, columns: readonly ColumnRecord[]): string | null {
  if (table.schema !== plan.schema || table.name !== plan.name) {
    return 'The table was renamed or moved on the source; copy it again.'
  }
  if (table.rowIdentity !== plan.identity) {
    return 'The key or the replica identity was changed on the source; copy the table again.'
  }
  const same =
    columns.length === plan.columns.length &&
    plan.columns.every((column, index) => {
      const recorded = columns[index]!
      return (
        recorded.attnum === column.attnum &&
        recorded.sourceName === column.sourceName &&
        recorded.replicaName === column.replicaName &&
        recorded.typeOid === column.typeOid &&
        recorded.typmod === column.typmod &&
        recorded.replicaType === column.plan.replicaType &&
        recorded.isKey === column.inKey
      )
    })
  return same ? null : 'Columns were changed on the source while Millrace was away; copy the table again.'
}
