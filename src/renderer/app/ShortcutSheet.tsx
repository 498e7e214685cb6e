import { create } from 'zustand'
import { Dialog } from '../components/Dialog.tsx'
import { ShortcutList } from './ShortcutList.tsx'
import styles from './ShortcutSheet.module.css'

const useSheet = create<{ open: boolean }>()(() => ({ open: false }))

export function openShortcutSheet(): void {
  useSheet.setState({ open: true })
}

/** The keys of everything, at a glance; Settings changes them. */
export function ShortcutSheet() {
  const open = useSheet((state) => state.open)
  return (
    <Dialog open={open} onClose={() => useSheet.setState({ open: false })} title="Shortcuts" width={1000}>
      <div className={styles.sheet} tabIndex={0} role="region" aria-label="All shortcuts">
        <ShortcutList />
      </div>
    </Dialog>
  )
}
