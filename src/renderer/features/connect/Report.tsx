import { useState } from 'react'
import { EyeOff, Play } from 'lucide-react'
import type { PreflightReport } from '../../../main/contract/source.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { SearchField } from '../../components/Field.tsx'
import { formatBytes, formatDuration, formatMany, formatShortCount } from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import { countOf, sqlOf } from './findings.ts'
import { Findings } from './Findings.tsx'
import { MaskDialog } from './MaskDialog.tsx'
import styles from './Report.module.css'
import { changeTree, choose, maskKey, nameOf, startFollowing, useConnect } from './store.ts'
import { firstChoice, sumOf } from './tableTree.ts'
import { TableTree } from './TableTree.tsx'

function ServerLine({ report }: { report: PreflightReport }) {
  const blockers = countOf(report.findings, 'blocker')
  const server = report.server
  return (
    <header className={styles.server}>
      <h2>
        {report.ready ? (
          <StatusDot tone="ok" shape="done">
            Ready to follow
          </StatusDot>
        ) : (
          <StatusDot tone="bad" shape="stopped">
            {formatMany(blockers, 'thing')} in the way
          </StatusDot>
        )}
      </h2>
      {server && (
        <p className={styles.facts}>
          <span className={styles.postgres}>PostgreSQL {server.version}</span>
          <span>{`${server.user} on ${server.database}`}</span>
          <span>{server.tls ? 'encrypted' : 'not encrypted'}</span>
          <span className="figure">{formatDuration(server.roundTripMs)} round trip</span>
          {server.inRecovery && <span>standby</span>}
        </p>
      )}
      {!report.ready && sqlOf(report.findings) !== '' && (
        <CopyButton text={sqlOf(report.findings)} label="Copy all SQL" />
      )}
    </header>
  )
}

function StartBar({ report }: { report: PreflightReport }) {
  const state = useConnect()
  const sum = sumOf(report.tables, state.chosen)
  const masked = report.tables
    .filter(({ oid }) => state.chosen.has(oid))
    .reduce((count, table) => count + table.columns.filter((column) => state.masks.has(maskKey(table, column))).length, 0)
  const rows = sum.rows > 0 ? `, about ${formatShortCount(sum.rows)}${sum.rowsAreMore ? ' or more' : ''} rows` : ''
  const notes = [
    sum.insertsOnly > 0 ? `${formatMany(sum.insertsOnly, 'table')} with inserts only` : '',
    sum.textColumns > 0 ? `${formatMany(sum.textColumns, 'column')} kept as text` : '',
    masked > 0 ? `${formatMany(masked, 'column')} masked` : '',
  ].filter(Boolean)
  return (
    <footer className={styles.start}>
      {state.fault && <ErrorNote fault={state.fault} />}
      <div className={styles.startLine}>
        <div className={styles.sum}>
          <p className={styles.sumHead}>
            {sum.tables === 0
              ? 'No table is ticked'
              : `${formatMany(sum.tables, 'table')}, ${formatBytes(sum.bytes)}${rows}`}
          </p>
          <p className="muted">
            {report.ready
              ? notes.join(' · ') || 'One publication and one slot are made on the source; Millrace can remove both.'
              : 'Mend what is in the way, then test again.'}
          </p>
        </div>
        <Button
          variant="primary"
          size="large"
          icon={Play}
          busy={state.work === 'starting'}
          disabled={!report.ready || sum.tables === 0 || state.work !== null}
          onClick={() => void startFollowing()}
        >
          {state.work === 'starting' ? 'Starting' : `Copy and follow ${nameOf(state)}`}
        </Button>
      </div>
    </footer>
  )
}

/** What the test found: the checklist, the tables, and the one button. */
export function Report({ report }: { report: PreflightReport }) {
  const search = useConnect((state) => state.tree.search)
  const chosen = useConnect((state) => state.chosen)
  const [isMasking, setIsMasking] = useState(false)
  return (
    <div className={styles.report}>
      <ServerLine report={report} />
      <div className={styles.findings}>
        <Findings findings={report.findings} />
      </div>
      {report.tables.length > 0 && (
        <>
          <div className={styles.tablesHead}>
            <h2>What to copy</h2>
            <Button size="small" variant="quiet" onClick={() => choose(firstChoice(report.tables))}>
              All that can be followed
            </Button>
            <Button size="small" variant="quiet" onClick={() => choose(new Set())}>
              None
            </Button>
            <Button size="small" variant="quiet" icon={EyeOff} disabled={chosen.size === 0} onClick={() => setIsMasking(true)}>
              Mask columns…
            </Button>
            <SearchField label="Search tables" value={search} className={styles.search}
              onChange={(text) => changeTree({ search: text })} />
          </div>
          <TableTree tables={report.tables} />
          <StartBar report={report} />
          {isMasking && (
            <MaskDialog tables={report.tables.filter(({ oid }) => chosen.has(oid))} onClose={() => setIsMasking(false)} />
          )}
        </>
      )}
    </div>
  )
}
