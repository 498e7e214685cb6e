import type { Verification, VerifiedTable, TableOutcome } from '../../../main/contract/verify.ts'
import { formatAbout, formatCount, formatMany, formatShortRate } from '../../components/format.ts'
import type { StatusShape } from '../../components/StatusDot.tsx'
import type { Tone } from '../../components/tone.ts'

export const outcomeFaces: Record<TableOutcome, { tone: Tone; shape: StatusShape; word: string }> = {
  waiting: { tone: 'neutral', shape: 'waiting', word: 'waiting' },
  running: { tone: 'replica', shape: 'working', word: 'comparing' },
  same: { tone: 'ok', shape: 'done', word: 'equal' },
  repaired: { tone: 'ok', shape: 'done', word: 'mended' },
  differs: { tone: 'bad', shape: 'stopped', word: 'differs' },
  'not-verified': { tone: 'warn', shape: 'paused', word: 'not verified' },
}

export function differingRows({ rowsMissing, rowsExtra, rowsAltered }: VerifiedTable): number {
  return rowsMissing + rowsExtra + rowsAltered
}

function total(tables: readonly VerifiedTable[], valueOf: (table: VerifiedTable) => number): number {
  return tables.reduce((sum, table) => sum + valueOf(table), 0)
}

function whatWasCompared({ rows, mode }: Verification): string {
  return mode === 'full'
    ? `${formatMany(rows, 'row')} compared, every value to the last bit.`
    : `${formatMany(rows, 'row')} compared by counts, sums and lengths; a full verification compares every value.`
}

/** What the panel says first: anybody understands it. */
export function verifySentence(verification: Verification): { tone: Tone; shape: StatusShape; headline: string; detail: string } {
  const { state, tables, rows, expectedRows, remainingMs, activity } = verification
  if (state === 'running') {
    const pace = remainingMs ? ((expectedRows - rows) / remainingMs) * 1000 : null
    const left = remainingMs === null ? '' : `; ${pace === null ? '' : `${formatShortRate(pace)} rows a second, `}about ${formatAbout(remainingMs)} to go`
    return {
      tone: 'replica',
      shape: 'working',
      headline: verification.repair ? 'Mending what differs.' : 'Holding the copy against its source.',
      detail: `${activity ?? 'Beginning.'} ${formatCount(rows)} of ${formatCount(expectedRows)} rows${left}.`,
    }
  }
  if (state === 'cancelled') {
    const done = tables.filter(({ outcome }) => outcome !== 'waiting' && outcome !== 'running').length
    return {
      tone: 'neutral',
      shape: 'paused',
      headline: 'The verification was cancelled.',
      detail: `${done} of ${formatMany(tables.length, 'table')} had been compared.`,
    }
  }
  if (state === 'failed') {
    return { tone: 'bad', shape: 'stopped', headline: 'The verification could not go on.', detail: 'What was found before it ended stands below.' }
  }
  return finished(verification)
}

function finished(verification: Verification): ReturnType<typeof verifySentence> {
  const { tables } = verification
  const unverified = tables.filter(({ outcome }) => outcome === 'not-verified').length
  const left = total(tables, (table) => differingRows(table) - table.rowsRepaired)
  const mended = total(tables, (table) => table.rowsRepaired)
  const detail = whatWasCompared(verification)
  if (left > 0) {
    const wrong = tables.filter((table) => table.outcome === 'differs').length
    return {
      tone: 'bad',
      shape: 'stopped',
      headline: `${formatMany(left, 'row')} of ${formatMany(wrong, 'table')} ${left === 1 ? 'differs' : 'differ'} from the source.`,
      detail,
    }
  }
  if (unverified > 0) {
    return {
      tone: 'warn',
      shape: 'paused',
      headline: `${formatMany(unverified, 'table')} could not be verified; the others are equal.`,
      detail,
    }
  }
  return {
    tone: 'ok',
    shape: 'done',
    headline: mended > 0 ? `${formatMany(mended, 'row')} mended: the copy is equal to its source.` : 'The copy is equal to its source.',
    detail,
  }
}
