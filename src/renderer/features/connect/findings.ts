import type { Finding } from '../../../main/contract/source.ts'

/** Findings of one check and one severity: said once, with the tables that it is about. */
export interface FindingGroup {
  key: string
  severity: Finding['severity']
  check: string
  findings: Finding[]
}

const weight: Record<Finding['severity'], number> = { blocker: 0, warning: 1, note: 2, ok: 3 }

/** Blockers first. Findings about single tables are put together by check. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string, FindingGroup>()
  for (const [index, finding] of findings.entries()) {
    const { check, severity, table } = finding
    const key = table ? `${severity} ${check}` : `${severity} ${check} ${index}`
    const group = groups.get(key)
    if (group) group.findings.push(finding)
    else groups.set(key, { key, severity, check, findings: [finding] })
  }
  return [...groups.values()].sort((first, second) => weight[first.severity] - weight[second.severity])
}

/** All the SQL of the findings, each piece once, in order. */
export function sqlOf(findings: readonly Finding[]): string {
  const pieces = findings.map(({ sql }) => sql?.trim()).filter((sql): sql is string => Boolean(sql))
  return [...new Set(pieces)].join('\n')
}

export function countOf(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length
}
