import { Moon, Search, Sun } from 'lucide-react'
import { IconButton } from '../components/Button.tsx'
import { Kbd } from '../components/Kbd.tsx'
import { keyCaps, runsOnMac } from './keys.ts'
import { openPalette } from './Palette.tsx'
import { toggleTheme, usePreferences } from './preferences.ts'
import styles from './TopBar.module.css'
import { WorkspaceSwitcher } from './WorkspaceSwitcher.tsx'

export function TopBar() {
  const theme = usePreferences((state) => state.shownTheme)
  return (
    <header className={styles.bar}>
      <WorkspaceSwitcher />
      <button type="button" className={styles.search} onClick={openPalette}>
        <Search size={14} strokeWidth={1.75} aria-hidden />
        <span>Search or run a command</span>
        <Kbd caps={keyCaps('Ctrl+K', runsOnMac)} />
      </button>
      <div className={styles.right}>
        <IconButton
          icon={theme === 'dark' ? Sun : Moon}
          label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
          onClick={() => void toggleTheme()}
        />
      </div>
    </header>
  )
}
