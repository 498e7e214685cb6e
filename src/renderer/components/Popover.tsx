import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { createPortal } from 'react-dom'
import styles from './Popover.module.css'

export interface PopoverPlace {
  /** In pixels of the window; the popover stands below and to the right where there is room. */
  left: number
  top: number
}

interface PopoverProps {
  place: PopoverPlace
  label: string
  role?: 'dialog' | 'menu'
  onClose(): void
  onKeyDown?(event: KeyboardEvent<HTMLDivElement>): void
  children: ReactNode
}

const MARGIN_PIXELS = 8

/** A floating panel; Esc, a click beside it and a scroll of the window close it, and the focus goes back. */
export function Popover({ place, label, role = 'dialog', onClose, onKeyDown, children }: PopoverProps) {
  const element = useRef<HTMLDivElement>(null)
  const [shift, setShift] = useState<PopoverPlace>(place)

  useLayoutEffect(() => {
    const { width, height } = element.current!.getBoundingClientRect()
    setShift({
      left: Math.max(MARGIN_PIXELS, Math.min(place.left, window.innerWidth - width - MARGIN_PIXELS)),
      top: Math.max(MARGIN_PIXELS, Math.min(place.top, window.innerHeight - height - MARGIN_PIXELS)),
    })
  }, [place])

  useEffect(() => {
    const before = document.activeElement
    element.current?.querySelector<HTMLElement>('input, select, [role="menuitem"]:not([aria-disabled="true"])')?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])

  useEffect(() => {
    const onPointer = (event: PointerEvent): void => {
      if (!element.current?.contains(event.target as Node)) onClose()
    }
    document.addEventListener('pointerdown', onPointer, true)
    window.addEventListener('resize', onClose)
    return () => {
      document.removeEventListener('pointerdown', onPointer, true)
      window.removeEventListener('resize', onClose)
    }
  }, [onClose])

  return createPortal(
    <div
      ref={element}
      role={role}
      aria-label={label}
      className={styles.popover}
      style={shift}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') {
          event.preventDefault()
          onClose()
        } else onKeyDown?.(event)
      }}
    >
      {children}
    </div>,
    document.body,
  )
}
