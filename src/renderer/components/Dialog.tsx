import { useEffect, useId, useRef } from 'react'
import type { ReactNode } from 'react'
import { X } from 'lucide-react'
import { IconButton } from './Button.tsx'
import styles from './Dialog.module.css'
import { classes } from './classes.ts'

interface DialogProps {
  open: boolean
  onClose(): void
  title: string
  children: ReactNode
  /** Buttons at the foot, the one that does it last. */
  actions?: ReactNode
  width?: number
  /** The title is said and not shown. */
  bare?: boolean
}

/** A modal dialog: the browser keeps the focus inside, Esc and a click beside it close it. */
export function Dialog({ open, onClose, title, children, actions, width = 440, bare }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useEffect(() => {
    if (open && !element.current?.open) {
      element.current?.showModal()
      // The browser would choose the first thing that takes the focus: the closing cross.
      element.current?.querySelector<HTMLElement>('input, textarea, select')?.focus()
    }
    if (!open) element.current?.close()
  }, [open])

  if (!open) return null
  return (
    <dialog
      ref={element}
      className={classes(styles.dialog, bare && styles.bare)}
      style={{ width }}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === element.current) onClose()
      }}
    >
      <div className={styles.inside}>
        <header className={bare ? 'onlyForReaders' : styles.header}>
          <h2 id={titleId}>{title}</h2>
          {!bare && <IconButton icon={X} size="small" label="Close" onClick={onClose} />}
        </header>
        {bare ? children : <div className={styles.body}>{children}</div>}
        {actions && <footer className={styles.actions}>{actions}</footer>}
      </div>
    </dialog>
  )
}
