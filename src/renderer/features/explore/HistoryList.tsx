import { useDeferredValue, useEffect, useState } from 'react'
import type { HistoryEntry } from '../../../main/contract/history.ts'
import { engine } from '../../app/engineClient.ts'
import { classes } from '../../components/classes.ts'
import { SearchField } from '../../components/Field.tsx'
import { formatAgo, formatDuration, formatInstantWithZone, formatMany } from '../../components/format.ts'
import { useNow } from '../../components/useNow.ts'
import { openFromHistory } from './actions.ts'
import { useRuns } from './runs.ts'
import styles from './SidePanel.module.css'

const SHOWN = 200
/** The engine writes an entry once the last row is there. */
const READS_AFTER_MS = 250

export function outcomeOf({ fault, rows, durationMs }: HistoryEntry): string {
  if (fault) return fault.code === 'QUERY_CANCELLED' ? 'cancelled' : fault.message
  return `${formatMany(rows ?? 0, 'row')} · ${formatDuration(durationMs)}`
}

/** Every statement that was run in this workspace, the newest first. */
export function HistoryList() {
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search)
  const [entries, setEntries] = useState<readonly HistoryEntry[] | null>(null)
  const runs = useRuns((state) => state.byTab)
  const nowMs = useNow()

  useEffect(() => {
    let isOver = false
    const timer = setTimeout(() => {
      engine.history.list({ search: wanted, limit: SHOWN }).then(
        (list) => {
          if (!isOver) setEntries(list)
        },
        () => undefined,
      )
    }, READS_AFTER_MS)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [wanted, runs])

  return (
    <div className={styles.list}>
      <SearchField className={styles.search} label="Search the history" value={search} onChange={setSearch} />
      <div className={styles.rows} role="list" aria-label="History">
        {entries?.map((entry) => (
          <div key={entry.id} role="listitem">
            <button
              type="button" className={styles.row}
              title={`${entry.sql.slice(0, 600)}\n\n${formatInstantWithZone(entry.startedAt)}, on the ${entry.engine}`}
              onClick={() => openFromHistory(entry)}
            >
              <span className={styles.sql}>{entry.sql.replace(/\s+/g, ' ').slice(0, 160)}</span>
              <span className={classes(styles.words, entry.fault && styles.failed)}>
                <span className={styles.mark} data-engine={entry.engine} aria-hidden />
                {`${formatAgo(entry.startedAt, nowMs)} · ${outcomeOf(entry)}`}
                <span className="onlyForReaders">{`, on the ${entry.engine}`}</span>
              </span>
            </button>
          </div>
        ))}
        {entries?.length === 0 && (
          <p className={styles.nothing}>
            {search === '' ? 'What you run is kept here, on this machine only.' : 'Nothing that was run has these words.'}
          </p>
        )}
      </div>
      <footer className={styles.foot}>
        <span title="The values of parameters are not kept.">Kept on this machine only</span>
      </footer>
    </div>
  )
}
