import pg from 'pg'
import type { Finding, PreflightReport } from '../../contract/source.ts'

function commented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '--' : `-- ${line}`))
    .join('\n')
}

function section(title: string, findings: readonly Finding[]): string[] {
  const withSql = findings.filter((finding) => finding.sql !== undefined)
  if (withSql.length === 0) return []
  const blocks = withSql.map((finding) => {
    const heading = commented(`${finding.severity}: ${finding.found}\n${finding.advice}`)
    return `${heading}\n${runnable(finding) ? finding.sql! : commented(finding.sql!)}`
  })
  return [commented(`== ${title} ==`), ...blocks]
}

/** What must be done stands as SQL; what may be done, or has a place to fill in, stands behind `--`. */
function runnable(finding: Finding): boolean {
  return finding.severity === 'blocker' && !finding.sql!.includes('…')
}

const roleChecks = new Set([
  'replication-privilege',
  'publication-privilege',
  'table-select',
  'table-owner',
  'table-row-security',
])

/**
 * The SQL that a DBA would run to make the source ready. Statements that are needed stand bare, so
 * that the text can go through psql as it is; suggestions are commented out.
 */
export function doctorSql(report: PreflightReport): string {
  const isWeighty = (finding: Finding): boolean => finding.severity !== 'ok'
  const findings = report.findings.filter(isWeighty)
  const role = findings.filter((finding) => roleChecks.has(finding.check))
  const tables = findings.filter((finding) => !roleChecks.has(finding.check) && finding.check.startsWith('table'))
  const server = findings.filter((finding) => !role.includes(finding) && !tables.includes(finding))
  const database = report.server?.database ?? ''
  const about = report.server
    ? `Millrace on Postgres ${report.server.version}, database ${database}, role ${report.server.user}`
    : 'Millrace'
  const state = report.ready ? 'This source is ready to be followed.' : 'This source is not ready yet.'
  return [
    commented(`${about}\n${state}`),
    ...section('The server', server),
    ...section('The role', role),
    ...section('The tables', tables),
    ...(report.server ? [roleOfItsOwn(report)] : []),
    '',
  ].join('\n\n')
}

/** Offered, never needed: a role that can do what following asks for and nothing else. */
function roleOfItsOwn(report: PreflightReport): string {
  const schemas = [...new Set(report.tables.map((table) => table.schema))].map((schema) => pg.escapeIdentifier(schema))
  const grants = schemas.flatMap((schema) => [
    `GRANT USAGE ON SCHEMA ${schema} TO millrace;`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO millrace;`,
  ])
  return commented(
    [
      '== A role of its own, if you want one ==',
      "CREATE ROLE millrace LOGIN REPLICATION PASSWORD '…';",
      `GRANT CREATE ON DATABASE ${pg.escapeIdentifier(report.server!.database)} TO millrace;`,
      ...grants,
      'Only the owner of a table may put it into a publication:',
      'GRANT owner_of_the_tables TO millrace;',
    ].join('\n'),
  )
}
