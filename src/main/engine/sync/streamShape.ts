import { stagedShapeOf, type StagedShape } from '../batch/stagedShape.ts'
import type { StreamRelation } from '../decode/pgoutput.ts'
import type { ColumnMasks } from '../masking/rowMasker.ts'
import type { Lsn } from '../model/lsn.ts'
import type { SourceColumn } from '../model/relation.ts'
import type { ShapeMarks, SourceShape } from '../model/shape.ts'
import { planColumn } from '../typemap/index.ts'
import { maskRulesOf, masksOfPlan, planTable, type PlannedColumn, type TablePlan } from '../typemap/tablePlan.ts'

/** How a table looks at one point of the stream. */
export interface StreamShape extends StagedShape {
  /** What the table is planned as; null until the source's catalog has been asked. */
  plan: TablePlan | null
  /** What the stream says of it; null where that is the plan. */
  relation: StreamRelation | null
  /** The commit of the transaction from which on it looks so; null where that is the plan. */
  fromLsn: Lsn | null
  /** By place; null where no column is masked. */
  masks: ColumnMasks | null
  /** Which column is the masked one cannot be told: nothing of the rows is staged, and the table is to be copied again. */
  isWithheld: boolean
}

export function shapeOfPlan(plan: TablePlan): StreamShape {
  return { ...stagedShapeOf(plan), plan, relation: null, fromLsn: null, masks: masksOfPlan(plan), isWithheld: false }
}

/** Rows of such a shape can be staged at once; what becomes of them is decided when they are applied. */
export function shapeOfRelation(plan: TablePlan, relation: StreamRelation, fromLsn: Lsn): StreamShape {
  const masks = masksOfRelation(plan, relation)
  return {
    ...identityOf(relation),
    mayNeedQuotes: relation.columns.map(() => true),
    plan: null,
    relation,
    fromLsn,
    masks: masks === 'unknown' ? relation.columns.map(() => 'null' as const) : masks,
    isWithheld: masks === 'unknown',
  }
}

/**
 * The stream names no attnums, and what is staged must be masked before anybody has asked the catalog. Sure is only a
 * table whose columns stand where they stood, under their names, with new ones behind them.
 */
function masksOfRelation(plan: TablePlan, relation: StreamRelation): ColumnMasks | null | 'unknown' {
  const masks = masksOfPlan(plan)
  if (!masks) return null
  const isSure = plan.columns.every(({ sourceName }, place) => relation.columns[place]?.name === sourceName)
  return isSure ? relation.columns.map((_, place) => masks[place] ?? null) : 'unknown'
}

function identityOf(relation: StreamRelation): Pick<StagedShape, 'identity' | 'keyColumns'> {
  if (relation.replicaIdentity === 'full') return { identity: 'whole-row', keyColumns: [] }
  const keyColumns = relation.columns.flatMap((column, place) => (column.inIdentity ? [place] : []))
  const hasKey = relation.replicaIdentity !== 'nothing' && keyColumns.length > 0
  return hasKey ? { identity: 'key', keyColumns } : { identity: 'none', keyColumns: [] }
}

/**
 * Whether the stream describes the table as it is planned, but for its name, by which nothing is found. Under FULL it never says so of a table that is known by
 * its key: the key may have been dropped meanwhile, and equal keys with it become possible, while the description
 * stays the same. A table without identity sends no updates, whatever columns are marked.
 */
export function isAsPlanned(plan: TablePlan, relation: StreamRelation): boolean {
  if (!hasSameColumns(plan, relation)) return false
  if (plan.identity === 'none') return true
  const { identity, keyColumns } = identityOf(relation)
  return identity === plan.identity && plan.columns.every((column, place) => column.inKey === keyColumns.includes(place))
}

/** By what the stream says of columns: their names and types, in their order. */
export function hasSameColumns(plan: TablePlan, relation: StreamRelation): boolean {
  return (
    relation.columns.length === plan.columns.length &&
    plan.columns.every((column, place) => {
      const streamed = relation.columns[place]!
      return streamed.name === column.sourceName && streamed.typeOid === column.typeOid && streamed.typmod === column.typmod
    })
  )
}

/**
 * The plan of a table as the stream describes it, with the help of a catalog that may be further on already. The
 * stream names no attnums: a column is the one that had its name in `before`, or has it in the catalog; columns
 * come in the order of their attnums. Null where that leaves no way, or more than one; and where it leaves out
 * a column that must have been there, under another name: one of the catalog that was in `before`, or is older than
 * some other.
 */
