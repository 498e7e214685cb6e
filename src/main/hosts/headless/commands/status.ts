import { resolve } from 'node:path'
import type { Command } from 'commander'
import { readFileStatus } from '../../../engine/fileStatus.ts'
import type { FileStatus } from '../../../engine/fileStatus.ts'
import { formatLsn, lsnDistanceBytes, parseLsn } from '../../../engine/model/lsn.ts'
import { describeAddress } from '../../../engine/source/address.ts'
import { askSource } from '../../../engine/source/askSource.ts'
import { readSlotHealth, slotHealthOf } from '../../../engine/source/slot.ts'
import { formatBytes, formatTable } from '../figures.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { fileOption } from '../options.ts'

interface StatusOptions {
  source?: string
  file: string
}

export function declareStatus(program: Command, declare: Declare): void {
  declare<StatusOptions, []>(
    program
      .command('status')
      .description('checkpoint and table states of a file; with its source, lag and slot health too')
      .option('--source <url>', "the file's Postgres; without it only the file is read")
      .requiredOption(...fileOption),
    status,
  )
}

async function status(invocation: Invocation, options: StatusOptions): Promise<Outcome> {
  const host = await invocation.openHost()
  const file = await readFileStatus(host, resolve(options.file))
  const source = options.source === undefined ? null : await readSourceStatus(invocation, options.source, file)
  return { json: { ...file, ...(source ?? {}) }, text: textOf(file, source) }
}

/** How far the file is behind its source, and how its slot is, both of one moment. */
async function readSourceStatus(invocation: Invocation, text: string, file: FileStatus) {
  const address = await invocation.resolveSource(text)
  const { signal } = invocation.terminal
  const asking = { purpose: 'status', readOnly: true, statementTimeoutMs: 10_000, signal }
  const facts = await askSource(address, asking, (client) => readSlotHealth(client, file.source?.slotName ?? ''))
  return {
    sourceAddress: describeAddress(address),
    sourceLsn: formatLsn(facts.currentLsn),
    lagBytes: file.checkpoint ? lsnDistanceBytes(parseLsn(file.checkpoint.lsn), facts.currentLsn) : null,
    slot: file.source ? slotHealthOf(facts) : null,
  }
}

function textOf(file: FileStatus, source: Awaited<ReturnType<typeof readSourceStatus>> | null): string {
  const lines = [file.filePath]
  if (file.source) lines.push(`follows     ${file.source.address}, slot ${file.source.slotName}`)
  else lines.push('follows     nothing yet')
  if (file.checkpoint) {
    const { lsn, commitAt, transactions, changes } = file.checkpoint
    lines.push(`checkpoint  ${lsn}${commitAt ? `, last commit ${commitAt}` : ''}`)
    lines.push(`applied     ${changes} changes in ${transactions} transactions`)
  } else lines.push('checkpoint  none yet')
  if (file.fileBytes !== null) lines.push(`file        ${formatBytes(file.fileBytes)}`)
  if (source) {
    const lag = source.lagBytes === null ? '' : `, ${formatBytes(source.lagBytes)} behind`
    lines.push(`source      at ${source.sourceLsn}${lag}`)
    if (source.slot) {
      const { health, active, retainedBytes, budgetBytes } = source.slot
      const retained = retainedBytes === null ? '' : `, keeps ${formatBytes(retainedBytes)} of log`
      const budget = budgetBytes === null ? '' : ` of ${formatBytes(budgetBytes)}`
      lines.push(`slot        ${health}${active ? ', in use' : ''}${retained}${budget}`)
    }
  }
  const rows = file.tables.map((table) => [
    `${table.schema}.${table.name}`,
    table.state,
    verifiedText(table.verified),
    table.masks.map(({ column, rule }) => `${column}=${rule}`).join(', '),
    table.reason ?? '',
  ])
  if (rows.length > 0) lines.push('', formatTable(['table', 'state', 'last verified', 'masked', 'reason'], rows))
  return lines.join('\n')
}

function verifiedText(verified: FileStatus['tables'][number]['verified']): string {
  if (!verified) return 'never'
  const rows = verified.rowsDiffering === 0 ? '' : ` (${verified.rowsDiffering} rows)`
  return `${verified.outcome}${rows}, ${verified.mode}, ${verified.at}`
}
