import type { KeyboardEvent } from 'react'
import type { LucideIcon } from 'lucide-react'
import { keyCaps, runsOnMac } from '../app/keys.ts'
import { Kbd } from './Kbd.tsx'
import styles from './Menu.module.css'
import { Popover } from './Popover.tsx'
import type { PopoverPlace } from './Popover.tsx'

export interface MenuItem {
  label: string
  icon?: LucideIcon
  /** Shown beside it; the key itself is listened to elsewhere. */
  keys?: string
  isDisabled?: boolean
  /** What it does takes the place of the menu and closes by itself. */
  replaces?: boolean
  perform(): void
}

interface MenuProps {
  place: PopoverPlace
  label: string
  /** Groups of items, a line between two. */
  groups: readonly (readonly MenuItem[])[]
  onClose(): void
}

const steps: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
}

/** A menu by the ARIA pattern: https://www.w3.org/WAI/ARIA/apg/patterns/menubar/ */
export function Menu({ place, label, groups, onClose }: MenuProps) {
  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const step = steps[event.key]
    if (event.key === 'Tab') onClose()
    if (!step) return
    event.preventDefault()
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]:not([aria-disabled="true"])')]
    items[step(items.indexOf(document.activeElement as HTMLElement), items.length)]?.focus()
  }
  return (
    <Popover place={place} label={label} role="menu" onClose={onClose} onKeyDown={move}>
      {groups
        .filter((group) => group.length > 0)
        .map((group, at) => (
          <div key={at} role="group" className={styles.group}>
            {group.map((item) => {
              const Icon = item.icon
              return (
                <button
                  key={item.label}
                  type="button"
                  role="menuitem"
                  tabIndex={-1}
                  aria-disabled={item.isDisabled || undefined}
                  className={styles.item}
                  onClick={() => {
                    if (item.isDisabled) return
                    if (!item.replaces) onClose()
                    item.perform()
                  }}
                >
                  {Icon ? <Icon size={14} strokeWidth={1.75} aria-hidden /> : <span className={styles.noIcon} />}
                  <span className={styles.label}>{item.label}</span>
                  {item.keys && <Kbd caps={keyCaps(item.keys, runsOnMac)} />}
                </button>
              )
            })}
          </div>
        ))}
    </Popover>
  )
}
