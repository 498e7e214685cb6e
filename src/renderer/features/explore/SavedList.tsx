import { useCallback, useState } from 'react'
import { FileCode, PenLine, Trash2 } from 'lucide-react'
import type { SavedQuery } from '../../../main/contract/savedQueries.ts'
import { goTo } from '../../app/places.ts'
import { Button } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { SearchField } from '../../components/Field.tsx'
import { Menu } from '../../components/Menu.tsx'
import type { PopoverPlace } from '../../components/Popover.tsx'
import { openSaved } from './actions.ts'
import { askToDelete, askToRename } from './SavedQueryDialogs.tsx'
import { titleOfPath, useSavedQueries } from './savedQueryStore.ts'
import styles from './SidePanel.module.css'

function matches(query: SavedQuery, search: string): boolean {
  const text = `${query.path} ${query.title} ${query.description}`.toLowerCase()
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

/** The `.sql` files of the folder, by title. */
export function SavedList() {
  const saved = useSavedQueries((state) => state.saved)
  const [search, setSearch] = useState('')
  const [menu, setMenu] = useState<{ query: SavedQuery; place: PopoverPlace } | null>(null)
  const closeMenu = useCallback(() => setMenu(null), [])
  if (!saved) return null
  const shown = saved.queries.filter((query) => matches(query, search))
  return (
    <div className={styles.list}>
      <SearchField className={styles.search} label="Search saved queries" value={search} onChange={setSearch} />
      <div className={styles.rows} role={shown.length > 0 ? 'list' : 'group'} aria-label="Saved queries">
        {saved.fault && <ErrorNote fault={saved.fault} />}
        {shown.map((query) => (
          <div key={query.path} role="listitem">
            <button
              type="button" className={styles.row} title={`${query.path}\nF2 renames it, Delete deletes it`}
              onClick={() => openSaved(query)}
              onKeyDown={({ key }) => {
                if (key === 'F2') askToRename(query)
                if (key === 'Delete') askToDelete(query)
              }}
              onContextMenu={(event) => {
                event.preventDefault()
                // By the menu key there is no place of the pointer.
                const { left, bottom } = event.currentTarget.getBoundingClientRect()
                setMenu({ query, place: event.clientX > 0 ? { left: event.clientX, top: event.clientY } : { left, top: bottom } })
              }}
            >
              <span className={styles.title}>{query.title || titleOfPath(query.path)}</span>
              <span className={classes(styles.words)}>{query.description || query.path}</span>
            </button>
          </div>
        ))}
        {shown.length === 0 && !saved.fault && (
          <p className={styles.nothing}>
            {search === ''
              ? 'Ctrl+S saves a query as a .sql file here. The folder can be one that your team keeps in git.'
              : 'No saved query has these words.'}
          </p>
        )}
      </div>
      {menu && (
        <Menu
          place={menu.place} label={`Saved query ${menu.query.path}`} onClose={closeMenu}
          groups={[
            [{ label: 'Open', icon: FileCode, keys: 'Enter', perform: () => openSaved(menu.query) }],
            [
              { label: 'Rename…', icon: PenLine, keys: 'F2', perform: () => askToRename(menu.query) },
              { label: 'Delete…', icon: Trash2, keys: 'Delete', perform: () => askToDelete(menu.query) },
            ],
          ]}
        />
      )}
      <footer className={styles.foot}>
        <span title={saved.folder}>{saved.folder}</span>
        <Button size="small" variant="quiet" onClick={() => goTo('settings')}>Change</Button>
      </footer>
    </div>
  )
}
