import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Fault } from '../../../main/contract/errors.ts'
import type { TableName } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { copyEverythingAgain, copyingEverything } from '../../app/copyEverything.ts'
import { Button } from '../../components/Button.tsx'
import { faultOfThrown } from '../../components/consequences.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { AddTablesDialog } from './AddTablesDialog.tsx'
import { ChooseTableDialog } from './ChooseTableDialog.tsx'
import styles from './TableDialogs.module.css'
import { closeTableDialog, useTableDialog } from './tableDialogs.ts'

interface ConfirmProps {
  title: string
  action: string
  danger?: boolean
  perform(): Promise<unknown>
  children: ReactNode
}

/** A question before something that takes copies away or makes them anew. */
function Confirm({ title, action, danger, perform, children }: ConfirmProps) {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  async function go(): Promise<void> {
    setBusy(true)
    setFault(null)
    try {
      await perform()
      closeTableDialog()
    } catch (thrown) {
      setFault(faultOfThrown(thrown))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={closeTableDialog}
      title={title}
      actions={
        <>
          <Button onClick={closeTableDialog}>Cancel</Button>
          <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void go()}>
            {action}
          </Button>
        </>
      }
    >
      <div className={styles.words}>
        {children}
        {fault && <ErrorNote fault={fault} />}
      </div>
    </Dialog>
  )
}

function RemoveTable({ table, sourceName }: { table: TableName; sourceName: string }) {
  const name = `${table.schema}.${table.name}`
  return (
    <Confirm title={`Stop following ${name}?`} action="Stop following" danger
      perform={() => engine.workspace.removeTable(table)}>
      <p>
        Its copy is dropped from the file, and it leaves the publication on {sourceName}. The table there is not touched, and
        you can add it again.
      </p>
      <p className="muted">
        What you made of it in <code>scratch</code> stays: a table there keeps its rows, and a view that reads it fails until you
        add it again.
      </p>
    </Confirm>
  )
}

function CopyEverything({ sourceName }: { sourceName: string }) {
  return (
    <Confirm title="Copy everything again?" action="Copy everything again" perform={copyEverythingAgain}>
      <p>{copyingEverything(sourceName)}</p>
    </Confirm>
  )
}

/** The dialogs about tables; one at a time. */
export function TableDialogs({ sourceName }: { sourceName: string }) {
  const dialog = useTableDialog((state) => state.dialog)
  if (dialog === null) return null
  if (dialog.kind === 'add') return <AddTablesDialog sourceName={sourceName} />
  if (dialog.kind === 'choose') return <ChooseTableDialog purpose={dialog.purpose} />
  if (dialog.kind === 'remove') return <RemoveTable table={dialog.table} sourceName={sourceName} />
  return <CopyEverything sourceName={sourceName} />
}
