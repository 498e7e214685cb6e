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

/** What had the focus before a dialog took it. */
const openers = new WeakMap<Element, Element | null>()

/** What gets the focus back: the element that has it, and where that is of a dialog, what that dialog gives it back to. */
function focusToGiveBack(): Element[] {
  const chain: Element[] = []
  for (let element = document.activeElement; element && element !== document.body && !chain.includes(element); ) {
    chain.push(element)
    const around = element.closest('dialog')
    element = around ? (openers.get(around) ?? null) : null
  }
  return chain
}

/** A modal dialog: the browser keeps the focus inside, Esc and a click beside it close it, and the focus goes back. */
export function Dialog({ open, onClose, title, children, actions, width = 440, bare }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // Taken while it is drawn: what focuses itself inside does so before any effect.
  const opener = useRef<Element[] | null>(null)
  if (open) opener.current ??= focusToGiveBack()
  else opener.current = null

  useEffect(() => {
    const dialog = element.current
    if (!open || !dialog) return
    const before = opener.current ?? []
    openers.set(dialog, before[0] ?? null)
    if (!dialog.open) dialog.showModal()
    // The browser would choose the first thing that takes the focus: the closing cross.
    dialog.querySelector<HTMLElement>('input, textarea, select')?.focus()
    return () => {
      const isTaken = document.activeElement !== document.body && !dialog.contains(document.activeElement)
      const back = before.find((one): one is HTMLElement => one.isConnected && one instanceof HTMLElement)
      if (!isTaken) back?.focus({ preventScroll: true })
    }
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
