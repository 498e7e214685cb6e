import { noMasks, type MaskRule, type MaskRules } from '../model/maskRule.ts'
import type { SourceColumn, SourceRelation } from '../model/relation.ts'
import { planAsText, planColumn, planMasked, type ColumnPlan } from './index.ts'

export interface PlannedColumn {
  source: SourceColumn
  attnum: number
  sourceName: string
  replicaName: string
  typeOid: number
  typmod: number
  sourceType: string
  /** Part of the key by which a changed row is found again. */
  inKey: boolean
  /** What its values are before they are written; left out where they are as the source has them. */
  mask?: MaskRule
  plan: ColumnPlan
}

/**
 * How a changed row is found in the replica: by its key, by all of its values (REPLICA IDENTITY
 * FULL without a key, where equal rows are interchangeable), or not at all (inserts only).
 */
export type RowIdentity = 'key' | 'whole-row' | 'none'

/** What a source table becomes in the replica, decided once and recorded in the file. */
export interface TablePlan {
  oid: number
  /** Names on the source. */
  schema: string
  name: string
  /** Names in the replica: the same, but for a schema that DuckDB or Millrace keeps for itself. */
  replicaSchema: string
  replicaTable: string
  identity: RowIdentity
  /** Tables that inherit from it are copied on their own, so the copy reads `ONLY` this one. */
  copyOnly: boolean
  columns: PlannedColumn[]
  /** Columns that are not copied, and why. */
  omitted: { name: string; reason: string }[]
}

/** Millrace's and DuckDB's own schemas, and what stands in a name where a schema could: attached databases. */
const reservedSchemas = new Set([
  ...['millrace', 'history', 'information_schema', 'pg_catalog', 'main'],
  ...['temp', 'system', 'memory', 'millrace_replica', 'scratch'],
])

/**
 * `textColumns` names the columns that hold values out of DuckDB's range and are kept as text; a mask goes before that.
 * DuckDB folds case and has a pseudo-column `rowid`: a column whose name collides gets its attnum
 * behind an underscore. https://duckdb.org/docs/stable/sql/dialect/keywords_and_identifiers
 */
export function planTable(
  relation: SourceRelation,
  { textColumns = new Map(), masks = noMasks }: { textColumns?: ReadonlyMap<string, string>; masks?: MaskRules } = {},
): TablePlan {
  // Under FULL the old row comes whole, so the primary key, where there is one, finds it sooner.
  const keyAttnums = new Set(
    relation.replicaIdentity === 'full' && relation.primaryKey.length > 0 ? relation.primaryKey : relation.identityKey,
  )
  const wholeRow = relation.replicaIdentity === 'full' && relation.primaryKey.length === 0
  const identity: RowIdentity = relation.identityKey.length === 0 ? 'none' : wholeRow ? 'whole-row' : 'key'
  const taken = new Set(['rowid'])
  const columns: PlannedColumn[] = []
  const omitted: TablePlan['omitted'] = []
  for (const column of relation.columns) {
    if (column.generated !== '') {
      omitted.push({ name: column.name, reason: 'generated on the source, which does not send it in its log' })
      continue
    }
    let replicaName = column.name
    while (taken.has(replicaName.toLowerCase())) replicaName = `${replicaName}_${column.attnum}`
    taken.add(replicaName.toLowerCase())
    const textNote = textColumns.get(column.name)
    const mask = masks.get(column.attnum)
    columns.push({
      source: column,
      attnum: column.attnum,
      sourceName: column.name,
      replicaName,
      typeOid: column.typeOid,
      typmod: column.typmod,
      sourceType: column.typeName,
      inKey: identity === 'key' && keyAttnums.has(column.attnum),
      ...(mask === undefined ? {} : { mask }),
      plan: mask !== undefined ? planMasked(column, mask) : textNote === undefined ? planColumn(column) : planAsText(column, textNote),
    })
  }
  return {
    oid: relation.oid,
    schema: relation.schema,
    name: relation.name,
    replicaSchema: reservedSchemas.has(relation.schema.toLowerCase()) ? `${relation.schema}_source` : relation.schema,
    replicaTable: relation.name,
    identity,
    copyOnly: relation.kind === 'table' && relation.hasInheritanceChildren,
    columns,
    omitted,
  }
}

/** The plan with the columns at `places` kept as their Postgres text. */
export function keepColumnsAsText(plan: TablePlan, places: readonly number[]): TablePlan {
  const note = 'Kept as text: a value lies outside what the replica type can hold.'
  return {
    ...plan,
    columns: plan.columns.map((column, place) =>
      places.includes(place) ? { ...column, plan: planAsText(column.source, note) } : column,
    ),
  }
}

/** By place; null where no column has a mask. */
export function masksOfPlan(plan: TablePlan): (MaskRule | null)[] | null {
  if (!plan.columns.some(({ mask }) => mask !== undefined)) return null
  return plan.columns.map(({ mask }) => mask ?? null)
}

export function maskRulesOf({ columns }: Pick<TablePlan, 'columns'>): MaskRules {
  return new Map(columns.flatMap(({ attnum, mask }) => (mask === undefined ? [] : [[attnum, mask] as const])))
}

/** Columns by which rows are found, and which a mask makes all alike. */
export function keysLostToMasks({ columns }: Pick<TablePlan, 'columns'>): PlannedColumn[] {
  return columns.filter(({ inKey, mask }) => inKey && (mask === 'null' || mask === 'redact'))
}
