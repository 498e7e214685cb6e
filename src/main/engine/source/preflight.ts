import type pg from 'pg'
import { MillraceError, type FaultCode } from '../../contract/errors.ts'
import type { Finding, PreflightReport } from '../../contract/source.ts'
import type { SourceColumn, SourceRelation } from '../model/relation.ts'
import { isNamedIn, matchTables, readSourceTables, unmatchedPatterns, type TablePatterns } from './catalog.ts'
import { readFacts, type PreflightFacts } from './preflightFacts.ts'
import { findingsOf, majorVersionOf } from './serverFindings.ts'
import { sourceTableOf, tableFindingsOf, type ColumnOutlook } from './tableFindings.ts'

export { readFacts, type PreflightFacts } from './preflightFacts.ts'
export { findingsOf } from './serverFindings.ts'

export interface PreflightOptions {
  /** The type map's word on a column. */
  planColumn(column: SourceColumn): ColumnOutlook
  /** The tables that will be followed: what stands against one of them is a blocker. */
  tables?: readonly SourceRelation[]
  /**
   * Which tables are wanted, where `tables` is not given. What stands against a table that is asked
   * for by name is a blocker; against one that a wildcard has caught, a warning.
   */
  selection?: TablePatterns
}

/**
 * Looks whether the source can be followed, and makes nothing on it. Without `tables` and
 * `selection` every user table is reported, and none of them is a blocker.
 */
export async function preflight(client: pg.Client, options: PreflightOptions): Promise<PreflightReport> {
  const facts = await readFacts(client)
  const all = options.tables ?? (await readSourceTables(client))
  return reportOf(facts, all, options)
}

/** The report from what was read; pure. */
export function reportOf(
  facts: PreflightFacts,
  relations: readonly SourceRelation[],
  options: PreflightOptions,
): PreflightReport {
  const { selection, tables } = options
  const wanted = tables || !selection ? [...relations] : matchTables(relations, selection)
  const isChosen = (relation: SourceRelation): boolean =>
    tables !== undefined || (selection !== undefined && isNamedIn(relation, selection))
  const reported = wanted.map((relation) => sourceTableOf(relation, facts.user, options.planColumn))
  const misspelt = tables || !selection ? [] : unmatchedPatterns(relations, selection)
  const findings = [
    ...findingsOf(facts),
    ...misspelt.map(misspeltFinding),
    ...tableFindingsOf(wanted, { user: facts.user, isChosen }),
    ...(reported.some((table) => table.follows !== 'nothing') ? [] : [nothingToFollow(reported.length)]),
  ]
  return {
    ready: !findings.some((finding) => finding.severity === 'blocker'),
    server: {
      version: facts.version,
      majorVersion: majorVersionOf(facts),
      systemId: facts.systemId,
      database: facts.database,
      user: facts.user,
      inRecovery: facts.inRecovery,
      tls: facts.tls,
      roundTripMs: facts.roundTripMs,
    },
    findings,
    tables: reported,
  }
}

function misspeltFinding(pattern: string): Finding {
  return {
    check: 'tables',
    severity: 'blocker',
    found: `No table on the source fits ${pattern}.`,
    advice: 'Check its spelling; a name without a dot is looked for in public.',
  }
}

function nothingToFollow(tableCount: number): Finding {
  return {
    check: 'tables',
    severity: 'blocker',
    found:
      tableCount === 0 ? 'There is no table to follow.' : 'None of the tables can be followed by this role.',
    advice:
      tableCount === 0
        ? 'Check the name of the database and the selection of tables.'
        : 'See what stands against each table, or connect with another role.',
  }
}

const codes: Readonly<Record<string, FaultCode>> = {
  'server-version': 'SERVER_TOO_OLD',
  'wal-level': 'WAL_LEVEL_NOT_LOGICAL',
  'free-slots': 'NO_FREE_SLOT',
  'free-senders': 'NO_FREE_SENDER',
  'replication-privilege': 'NO_REPLICATION_PRIVILEGE',
  'publication-privilege': 'NO_PUBLICATION_PRIVILEGE',
  'table-owner': 'NO_PUBLICATION_PRIVILEGE',
  'table-select': 'NO_SELECT_PRIVILEGE',
  tables: 'NO_TABLES',
}

/**
 * The report's blockers as one fault for the command line: code, sentence and advice of the first,
 * all of them in the detail. Null where there is none.
 */
export function blockersOf(report: PreflightReport): MillraceError | null {
  const blockers = report.findings.filter((finding) => finding.severity === 'blocker')
  const first = blockers[0]
  if (!first) return null
  const others = blockers.length - 1
  return new MillraceError({
    code: codes[first.check] ?? 'PREFLIGHT_FAILED',
    message: first.found,
    advice: others === 0 ? first.advice : `${first.advice} (And ${others} more, see millrace doctor.)`,
    detail: blockers.map((finding) => `${finding.found} ${finding.advice}`).join('\n'),
  })
}
