import type { TableCounts } from '../batch/stagedTable.ts'
import type { Lsn } from '../model/lsn.ts'
import type { SourceColumn } from '../model/relation.ts'
import type { ShapeMarks, SourceShape } from '../model/shape.ts'
import type { TableState } from '../model/tableState.ts'
import type { PublishedTable } from '../source/publication.ts'
import type { ColumnRecord, TableRecord } from '../store/records.ts'
import type { RowCounts } from '../store/rowCounts.ts'
import { planAsText, planColumn, planMasked, type ColumnPlan } from '../typemap/index.ts'
import { planTable, type PlannedColumn, type TablePlan } from '../typemap/tablePlan.ts'

export interface CopyProgress {
  rows: number
  bytes: number
  estimatedRows: number | null
  startedAtMs: number
}

/** One table that the file follows, with what is known of it now. */
export interface FollowedTable {
  plan: TablePlan
  /** What else the file keeps of the shape that the plan was made from; null: nothing. */
  marks: ShapeMarks | null
  state: TableState
  reason: string | null
  /** The source has no such table any more, as its catalog was last read. */
  isGone: boolean
  snapshotLsn: Lsn | null
  /** Rows in the replica. */
  rows: number
  estimatedRows: number | null
  copy: CopyProgress | null
  counts: TableCounts
  lastChangeAtMs: number | null
}

export function newFollowedTable(plan: TablePlan, estimatedRows: number | null, marks: ShapeMarks | null = null): FollowedTable {
  return {
    plan,
    marks,
    state: 'init',
    reason: null,
    isGone: false,
    snapshotLsn: null,
    rows: 0,
    estimatedRows,
    copy: null,
    counts: { inserts: 0, updates: 0, deletes: 0, truncates: 0 },
    lastChangeAtMs: null,
  }
}

/** A table as the file knows it, before the source has described its columns. */
export function recordedTable(record: TableRecord, rowCounts: Pick<RowCounts, 'of'>): FollowedTable {
  const { oid, schema, name, replicaSchema, replicaTable, rowIdentity, state, reason, snapshotLsn } = record
  const plan = { oid, schema, name, replicaSchema, replicaTable, identity: rowIdentity, copyOnly: false, columns: [], omitted: [] }
  return { ...newFollowedTable(plan, null), state, reason, snapshotLsn, rows: rowCounts.of(replicaSchema, replicaTable) }
}

/**
 * The plan by which the rows in the file were written, from what the file recorded of it: the stream goes on from
 * there, and whatever the source has changed since comes at its place. Null where this Millrace would keep some
 * column otherwise, or the file is of an earlier format: then the table is copied again.
 */
export function recordedPlan(record: TableRecord, columns: readonly ColumnRecord[], shape: SourceShape | undefined): TablePlan | null {
  const planned = columns.map((column): PlannedColumn | null => {
    const { source, mask } = column
    if (!source) return null
    const plan = mask === undefined ? recordedColumnPlan(column, source) : planMasked(source, mask)
    if (plan.replicaType !== column.replicaType) return null
    const { attnum, sourceName, replicaName, typeOid, typmod, sourceType, isKey } = column
    const masked = mask === undefined ? {} : { mask }
    return { source, attnum, sourceName, replicaName, typeOid, typmod, sourceType, inKey: isKey, ...masked, plan }
  })
  if (planned.some((column) => column === null) || planned.length === 0) return null
  const { oid, schema, name, replicaSchema, replicaTable, rowIdentity } = record
  const { copyOnly, omitted } = shape ? planTable(shape.relation) : { copyOnly: false, omitted: [] }
  return { oid, schema, name, replicaSchema, replicaTable, identity: rowIdentity, copyOnly, columns: planned as PlannedColumn[], omitted }
}

function recordedColumnPlan({ exactness, note }: ColumnRecord, source: SourceColumn): ColumnPlan {
  const exact = planColumn(source)
  return exactness === 'text' && exact.exactness === 'exact' ? planAsText(source, note ?? '') : exact
}

export function recordOf(table: FollowedTable): { table: TableRecord; columns: ColumnRecord[]; marks: ShapeMarks | null } {
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
      source: column.source,
      ...(column.mask === undefined ? {} : { mask: column.mask }),
    })),
    marks: table.marks,
  }
}

/** Whether rows that were staged under one plan are what the other expects; a column kept as text makes no difference. */
export function samePlan(one: TablePlan, other: TablePlan): boolean {
  const shapeOf = ({ schema, name, replicaTable, identity, copyOnly, columns }: TablePlan): string =>
    JSON.stringify([
      [schema, name, replicaTable, identity, copyOnly],
      columns.map(({ attnum, sourceName, replicaName, typeOid, typmod, sourceType, inKey, mask }) => [
        [attnum, sourceName, replicaName, typeOid, typmod, sourceType, inKey, mask],
      ]),
    ])
  return shapeOf(one) === shapeOf(other)
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
