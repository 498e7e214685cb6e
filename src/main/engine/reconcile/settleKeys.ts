import { setTimeout as delay } from 'node:timers/promises'
import { MillraceError } from '../../contract/errors.ts'
import type { RowDifference } from '../../contract/verify.ts'
import { isTransientSourceError } from '../source/faults.ts'
import { judge, type Observation } from './judge.ts'
import { createRows, loadRows, lookHere, lookThere, mendPage, observePage, readPage, takePage } from './replicaStatements.ts'
import { readKeys, waitsForStandbyQuery, type KeyPlaces, type KeyTexts } from './sourceStatements.ts'
import { textsOfHex } from './sourceText.ts'
import type { TableContext } from './tableContext.ts'

/** Keys that are looked at together. */
const PAGE_KEYS = 500
/** A key that still changes after so many looks is told as such. */
const MOST_LOOKS = 6
/** Looks that came to nothing, because the connection or the stream was lost, do not count up to here. */
const MOST_FAILED_LOOKS = 30
const FIRST_WAIT_MS = 10
const LONGEST_WAIT_MS = 250
const FAILED_WAIT_MS = 1000
/** Nothing is applied while a look may mend, so the source has to answer soon. */
const LOOK_TIMEOUT_MS = 5000

interface Suspect {
  key: KeyTexts
  before: Look | null
  /** What it was found to be and was mended of; it is looked at until it is seen to be right. */
  mended: RowDifference | null
}

interface Look extends Observation {
  /** Places of the columns that differ. */
  columns: number[]
}

/** Looks at every suspected key again until it is seen to be right, proven wrong, or has changed too often. */
export async function settleSuspects(context: TableContext, key: KeyPlaces): Promise<void> {
  for (;;) {
    for (const statement of takePage(key, PAGE_KEYS)) await context.run(statement)
    const page = await context.rows(readPage(context.plan, key))
    if (page.length === 0) return
    const suspects = new Map(
      page.map(([id, ...texts]): [number, Suspect] => [id as number, { key: textsOfHex(texts), before: null, mended: null }]),
    )
    await settlePage(context, key, suspects)
  }
}

async function settlePage(context: TableContext, key: KeyPlaces, suspects: Map<number, Suspect>): Promise<void> {
  let failed = 0
  for (let looks = 1; suspects.size > 0 && looks <= MOST_LOOKS; looks++) {
    const isLooked = await lookAt(context, key, suspects).then(
      () => true,
      (error: unknown) => {
        if (!isPassing(error) || ++failed > MOST_FAILED_LOOKS) throw error
        return false
      },
    )
    if (!isLooked) {
      looks--
      await delay(FAILED_WAIT_MS, undefined, { signal: context.signal })
    }
    if (suspects.size === 0) break
    await delay(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** looks), undefined, { signal: context.signal })
    await context.catchUp()
  }
  for (const { mended } of suspects.values()) {
    // Whoever changes a mended row all the time changes it through the stream.
    if (mended) context.note(mended)
    else context.tally.rowsUnsettled++
  }
}

/** The stream ended before its turn came, or the source was not there for a moment: both come back. */
function isPassing(error: unknown): boolean {
  return (error instanceof MillraceError && error.code === 'STOPPED') || isTransientSourceError(error)
}

function lookAt(context: TableContext, key: KeyPlaces, suspects: Map<number, Suspect>): Promise<void> {
  return context.look(async () => {
    const looks = await observe(context, key, suspects)
    if (!looks) return
    const wrong: [number, RowDifference][] = []
    for (const [id, suspect] of suspects) {
      const now = looks.get(id)!
      const judgement = judge(suspect.before, now)
      suspect.before = now
      if (judgement === 'unsettled') continue
      if (judgement !== 'same') wrong.push([id, differenceOf(context, suspect.key, judgement, now)])
      else {
        if (suspect.mended) context.note(suspect.mended)
        suspects.delete(id)
      }
    }
    if (context.repair) await mend(context, suspects, looks, wrong)
    else {
      for (const [id, difference] of wrong) {
        context.note(difference)
        suspects.delete(id)
      }
    }
  })
}

/** The replica first, the source after it; null where nothing can be judged just now. */
async function observe(
  context: TableContext,
  key: KeyPlaces,
  suspects: ReadonlyMap<number, Suspect>,
): Promise<Map<number, Look> | null> {
  const { plan, source } = context
  await context.run(lookHere(plan, key))
  const [[waits] = []] = await source.askOnce(waitsForStandbyQuery, LOOK_TIMEOUT_MS)
  if (waits === 'true') return null
  const keys = [...suspects.values()].map((suspect) => suspect.key)
  await source.read(
    readKeys(plan, key, keys),
    { begin: createRows(plan), statementFor: (csv) => loadRows(plan, csv) },
    { timeoutMs: LOOK_TIMEOUT_MS },
  )
  await context.run(lookThere(key))
  const looks = new Map<number, Look>()
  for (const [id, places, copies, mark, differing] of await context.rows(observePage(plan))) {
    const columns = differing === '' || differing === null ? [] : String(differing).split(',').map(Number)
    const isSame = mark === null ? copies === 0 : copies === 1 && columns.length === 0
    looks.set(id as number, {
      places: places as string,
      copies: copies as number,
      mark: mark as string | null,
      isSame,
      columns,
    })
  }
  return looks
}

function differenceOf(
  { plan }: TableContext,
  key: KeyTexts,
  kind: RowDifference['kind'],
  { columns }: Look,
): RowDifference {
  const names = kind === 'altered' ? columns.map((place) => plan.columns[place]!.sourceName) : []
  return { kind, key: [...key], columns: names, rows: 1, repaired: false }
}

/**
 * Puts right what was proven wrong at this very look, while the replica stands still at the position V of it. The
 * proof says what the source's state is at V: the same version of the row before and after, or no row between two looks
 * at which the replica was not touched. So the stream's next change, which commits after V, meets the row that it
 * expects: an insert meets none, an update or delete the one that it changes. Nothing is doubled and nothing lost.
 */
async function mend(
  context: TableContext,
  suspects: ReadonlyMap<number, Suspect>,
  looks: ReadonlyMap<number, Look>,
  wrong: readonly (readonly [number, RowDifference])[],
): Promise<void> {
  if (wrong.length === 0) return
  const ids = wrong.map(([id]) => id)
  const rowsAdded = ids.reduce((sum, id) => sum + (looks.get(id)!.mark === null ? 0 : 1) - looks.get(id)!.copies, 0)
  await context.mend(mendPage(context.plan, ids), rowsAdded)
  for (const [id, difference] of wrong) {
    const suspect = suspects.get(id)!
    suspect.mended ??= { ...difference, repaired: true }
    suspect.before = null
  }
}
