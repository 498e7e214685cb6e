import { builtInTypes } from '../typemap/table.ts'
import type { PlannedColumn } from '../typemap/tablePlan.ts'
import { identifier } from '../store/sql.ts'
import { aggregateRange, WHOLE_TABLE, type KeyPlaces, type KeyRange } from './sourceStatements.ts'
import { STATEMENT_TIMEOUT_MS } from './sourceReader.ts'
import { aggregateReplica, rangeBounds } from './replicaStatements.ts'
import type { TableContext } from './tableContext.ts'

const ROWS_EACH = 100_000

/** Types that both engines put in the same order; a table whose key begins with another is one range. */
const ordersAlike = /^(SMALLINT|INTEGER|BIGINT|DATE|TIMESTAMP|TIMESTAMPTZ|UUID|DECIMAL\(.*\))$/

/** Not cast on the source, for a cast to text takes the padding off a `character`. */
const plainTexts: ReadonlySet<number> = new Set([
  builtInTypes.text[0],
  builtInTypes['character varying'][0],
  builtInTypes.character[0],
])

interface Aggregate {
  source: string
  replica: string
}

/** What is cheap to ask of a column on both sides and exact on both. */
export function aggregatesOf(column: PlannedColumn): Aggregate[] {
  const there = identifier(column.sourceName)
  const here = `replica.${identifier(column.replicaName)}`
  const { replicaType } = column.plan
  const counts = { source: `count(${there})`, replica: `count(${here})` }
  if (column.mask !== undefined) return column.mask === 'null' ? [{ source: '0', replica: counts.replica }] : [counts]
  if (/^(SMALLINT|INTEGER|BIGINT)$/.test(replicaType)) {
    return [counts, { source: `sum(${there})`, replica: `sum(${here}::HUGEINT)` }]
  }
  if (/^DECIMAL\((\d|1\d),\d+\)$/.test(replicaType)) return [counts, { source: `sum(${there})`, replica: `sum(${here})` }]
  if (replicaType === 'BOOLEAN') return [counts, { source: `sum(${there}::int)`, replica: `sum(${here}::INTEGER)` }]
  if (replicaType === 'DATE' || replicaType === 'TIMESTAMP') {
    const ends = ['min', 'max'].map((end) => ({ source: `${end}(${there})`, replica: `${end}(${here})` }))
    return [counts, ...ends]
  }
  if (replicaType === 'BLOB') {
    return [counts, { source: `sum(octet_length(${there}))`, replica: `sum(octet_length(${here}))` }]
  }
  if (replicaType === 'VARCHAR' && plainTexts.has(column.source.baseTypeOid)) {
    return [counts, { source: `sum(octet_length(${there}))`, replica: `sum(strlen(${here}))` }]
  }
  return [counts]
}

/**
 * The ranges whose counts and aggregates are not the same on both sides. The first key column parts the replica into runs
 * of about 100,000 rows; a change on its way makes a range differ too, and is told apart when its rows are looked at.
 */
export async function differingRanges(context: TableContext, key: KeyPlaces): Promise<KeyRange[]> {
  const aggregates = context.plan.columns.flatMap(aggregatesOf)
  const differing: KeyRange[] = []
  for (const range of await rangesOf(context, key)) {
    context.followed()
    const startMs = context.nowMs()
    const rows = await equalRows(context, key, range, aggregates)
    if (rows === null) differing.push(range)
    else context.compared(rows)
    await context.rest(startMs)
  }
  return differing
}

async function rangesOf(context: TableContext, key: KeyPlaces): Promise<KeyRange[]> {
  const { plan } = context
  if (!ordersAlike.test(plan.columns[key[0]!]!.plan.replicaType)) return [WHOLE_TABLE]
  const bounds = (await context.rows(rangeBounds(plan, key, ROWS_EACH))).map(([bound]) => bound as string)
  return [null, ...bounds].map((from, place) => ({ from, to: bounds[place] ?? null }))
}

/** How many rows the range has on both sides; null where they do not agree. */
async function equalRows(
  context: TableContext,
  key: KeyPlaces,
  range: KeyRange,
  aggregates: readonly Aggregate[],
): Promise<number | null> {
  const { plan, source } = context
  const askThere = aggregateRange(plan, key, range, aggregates.map((aggregate) => aggregate.source))
  const [there] = await source.ask(askThere, [], STATEMENT_TIMEOUT_MS)
  const askHere = aggregateReplica(plan, key, range, aggregates.map((aggregate) => aggregate.replica))
  const isEqual = async (): Promise<boolean> => {
    const [here] = await context.rows(askHere)
    return there!.every((text, place) => text === here![place])
  }
  if (await isEqual()) return Number(there![0])
  // The replica may only have been a moment behind.
  await context.catchUp()
  return (await isEqual()) ? Number(there![0]) : null
}
