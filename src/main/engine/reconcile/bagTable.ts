import { setTimeout as delay } from 'node:timers/promises'
import type { RowDifference } from '../../contract/verify.ts'
import {
  countHere,
  countThere,
  createThere,
  loadSuspects,
  lookAgain,
  mendBag,
  recountThere,
  suspectDifferences,
  weighSuspects,
} from './bagStatements.ts'
import { createRows } from './replicaStatements.ts'
import { readWhole } from './sourceStatements.ts'
import type { Followed, TableContext } from './tableContext.ts'

/** The whole table is read at each look, so they are few. */
const MOST_LOOKS = 8
const WAIT_MS = 200

interface Weight {
  missing: number
  extra: number
}

/**
 * Verifies a table without a key: how many there are of each row.
 *
 * A row cannot be asked for by name here, so a look is a read of the whole source; look *i* counts the replica's rows
 * (R*i*), then the source's (S*i*), and the next waits until the replica has passed S*i*. Where the stream has brought
 * the table nothing between R*i* and R*i+1*, the replica should have held all the while what S*i* saw: a difference
 * is proven, and may be mended. What still differs in a table that was changed at every look is neither: the rows are
 * told as not settled, and the table as not verified.
 */
export async function verifyBag(context: TableContext): Promise<void> {
  const { plan, source } = context
  let before = applied(context)
  await context.run(countHere(plan, false))
  const startMs = context.nowMs()
  const { rows } = await source.read(readWhole(plan), { begin: createThere, statementFor: (csv) => countThere(plan, csv) })
  context.compared(rows)
  await context.run(suspectDifferences)
  await context.rest(startMs)

  let mended: Weight = { missing: 0, extra: 0 }
  let hasRows = false
  for (let looks = 1; (await suspected(context)) > 0; looks++) {
    await delay(WAIT_MS, undefined, { signal: context.signal })
    await context.catchUp()
    const canMend = hasRows
    const outcome = await context.look(async () => {
      const now = applied(context)
      await context.run(countHere(plan, true))
      for (const statement of lookAgain) await context.run(statement)
      const isProven = isUntouched(before, applied(context))
      before = now
      if (!isProven || (await suspected(context)) === 0) return 'unproven'
      if (!context.repair) return 'told'
      if (!canMend) return 'unproven'
      const wrong = await weigh(context)
      await context.mend(mendBag(plan), wrong.missing - wrong.extra)
      mended = { missing: Math.max(mended.missing, wrong.missing), extra: Math.max(mended.extra, wrong.extra) }
      return 'mended'
    })
    if (outcome === 'told') return tell(context, await weigh(context), mended)
    if (looks >= MOST_LOOKS || (await suspected(context)) === 0) break
    await loadSource(context)
    hasRows = true
  }
  const left = await weigh(context)
  tellMended(context, left, mended)
  const unsettled = left.missing + left.extra
  if (unsettled === 0) return
  context.tally.rowsUnsettled += unsettled
  context.tally.note =
    `${formatRows(unsettled)} differed, but the table was changed at every look, so that nothing is proven of them. ` +
    'Verify the table while nothing is written to it.'
}

/** Reads the suspected rows anew, and drops what is the same by now. */
async function loadSource(context: TableContext): Promise<void> {
  const { plan, source } = context
  const startMs = context.nowMs()
  await source.read(readWhole(plan), { begin: createRows(plan), statementFor: (csv) => loadSuspects(plan, csv) })
  for (const statement of [...recountThere(plan), ...lookAgain]) await context.run(statement)
  await context.rest(startMs)
}

interface Applied {
  table: Followed
  changes: number
}

/** How many changes the stream has brought the table so far. */
function applied(context: TableContext): Applied {
  const table = context.followed()
  const { inserts, updates, deletes, truncates } = table.counts
  return { table, changes: inserts + updates + deletes + truncates }
}

/** After a reconnect the counts begin anew. */
function isUntouched(before: Applied, now: Applied): boolean {
  return before.table === now.table && before.changes === now.changes
}

async function suspected(context: TableContext): Promise<number> {
  const { missing, extra } = await weigh(context)
  return missing + extra
}

async function weigh(context: TableContext): Promise<Weight> {
  const [[missing, extra] = []] = await context.rows(weighSuspects)
  return { missing: Number(missing), extra: Number(extra) }
}

const KINDS = ['missing', 'extra'] as const

function tell(context: TableContext, left: Weight, mended: Weight): void {
  tellMended(context, left, mended)
  for (const kind of KINDS) note(context, kind, left[kind], false)
}

/** Of what was mended, all that is not left. */
function tellMended(context: TableContext, left: Weight, mended: Weight): void {
  for (const kind of KINDS) note(context, kind, mended[kind] - left[kind], true)
}

function note(context: TableContext, kind: RowDifference['kind'], rows: number, repaired: boolean): void {
  if (rows > 0) context.note({ kind, key: [], columns: [], rows, repaired })
}

function formatRows(rows: number): string {
  return rows === 1 ? 'One row' : `${rows} rows`
}
