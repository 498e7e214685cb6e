import { useState } from 'react'
import type { SavedQuery } from '../../../main/contract/savedQueries.ts'
import { goTo } from '../../app/places.ts'
import { Button } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { SearchField } from '../../components/Field.tsx'
import { openSaved } from './actions.ts'
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
  if (!saved) return null
  const shown = saved.queries.filter((query) => matches(query, search))
  return (
    <div className={styles.list}>
      <SearchField className={styles.search} label="Search saved queries" value={search} onChange={setSearch} />
      <div className={styles.rows} role="list" aria-label="Saved queries">
        {saved.fault && <ErrorNote fault={saved.fault} />}
        {shown.map((query) => (
          <div key={query.path} role="listitem">
            <button type="button" className={styles.row} title={query.path} onClick={() => openSaved(query)}>
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
      <footer className={styles.foot}>
        <span title={saved.folder}>{saved.folder}</span>
        <Button size="small" variant="quiet" onClick={() => goTo('settings')}>Change</Button>
      </footer>
    </div>
  )
}
