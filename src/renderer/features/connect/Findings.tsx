import { CircleAlert, CircleCheck, Info, OctagonX } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { Finding } from '../../../main/contract/source.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import styles from './Findings.module.css'
import { groupFindings, sqlOf } from './findings.ts'
import type { FindingGroup } from './findings.ts'

const faces: Record<Finding['severity'], { icon: LucideIcon; word: string }> = {
  ok: { icon: CircleCheck, word: 'Passed' },
  note: { icon: Info, word: 'Note' },
  warning: { icon: CircleAlert, word: 'Needs a look' },
  blocker: { icon: OctagonX, word: 'In the way' },
}

/** What a DBA would run; unfolded where it is in the way. */
function Sql({ sql, open }: { sql: string; open: boolean }) {
  return (
    <details open={open} className={styles.mend}>
      <summary>SQL that mends it</summary>
      <div className={styles.sql}>
        <pre tabIndex={0} aria-label="SQL that mends it">
          {sql}
        </pre>
        <CopyButton text={sql} label="Copy SQL" />
      </div>
    </details>
  )
}

const SHOWN_AT_ONCE = 3

function Group({ group }: { group: FindingGroup }) {
  const { icon: Icon, word } = faces[group.severity]
  const first = group.findings.slice(0, SHOWN_AT_ONCE)
  const more = group.findings.slice(SHOWN_AT_ONCE)
  const sql = sqlOf(group.findings)
  const advices = [...new Set(group.findings.map(({ advice }) => advice).filter(Boolean))]
  return (
    <li className={styles.group} data-severity={group.severity}>
      <Icon size={16} strokeWidth={1.75} aria-label={word} className={styles.icon} />
      <div className={styles.words}>
        {first.map((finding, index) => (
          <p key={index} className={styles.found}>
            {finding.found}
          </p>
        ))}
        {more.length > 0 && (
          <details>
            <summary>and {more.length} more of the kind</summary>
            {more.map((finding, index) => (
              <p key={index} className={styles.found}>
                {finding.found}
              </p>
            ))}
          </details>
        )}
        {group.severity !== 'ok' && advices.slice(0, 2).map((advice) => (
          <p key={advice} className={styles.advice}>
            {advice}
          </p>
        ))}
        {sql !== '' && <Sql sql={sql} open={group.severity === 'blocker'} />}
      </div>
    </li>
  )
}

/** What the look at the source has found, as a checklist: what is in the way stands first. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul className={styles.list} aria-label="Findings">
      {groupFindings(findings).map((group) => (
        <Group key={group.key} group={group} />
      ))}
    </ul>
  )
}
