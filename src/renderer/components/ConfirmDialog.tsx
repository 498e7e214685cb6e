import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Fault } from '../../main/contract/errors.ts'
import { Button } from './Button.tsx'
import { faultOfThrown } from './consequences.ts'
import { Dialog } from './Dialog.tsx'
import { ErrorNote } from './ErrorNote.tsx'

interface ConfirmDialogProps {
  title: string
  /** What the button says that it does: `Delete the file`. */
  action: string
  /** What is lost, and what is not. */
  children: ReactNode
  perform(): Promise<void>
  onClose(): void
}

/** Asks once before something is destroyed; tells why it could not be. */
export function ConfirmDialog({ title, action, children, perform, onClose }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)

  async function confirm(): Promise<void> {
    setBusy(true)
    try {
      await perform()
      onClose()
    } catch (thrown) {
      setFault(faultOfThrown(thrown))
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" busy={busy} onClick={() => void confirm()}>{action}</Button>
        </>
      }
    >
      {children}
      {fault && <ErrorNote fault={fault} />}
    </Dialog>
  )
}
