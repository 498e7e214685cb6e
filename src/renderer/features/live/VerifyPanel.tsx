import { useState } from 'react'
import { ChevronRight, ShieldCheck, Wrench, X } from 'lucide-react'
import type { LiveSnapshot } from '../../../main/contract/live.ts'
import type { RowDifference, Verification, VerifiedTable } from '../../../main/contract/verify.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { formatCount, formatMany } from '../../components/format.ts'
import { Progress } from '../../components/Progress.tsx'
import { StatusDot } from '../../components/StatusDot.tsx'
import { Steady } from '../../components/Steady.tsx'
import { differingRows, outcomeFaces, verifySentence } from './verifySentence.ts'
import { askToRepair, canRepair, cancelVerification, putAwayVerification, useVerify, verify } from './verifyStore.ts'
import styles from './VerifyPanel.module.css'

/** Begins a verification; there is nothing to begin while one runs or the stream rests. */
export function VerifyButton({ state }: { state: LiveSnapshot['state'] }) {
  const isRunning = useVerify((now) => now.isRunning)
  const follows = state === 'following' || state === 'catching-up'
  return (
    <Button icon={ShieldCheck} disabled={!follows || isRunning} title="Hold every row against the source (Ctrl+Alt+V)"
      onClick={() => void verify({ mode: 'full', repair: false })}>
      Verify
    </Button>
  )
}

function keyText({ keyColumns }: VerifiedTable, difference: RowDifference): string {
  if (difference.key.length === 0) return `${formatMany(difference.rows, 'row')}, which have no key`
  return difference.key.map((value, place) => `${keyColumns[place] ?? '?'} = ${value}`).join(', ')
}

