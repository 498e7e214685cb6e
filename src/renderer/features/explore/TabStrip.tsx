import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { Plus, X } from 'lucide-react'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { IconButton } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { closeTab, newTab } from './actions.ts'
import { isRunning, useRuns } from './runs.ts'
import { isModified } from './savedQueryStore.ts'
import { changeTabs, useTabs } from './tabStore.ts'
import { withActiveTab, withMovedTab, withRenamedTab } from './tabs.ts'
import styles from './TabStrip.module.css'

const steps: Record<string, (at: number, count: number) => number> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
}

function TitleInput({ tab, onDone }: { tab: EditorTab; onDone(): void }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  return (
    <input
      ref={input}
      className={styles.title}
      aria-label="Name of the tab"
      defaultValue={tab.title}
      autoFocus
      size={Math.max(6, tab.title.length)}
      onBlur={(event) => {
        changeTabs((state) => withRenamedTab(state, tab.id, event.target.value))
        onDone()
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') {
          event.currentTarget.value = tab.title
          event.currentTarget.blur()
        }
      }}
    />
  )
}

/** The open queries. A stripe in the colour of its engine marks the active one; double click renames. */
export function TabStrip() {
  const tabs = useTabs((state) => state.tabs)
  const activeTabId = useTabs((state) => state.activeTabId)
  const byTab = useRuns((state) => state.byTab)
  const [renamed, setRenamed] = useState<string | null>(null)
  const list = useRef<HTMLDivElement>(null)

  // The active tab stays in sight, also when the row has less room.
  useEffect(() => {
    const element = list.current!
    const reveal = (): void => {
      const active = element.querySelector('[aria-selected="true"]')?.parentElement
      active?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    }
    reveal()
    const observer = new ResizeObserver(reveal)
    observer.observe(element)
    return () => observer.disconnect()
  }, [activeTabId])

  function onKeyDown(event: KeyboardEvent, at: number): void {
    const tab = tabs[at]!
    if (event.altKey && event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault()
      changeTabs((state) => withMovedTab(state, tab.id, at + (event.key === 'ArrowLeft' ? -1 : 1)))
      return
    }
    if (event.key === 'F2') return setRenamed(tab.id)
    if (event.key === 'Delete') return closeTab(tab.id)
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    const next = tabs[step(at, tabs.length)]!
    changeTabs((state) => withActiveTab(state, next.id))
    document.getElementById(`explore-tab-${next.id}`)?.focus()
  }

  return (
    <div className={styles.strip}>
      <div ref={list} role="tablist" aria-label="Queries" className={styles.list}>
        {tabs.map((tab, at) => {
          const isActive = tab.id === activeTabId
          const runs = byTab[tab.id] ? isRunning(byTab[tab.id]!) : false
          return (
            <div
              key={tab.id}
              role="presentation"
              className={classes(styles.tab, isActive && styles.active)}
              data-engine={tab.engine}
              onAuxClick={(event) => {
                if (event.button === 1) closeTab(tab.id)
              }}
            >
              {renamed === tab.id ? (
                <TitleInput tab={tab} onDone={() => setRenamed(null)} />
              ) : (
                <button
                  id={`explore-tab-${tab.id}`}
                  type="button"
                  role="tab"
                  aria-selected={isActive}
                  aria-controls="explore-panel"
                  tabIndex={isActive ? 0 : -1}
                  className={styles.name}
                  title={`${tab.title}, on the ${tab.engine}. Double click or F2 renames, Delete closes.`}
                  onClick={() => changeTabs((state) => withActiveTab(state, tab.id))}
                  onDoubleClick={() => setRenamed(tab.id)}
                  onKeyDown={(event) => onKeyDown(event, at)}
                >
                  <span className={styles.mark} aria-hidden />
                  {tab.title}
                  {isModified(tab) && <span className={styles.modified} role="img" aria-label="has changes that are not saved" />}
                  {runs && <span className={styles.runs} role="img" aria-label="is running" />}
                </button>
              )}
              {/* For the mouse; the keyboard has Delete and Ctrl+W. A tab list may hold nothing but tabs. */}
              <span className={styles.close} title="Close" aria-hidden onClick={() => closeTab(tab.id)}>
                <X size={13} strokeWidth={1.75} />
              </span>
            </div>
          )
        })}
      </div>
      <IconButton size="small" icon={Plus} label="New query" onClick={newTab} />
    </div>
  )
}
