import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Comparison } from '../../../contract/compare.ts'
import { MillraceError } from '../../../contract/errors.ts'
import type { EngineName } from '../../../contract/values.ts'
import { CompareService } from '../../../engine/compare/compareService.ts'
import { openSession } from '../../../engine/session.ts'
import { formatBytes, formatDuration, formatTable } from '../figures.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { fileOption, sourceOption, wholeNumber } from '../options.ts'

interface CompareOptions {
  source?: string
  file: string
  runs: number
}

export function declareCompare(program: Command, declare: Declare): void {
  declare<CompareOptions, [sql: string]>(
    program
      .command('compare')
      .description('the same statement on source and replica, in turn: times, and whether the answers are the same')
      .argument('<sql>', 'the statement; it is run read-only on both')
      .option(...sourceOption)
      .requiredOption(...fileOption)
      .option('--runs <number>', 'runs on each engine, after a first one that stands apart', wholeNumber(1, 50), 5)
      .addHelpText('after', '\nExits 1 where the answers differ.'),
    compare,
  )
}

async function compare(invocation: Invocation, options: CompareOptions, sql: string): Promise<Outcome> {
  const { signal } = invocation.terminal
  const filePath = resolve(options.file)
  // A comparison copies nothing: without the file there is nothing to compare with.
  if (!existsSync(filePath)) {
    throw new MillraceError({
      code: 'FILE_MISSING',
      message: 'There is no replica file at that path.',
      advice: 'Check the path, or make the file with `millrace sync`.',
    })
  }
  const address = await invocation.resolveSource(options.source)
  const host = await invocation.openHost()
  const session = await openSession(host, { filePath, address })
  let last: Comparison | null = null
  try {
    // Both sides are to hold the same data; a file that was left alone for a day has to catch up first.
    invocation.say('catching up with the source…')
    await session.whenCaughtUp(signal)
    const service = new CompareService({
      host,
      connectReplica: () => session.connectReplica(),
      sourceAddress: () => address,
      waitForLsn: (lsn, waiting) => session.waitForLsn(lsn, waiting),
      visibleLsn: () => session.visibleLsn,
    })
    let said = 0
    for await (const comparison of service.run({ sql, runs: options.runs }, signal)) {
      last = comparison
      if (comparison.runs.length === said) continue
      said = comparison.runs.length
      // On each engine one run comes before those that count.
      invocation.say(`${said} of ${(options.runs + 1) * 2} runs`)
    }
  } finally {
    await session.close()
  }
  return outcomeOf(last, invocation)
}

function outcomeOf(comparison: Comparison | null, invocation: Invocation): Outcome {
  if (comparison?.fault) throw new MillraceError(comparison.fault)
  if (!comparison || comparison.state !== 'done') {
    throw new MillraceError({ code: 'STOPPED', message: 'The comparison was stopped.', advice: 'Run it again when you like.' })
  }
  const differs = comparison.answer?.same === false
  if (differs) invocation.say(`millrace: the answers differ: ${comparison.answer?.difference ?? 'see the counts of rows'}`)
  return { json: comparison, text: textOf(comparison), exitCode: differs ? 1 : 0 }
}

const names: Readonly<Record<EngineName, string>> = { source: 'Postgres (source)', replica: 'DuckDB (replica)' }
const time = (milliseconds: number | null): string => (milliseconds === null ? '–' : formatDuration(milliseconds))

function textOf({ summaries, ratio, differenceIsReal, answer, comparable, workDone, conditions }: Comparison): string {
  const rows = summaries.map((summary) => {
    const spread = summary.coefficientOfVariation
    const work = workDone.find((done) => done.engine === summary.engine)
    const bytes = work?.bytesTouched ?? null
    return [
      names[summary.engine],
      ...[summary.firstRunMs, summary.medianMs, summary.minMs, summary.maxMs].map(time),
      spread === null ? '–' : `${(spread * 100).toFixed(1)} %`,
      bytes === null ? '–' : `${work?.bytesAreEstimate ? 'about ' : ''}${formatBytes(bytes)}`,
    ]
  })
  const lines = [formatTable(['engine', 'first run', 'median', 'min', 'max', 'spread', 'bytes'], rows, new Set([1, 2, 3, 4, 5, 6])), '']
  lines.push(headline(ratio, differenceIsReal, comparable))
  if (answer) {
    const counts = `${answer.sourceRows} and ${answer.replicaRows} rows, compared ${answer.comparedAs}`
    lines.push(answer.same ? `Same answer (${answer.sourceRows} rows, compared ${answer.comparedAs}).` : `Different answers: ${answer.difference ?? ''} (${counts})`)
  }
  if (conditions.length > 0) lines.push('', ...conditions)
  return lines.join('\n')
}

function headline(ratio: number | null, isReal: boolean | null, comparable: Comparison['comparable']): string {
  if (comparable?.sameData === false) {
    return `Not comparable: the replica was ${formatBytes(comparable.behindBytes)} of log behind.`
  }
  if (ratio === null) return 'No ratio: it takes two runs on each engine after the first.'
  if (isReal === false) return 'No difference: the runs spread more than the engines differ.'
  return ratio >= 1
    ? `The replica was ${ratio.toPrecision(3)} times as fast as the source.`
    : `The source was ${(1 / ratio).toPrecision(3)} times as fast as the replica.`
}
