import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { MillraceError } from '../../../contract/errors.ts'
import type { RowDifference, Verification, VerifiedTable, VerifyMode } from '../../../contract/verify.ts'
import { VerifyService } from '../../../engine/reconcile/verifyService.ts'
import { openSession } from '../../../engine/session.ts'
import { formatCount, formatDuration, formatTable } from '../figures.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { fileOption, sourceOption, tablePatterns, wholeNumber } from '../options.ts'

interface VerifyOptions {
  source?: string
  file: string
  tables?: string[]
  exclude?: string[]
  mode: VerifyMode
  repair?: boolean
  share: number
}

const EPILOGUE = `
Exits 0 where every table that was asked for is the same on both sides, also where it is so since the repair; 1 where
the replica differs, or a table could not be verified (it is parked or not copied yet). A row that changed at every look
is told, and is no difference. The cheap mode compares counts and aggregates: it does not see a change that leaves them.`

export function declareVerify(program: Command, declare: Declare): void {
  declare<VerifyOptions, []>(
    program
      .command('verify')
      .description('is the replica right: every row of it against the source, while both go on')
      .option(...sourceOption)
      .requiredOption(...fileOption)
      .option('--tables <patterns>', "only these, e.g. 'public.*,sales.orders' (default: all)", tablePatterns)
      .option('--exclude <patterns>', 'all but these', tablePatterns)
      .addOption(new Option('--mode <mode>', 'every row, or aggregates first').choices(['full', 'cheap']).default('full'))
      .option('--repair', 'put right the rows that differ, and look at them again')
      .option('--share <percent>', 'how much of the time the source is read', wholeNumber(1, 100), 50)
      .addHelpText('after', EPILOGUE),
    verify,
  )
}

async function verify(invocation: Invocation, options: VerifyOptions): Promise<Outcome> {
  const { signal } = invocation.terminal
  const filePath = resolve(options.file)
  // A verification copies nothing: without the file there is nothing to verify.
  if (!existsSync(filePath)) {
    throw new MillraceError({
      code: 'FILE_MISSING',
      message: 'There is no replica file at that path.',
      advice: 'Check the path, or make the file with `millrace sync`.',
    })
  }
  const address = await invocation.resolveSource(options.source)
  const host = await invocation.openHost()
  const session = await openSession(host, { filePath, address }).catch((error: unknown) => {
    throw inUse(error)
  })
  let last: Verification | null = null
  try {
    invocation.say('catching up with the source…')
    await session.whenCaughtUp(signal)
    const service = new VerifyService({ host, session })
    const tables =
      options.tables || options.exclude ? { include: options.tables ?? ['*.*'], exclude: options.exclude ?? [] } : undefined
    const input = { mode: options.mode, repair: options.repair === true, share: options.share / 100, tables }
    const tell = teller(invocation)
    for await (const verification of service.run(input, signal)) {
      last = verification
      tell(verification)
    }
  } finally {
    await session.close()
  }
  return outcomeOf(last, invocation)
}

/** While the app follows into the file, it is the app that can verify it. */
function inUse(error: unknown): unknown {
  if (!(error instanceof MillraceError) || error.code !== 'FILE_IN_USE') return error
  const { code, message } = error
  const advice = 'Verify it there: Live has a Verify button; or stop the other Millrace first.'
  return new MillraceError({ code, message, advice }, { cause: error })
}

function teller(invocation: Invocation): (verification: Verification) => void {
  const periodMs = invocation.terminal.isInteractive ? 1_000 : 10_000
  let saidAtMs = performance.now()
  return ({ rows, expectedRows, remainingMs, activity }) => {
    if (performance.now() - saidAtMs < periodMs) return
    saidAtMs = performance.now()
    const left = remainingMs === null ? '' : `, about ${formatDuration(remainingMs)} to go`
    invocation.say(`${activity ?? ''} ${formatCount(rows)} of ${formatCount(expectedRows)} rows${left}`.trim())
  }
}

function outcomeOf(verification: Verification | null, invocation: Invocation): Outcome {
  if (verification?.fault) throw new MillraceError(verification.fault)
  if (!verification || verification.state !== 'done') {
    throw new MillraceError({ code: 'STOPPED', message: 'The verification was stopped.', advice: 'Run it again when you like.' })
  }
  const wrong = verification.tables.filter(({ outcome }) => outcome === 'differs' || outcome === 'not-verified')
  for (const table of wrong) invocation.say(`millrace: ${sentenceOf(table)}`)
  return { json: verification, text: textOf(verification), exitCode: wrong.length > 0 ? 1 : 0 }
}

const KEYS_IN_A_LINE = 5

function sentenceOf(table: VerifiedTable): string {
  const name = `${table.schema}.${table.name}`
  if (table.outcome === 'not-verified') return `${name} could not be verified: ${table.reason ?? ''}`
  const keys = table.differences.filter(({ repaired, key }) => !repaired && key.length > 0)
  const listed = keys.slice(0, KEYS_IN_A_LINE).map((difference) => `${difference.kind} ${keyText(table, difference)}`)
  const more = keys.length > KEYS_IN_A_LINE ? ', …' : ''
  return `${name} differs: ${countsOf(table)}${listed.length > 0 ? ` (${listed.join(', ')}${more})` : ''}`
}

function countsOf({ rowsMissing, rowsExtra, rowsAltered }: VerifiedTable): string {
  const counts = [
    [rowsMissing, 'missing'],
    [rowsExtra, 'extra'],
    [rowsAltered, 'altered'],
  ] as const
  return counts.filter(([rows]) => rows > 0).map(([rows, word]) => `${formatCount(rows)} ${word}`).join(', ')
}

function keyText({ keyColumns }: VerifiedTable, { key }: RowDifference): string {
  return key.map((value, place) => `${keyColumns[place] ?? '?'}=${value}`).join(' ')
}

function textOf({ tables }: Verification): string {
  const figures = tables.map((table) => [
    `${table.schema}.${table.name}`,
    table.outcome,
    ...[table.rowsCompared, table.rowsMissing, table.rowsExtra, table.rowsAltered, table.rowsRepaired].map(formatCount),
    table.reason ?? '',
  ])
  const headings = ['table', 'outcome', 'rows', 'missing', 'extra', 'altered', 'repaired', 'note']
  const lines = [formatTable(headings, figures, new Set([2, 3, 4, 5, 6]))]
  const found = tables.flatMap((table) =>
    table.differences.map((difference) => [
      `${table.schema}.${table.name}`,
      difference.kind,
      difference.key.length > 0 ? keyText(table, difference) : `${formatCount(difference.rows)} rows`,
      difference.columns.join(', '),
      difference.repaired ? 'repaired' : '',
    ]),
  )
  if (found.length > 0) lines.push('', formatTable(['table', 'row', 'key', 'columns', ''], found))
  return lines.join('\n')
}
