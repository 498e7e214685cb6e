import { create } from 'zustand'
import { Tabs } from '../../components/Tabs.tsx'
import { HistoryList } from './HistoryList.tsx'
import { SavedList } from './SavedList.tsx'
import { SchemaTree } from './SchemaTree.tsx'
import styles from './SidePanel.module.css'

type Part = 'schemas' | 'saved' | 'history'

const useSidePanel = create<{ part: Part }>()(() => ({ part: 'schemas' }))

const parts: { id: Part; label: string }[] = [
  { id: 'schemas', label: 'Schemas' },
  { id: 'saved', label: 'Saved' },
  { id: 'history', label: 'History' },
]

/** Brings that part forward and puts the focus into it. */
export function showSidePart(part: Part): void {
  useSidePanel.setState({ part })
  requestAnimationFrame(() => {
    if (part === 'schemas') document.getElementById('explore-tree')?.focus()
    else document.querySelector<HTMLElement>('#explore-side input[type="search"]')?.focus()
  })
}

/** Left of the editor: what there is to query, and what was queried. */
export function SidePanel() {
  const part = useSidePanel((state) => state.part)
  return (
    <div id="explore-side" className={styles.side}>
      <Tabs
        label="Beside the editor" tabs={parts} active={part} className={styles.tabs}
        onChange={(next) => useSidePanel.setState({ part: next })}
      />
      <div className={styles.part}>
        {part === 'schemas' && <SchemaTree />}
        {part === 'saved' && <SavedList />}
        {part === 'history' && <HistoryList />}
      </div>
    </div>
  )
}
