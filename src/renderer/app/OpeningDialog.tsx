import { useState } from 'react'
import { Button } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { TextField } from '../components/Field.tsx'
import { useAppInfo } from './appInfo.ts'
import styles from './OpeningDialog.module.css'
import { giveUpOpening, openWorkspace, useOpening } from './openWorkspace.ts'

/** Asks for a password that is not kept, or tells why an earlier workspace could not be opened. */
export function OpeningDialog() {
  const { workspace, wantsPassword, busy, fault } = useOpening()
  const info = useAppInfo((state) => state.info)
  const [password, setPassword] = useState('')
  const open = workspace !== null && (wantsPassword || fault !== null)
  if (!workspace || !open) return null

  function close(): void {
    setPassword('')
    giveUpOpening()
  }

  function submit(): void {
    void openWorkspace(workspace!, wantsPassword ? password : undefined)
  }

  return (
    <Dialog
      open={open}
      onClose={close}
      title={`Open ${workspace.name}`}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={submit}>
            {wantsPassword ? 'Open' : 'Try again'}
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        {wantsPassword && (
          <TextField
            label={`Password of ${workspace.source.user} on ${workspace.source.host}`}
            type="password"
            autoFocus
            value={password}
            onChange={setPassword}
            hint={info?.secretsNote ?? 'It goes to the engine only, and is kept in the system’s keychain.'}
          />
        )}
        {fault && (
          <ErrorNote
            fault={fault}
            consequence="Nothing is lost: the file keeps what it has, and the source keeps the rest for it."
          />
        )}
      </form>
    </Dialog>
  )
}
