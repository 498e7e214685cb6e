import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { Check, ChevronDown, Database, LoaderCircle, Plus } from 'lucide-react'
import { ProductionMark } from '../components/Badge.tsx'
import { goTo } from './places.ts'
import { askToOpen, useOpening } from './openWorkspace.ts'
import styles from './WorkspaceSwitcher.module.css'
import { useWorkspaces } from './workspaces.ts'

/** The open workspace by name, and the way to the others. */
export function WorkspaceSwitcher() {
  const { current, all } = useWorkspaces()
  const opening = useOpening((state) => (state.busy ? state.workspace : null))
  const [open, setOpen] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (!open) return
    frame.current?.querySelector<HTMLElement>('[role^="menuitem"]')?.focus()
    const onPointer = (event: PointerEvent): void => {
      if (!frame.current?.contains(event.target as Node)) setOpen(false)
    }
    window.addEventListener('pointerdown', onPointer)
    return () => window.removeEventListener('pointerdown', onPointer)
  }, [open])

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      setOpen(false)
      button.current?.focus()
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    const items = [...(frame.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLElement)
    items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus()
  }

  function choose(action: () => void): void {
    setOpen(false)
    action()
  }

  return (
    <div ref={frame} className={styles.frame} onKeyDown={open ? onKeyDown : undefined}>
      <button
        ref={button}
        type="button"
        className={styles.button}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {opening ? (
          <LoaderCircle size={15} strokeWidth={1.75} aria-hidden className={styles.turning} />
        ) : (
          <Database size={15} strokeWidth={1.75} aria-hidden className={styles.icon} />
        )}
        <span className={styles.name}>{opening ? `Opening ${opening.name}` : (current?.name ?? 'No source')}</span>
        {current?.isProduction && <ProductionMark />}
        <ChevronDown size={14} strokeWidth={1.75} aria-hidden className={styles.icon} />
      </button>
      {open && (
        <div role="menu" aria-label="Workspaces" className={styles.menu}>
          {all.map((workspace) => (
            <button
              key={workspace.id}
              type="button"
              role="menuitemradio"
              aria-checked={workspace.id === current?.id}
              className={styles.item}
              onClick={() => choose(() => workspace.id !== current?.id && askToOpen(workspace))}
            >
              <span className={styles.tick}>
                {workspace.id === current?.id && <Check size={14} strokeWidth={2} aria-hidden />}
              </span>
              <span className={styles.itemName}>{workspace.name}</span>
              <span className={styles.address}>
                {workspace.isDemo ? 'demo' : `${workspace.source.host}/${workspace.source.database}`}
              </span>
            </button>
          ))}
          {all.length > 0 && <div role="separator" className={styles.separator} />}
          <button
            type="button"
            role="menuitem"
            className={styles.item}
            onClick={() => choose(() => goTo('connect'))}
          >
            <span className={styles.tick}>
              <Plus size={14} strokeWidth={2} aria-hidden />
            </span>
            <span className={styles.itemName}>Connect another source</span>
          </button>
        </div>
      )}
    </div>
  )
}