export function planOfRelation(
  before: TablePlan,
  marks: ShapeMarks | null,
  relation: StreamRelation,
  shape: SourceShape,
): TablePlan | null {
  const attnums = attnumsOf(before, relation, shape)
  if (!attnums) return null
  const newest = Math.max(...attnums, ...before.columns.map(({ attnum }) => attnum))
  if (shape.relation.columns.some(({ attnum, generated }) => generated === '' && attnum <= newest && !attnums.includes(attnum))) return null
  const columns: SourceColumn[] = []
  for (const [place, attnum] of attnums.entries()) {
    const streamed = relation.columns[place]!
    const known = [
      shape.relation.columns.find((column) => column.attnum === attnum),
      before.columns.find((column) => column.attnum === attnum)?.source,
    ].find((column) => column?.typeOid === streamed.typeOid && column.typmod === streamed.typmod)
    if (!known) return null
    columns.push({ ...known, name: streamed.name, generated: '' })
  }
  const flagged = attnums.filter((_, place) => relation.columns[place]!.inIdentity)
  const isSameIdentity = shape.relation.replicaIdentity === relation.replicaIdentity
  const hasGap = isSameIdentity && shape.relation.identityGap !== null
  const keptKey = marks?.keyIndexOid !== null && marks?.keyIndexOid === shape.keyIndexOid
  const generated = shape.relation.columns.filter((column) => column.generated !== '')
  return planTable(
    {
      ...shape.relation,
      schema: relation.schema,
      name: relation.name,
      replicaIdentity: relation.replicaIdentity,
      columns: [...columns, ...generated].sort((first, second) => first.attnum - second.attnum),
      primaryKey: keptKey ? shape.relation.primaryKey : [],
      identityKey: relation.replicaIdentity === 'nothing' || hasGap ? [] : flagged,
    },
    { textColumns: textColumns(before, columns), masks: maskRulesOf(before) },
  )
}

function attnumsOf(before: TablePlan, relation: StreamRelation, shape: SourceShape): number[] | null {
  const candidates = relation.columns.map(({ name }) => {
    const planned = before.columns.find((column) => column.sourceName === name)?.attnum
    const catalogued = shape.relation.columns.find((column) => column.name === name && column.generated === '')?.attnum
    return [...new Set([planned, catalogued])].filter((attnum) => attnum !== undefined).sort((first, second) => first - second)
  })
  // From both ends: the smallest and the largest choice at each place are the same where there is one way only.
  const smallest: number[] = []
  for (const choices of candidates) {
    const next = choices.find((attnum) => attnum > (smallest.at(-1) ?? 0))
    if (next === undefined) return null
    smallest.push(next)
  }
  let bound = Infinity
  for (let place = candidates.length - 1; place >= 0; place--) {
    const largest = candidates[place]!.findLast((attnum) => attnum < bound)
    if (largest === undefined || largest !== smallest[place]) return null
    bound = largest
  }
  return smallest
}

/** The plan of a table as the catalog has it. */
export function planOfCatalog(before: TablePlan, shape: SourceShape): TablePlan {
  return planTable(shape.relation, { textColumns: textColumns(before, shape.relation.columns), masks: maskRulesOf(before) })
}

/** The plan, for rows that were staged by another identity than it has: by all of their values, or by none. */
export function planForRows(plan: TablePlan, { identity }: StagedShape): TablePlan {
  if (plan.identity === identity) return plan
  return { ...plan, identity, columns: plan.columns.map((column) => ({ ...column, inKey: identity === 'key' && column.inKey })) }
}

/** Columns that were turned to text because of a value stay text as long as their type is the same. */
export function textColumns(before: TablePlan, columns: readonly SourceColumn[]): Map<string, string> {
  const kept = new Map<string, string>()
  for (const column of columns) {
    const planned = before.columns.find(({ attnum }) => attnum === column.attnum)
    if (planned && isKeptAsText(planned) && planned.typeOid === column.typeOid && planned.typmod === column.typmod) {
      kept.set(column.name, planned.plan.note ?? '')
    }
  }
  return kept
}

function isKeptAsText(column: PlannedColumn): boolean {
  return column.mask === undefined && column.plan.exactness === 'text' && planColumn(column.source).exactness === 'exact'
}
