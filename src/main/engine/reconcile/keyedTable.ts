import type { VerifyMode } from '../../contract/verify.ts'
import { differingRanges } from './cheapRanges.ts'
import {
  beginRange,
  compareRows,
  countNullKeys,
  countSuspects,
  createRows,
  deleteNullKeys,
  lastKey,
  loadRows,
  suspectExtras,
} from './replicaStatements.ts'
import { settleSuspects } from './settleKeys.ts'
import { keyIndexQuery, readRange, WHOLE_TABLE, type KeyPlaces, type KeyRange, type KeyTexts } from './sourceStatements.ts'
import { textsOfHex } from './sourceText.ts'
import type { TableContext } from './tableContext.ts'

/** A range has as many rows as make about so many bytes, within these bounds. */
const RANGE_BYTES = 16 << 20
const FEWEST_ROWS = 100
const MOST_ROWS = 50_000
const FIRST_ROWS = 5_000
/** Suspects are looked at again when there are so many, and at the end. */
const SETTLE_AT = 5_000

/**
 * Verifies a table with a key. The source is read in ranges of its key, in the order of its own index; the replica is
 * asked by equality only, because the two engines order texts differently. What the source was seen to have is kept
 * (prints of its keys), and what else the replica has is extra.
 */
export async function verifyKeyed(context: TableContext, mode: VerifyMode): Promise<void> {
  const key = await keyPlaces(context)
  const { columns } = context.plan
  context.tally.keyColumns = key.map((place) => columns[place]!.sourceName)
  const ranges = mode === 'cheap' ? await differingRanges(context, key) : [WHOLE_TABLE]
  for (const range of ranges) await verifyRange(context, key, range)
  await verifyNullKeys(context, key)
}

async function verifyNullKeys(context: TableContext, key: KeyPlaces): Promise<void> {
  const { plan, repair } = context
  await context.look(async () => {
    const rows = Number((await context.rows(countNullKeys(plan, key)))[0]![0])
    if (rows === 0) return
    if (repair) await context.mend([deleteNullKeys(plan, key)], -rows)
    context.note({ kind: 'extra', key: [], columns: [], rows, repaired: repair })
  })
}

/** In the order of the index, which is not always that of the table. */
async function keyPlaces({ plan, oid, source }: TableContext): Promise<KeyPlaces> {
  const places = plan.columns.flatMap((column, place) => (column.inKey ? [place] : []))
  for (const [attnums] of await source.ask(keyIndexQuery, [oid])) {
    const inOrder = (JSON.parse(attnums!) as number[]).map((attnum) => plan.columns.findIndex((column) => column.attnum === attnum))
    if (inOrder.length === places.length && places.every((place) => inOrder.includes(place))) return inOrder
  }
  return places
}

async function verifyRange(context: TableContext, key: KeyPlaces, range: KeyRange): Promise<void> {
  const { plan, source } = context
  for (const statement of beginRange(plan, key)) await context.run(statement)
  let limit = FIRST_ROWS
  let seen = 0
  let after: KeyTexts | null = null
  for (;;) {
    context.followed()
    const startMs = context.nowMs()
    const { rows, bytes } = await source.read(readRange(plan, key, { range, after, limit }), {
      begin: createRows(plan),
      statementFor: (csv) => loadRows(plan, csv),
    })
    for (const statement of compareRows(plan, key)) await context.run(statement)
    context.compared(rows)
    seen += rows
    if (rows < limit) break
    after = textsOfHex((await context.rows(lastKey(plan, key)))[0]!)
    limit = Math.round(Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, (RANGE_BYTES * rows) / Math.max(1, bytes))))
    if ((await suspects(context)) >= SETTLE_AT) await settleSuspects(context, key)
    await context.rest(startMs)
  }
  for (const statement of suspectExtras(plan, key, range, seen)) await context.run(statement)
  if ((await suspects(context)) > 0) await settleSuspects(context, key)
}

async function suspects(context: TableContext): Promise<number> {
  return Number((await context.rows(countSuspects))[0]![0])
}
