import type { Command } from 'commander'
import type { Finding, PreflightReport } from '../../../contract/source.ts'
import { askSource } from '../../../engine/source/askSource.ts'
import { describeAddress } from '../../../engine/source/address.ts'
import { doctorSql } from '../../../engine/source/doctor.ts'
import { preflight } from '../../../engine/source/preflight.ts'
import { planColumn } from '../../../engine/typemap/index.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { sourceOption } from '../options.ts'

interface DoctorOptions {
  source?: string
  sql?: boolean
}

export function declareDoctor(program: Command, declare: Declare): void {
  declare<DoctorOptions, []>(
    program
      .command('doctor')
      .description('is this source ready, and what is missing; exits 1 where something is')
      .option(...sourceOption)
      .option('--sql', 'print the SQL that a database administrator would run'),
    doctor,
  )
}

async function doctor(invocation: Invocation, options: DoctorOptions): Promise<Outcome> {
  const address = await invocation.resolveSource(options.source)
  const { signal } = invocation.terminal
  const asking = { purpose: 'doctor', readOnly: true, statementTimeoutMs: 30_000, signal }
  const report = await askSource(address, asking, (client) => preflight(client, { planColumn }))
  const sql = doctorSql(report)
  return {
    json: { source: describeAddress(address), ...report, sql },
    text: options.sql ? sql : `${describeAddress(address)}\n\n${textOf(report)}`,
    exitCode: report.ready ? 0 : 1,
  }
}

const marks: Readonly<Record<Finding['severity'], string>> = {
  ok: 'ok     ',
  note: 'note   ',
  warning: 'warning',
  blocker: 'BLOCKER',
}

function textOf(report: PreflightReport): string {
  const lines = report.findings.map((finding) => {
    const where = finding.table ? `${finding.table.schema}.${finding.table.name}: ` : ''
    return `${marks[finding.severity]}  ${where}${finding.found}${finding.advice ? ` ${finding.advice}` : ''}`
  })
  const tables = report.tables.filter((table) => table.follows !== 'nothing').length
  const blockers = report.findings.filter((finding) => finding.severity === 'blocker').length
  const end = report.ready
    ? `Ready: ${tables} tables can be followed.`
    : `Not ready: ${blockers} thing${blockers === 1 ? '' : 's'} to mend. \`millrace doctor --sql\` prints how.`
  return [...lines, '', end].join('\n')
}