function Differences({ table }: { table: VerifiedTable }) {
  const more = differingRows(table) - table.differences.reduce((sum, { rows }) => sum + rows, 0)
  return (
    <div className={styles.differences} tabIndex={0} role="region" aria-label={`Rows of ${table.schema}.${table.name} that differ`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Key</th>
            <th scope="col">Columns</th>
          </tr>
        </thead>
        <tbody>
          {table.differences.map((difference, index) => (
            <tr key={index}>
              <td>
                {difference.kind}
                {difference.repaired && <span className="muted">, mended</span>}
              </td>
              <td className={styles.key} title={keyText(table, difference)}>
                {keyText(table, difference)}
              </td>
              <td className={styles.key} title={difference.columns.join(', ')}>
                {difference.columns.join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="muted">and {formatMany(more, 'row')} more</p>}
    </div>
  )
}

function TableLine({ table }: { table: VerifiedTable }) {
  const face = outcomeFaces[table.outcome]
  const hasMore = table.differences.length > 0
  const [unfolded, setUnfolded] = useState(table.outcome === 'differs')
  const name = `${table.schema}.${table.name}`
  const figures = [
    [table.rowsMissing, 'missing'],
    [table.rowsExtra, 'extra'],
    [table.rowsAltered, 'altered'],
    [table.rowsRepaired, 'mended'],
  ] as const
  return (
    <li className={styles.table}>
      <div className={styles.line}>
        {hasMore ? (
          <button type="button" className={styles.fold} aria-expanded={unfolded} aria-label={`Rows of ${name} that differ`}
            onClick={() => setUnfolded(!unfolded)}>
            <ChevronRight size={14} strokeWidth={2} aria-hidden className={styles.chevron} />
          </button>
        ) : (
          <span className={styles.fold} />
        )}
        <span className={styles.name} title={name}>
          <span className="muted">{table.schema}.</span>
          {table.name}
        </span>
        <span className={styles.outcome}>
          <StatusDot tone={face.tone} shape={face.shape}>
            {face.word}
          </StatusDot>
        </span>
        <span className={styles.rows}>{table.outcome === 'waiting' ? '' : formatMany(table.rowsCompared, 'row')}</span>
        <span className={styles.found}>
          {figures.filter(([rows]) => rows > 0).map(([rows, word]) => `${formatCount(rows)} ${word}`).join(' · ')}
        </span>
        <span className={styles.reason} title={table.reason ?? undefined}>
          {table.reason}
        </span>
      </div>
      {hasMore && unfolded && <Differences table={table} />}
    </li>
  )
}

/** What differs stands on top; what is equal is one line at the end. */
function Tables({ verification }: { verification: Verification }) {
  const isTold = ({ outcome, reason }: VerifiedTable): boolean => !(outcome === 'same' || outcome === 'waiting') || reason !== null
  const told = verification.tables.filter(isTold)
  const equal = verification.tables.filter(({ outcome, reason }) => outcome === 'same' && reason === null)
  return (
    <>
      {told.length > 0 && (
        <ul className={styles.tables}>
          {told.map((table) => (
            <TableLine key={`${verification.runId} ${table.schema}.${table.name} ${table.outcome}`} table={table} />
          ))}
        </ul>
      )}
      {told.length > 0 && equal.length > 0 && (
        <p className={styles.equal}>{formatMany(equal.length, 'other table is', 'other tables are')} equal.</p>
      )}
    </>
  )
}

function RepairDialog({ verification }: { verification: Verification }) {
  const open = useVerify((state) => state.isAskingToRepair)
  const differing = verification.tables.filter(({ outcome }) => outcome === 'differs')
  const rows = differing.reduce((sum, table) => sum + differingRows(table) - table.rowsRepaired, 0)
  const close = (): void => askToRepair(false)
  return (
    <Dialog open={open} onClose={close} title="Repair the copy"
      actions={
        <>
          <Button onClick={close}>Leave it</Button>
          <Button variant="primary" icon={Wrench}
            onClick={() => void verify({ mode: 'full', repair: true, onlyDiffering: true })}>
            Repair {formatMany(rows, 'row')}
          </Button>
        </>
      }>
      <p>
        {formatMany(differing.length, 'table')} will be compared once more. A row that is proven wrong then is replaced in
        your file by the row of the source, between two batches of changes.
      </p>
      <p className="muted">Nothing is written to the source, and following goes on.</p>
    </Dialog>
  )
}

/** The verification that runs or that was run last, until it is put away. */
export function VerifyPanel() {
  const { verification, isRunning, fault } = useVerify()
  if (fault) {
    return (
      <section className={styles.panel} aria-label="Verification">
        <ErrorNote fault={fault} severity="warning" action={<Button size="small" onClick={putAwayVerification}>Close</Button>} />
      </section>
    )
  }
  if (!verification) return null
  const sentence = verifySentence(verification)
  const { rows, expectedRows } = verification
  return (
    <section className={styles.panel} aria-label="Verification" data-testid="verification">
      <div className={styles.head}>
        <div className={styles.words} aria-live="polite">
          <h2 className={styles.headline}>
            <StatusDot tone={sentence.tone} shape={sentence.shape}>
              {sentence.headline}
            </StatusDot>
          </h2>
          <p className={styles.detail}>
            <Steady text={sentence.detail} />
          </p>
          {isRunning && (
            <Progress value={expectedRows === 0 ? null : rows / expectedRows} label="Verification" className={styles.progress} />
          )}
        </div>
        {isRunning ? (
          <Button size="small" onClick={cancelVerification}>
            Cancel
          </Button>
        ) : (
          <div className={styles.actions}>
            {canRepair() && (
              <Button size="small" variant="primary" icon={Wrench} onClick={() => askToRepair(true)}>
                Repair…
              </Button>
            )}
            <IconButton size="small" icon={X} label="Put the verification away" onClick={putAwayVerification} />
          </div>
        )}
      </div>
      {verification.fault && <ErrorNote fault={verification.fault} severity="warning" />}
      <Tables verification={verification} />
      <RepairDialog verification={verification} />
    </section>
  )
}
