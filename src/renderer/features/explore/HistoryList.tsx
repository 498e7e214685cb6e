import { useDeferredValue, useEffect, useState } from 'react'
import { create } from 'zustand'
import type { HistoryEntry } from '../../../main/contract/history.ts'
import { engine } from '../../app/engineClient.ts'
import { Button } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
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

const useClearing = create<{ isAsked: boolean; clearings: number }>()(() => ({ isAsked: false, clearings: 0 }))

export function askToClearHistory(): void {
  useClearing.setState({ isAsked: true })
}

/** Asked once, from the list as from the palette. */
export function ClearHistoryDialog() {
  const isAsked = useClearing((state) => state.isAsked)
  if (!isAsked) return null
  return (
    <ConfirmDialog
      title="Clear the history?"
      action="Clear the history"
      onClose={() => useClearing.setState({ isAsked: false })}
      perform={async () => {
        await engine.history.clear()
        useClearing.setState(({ clearings }) => ({ clearings: clearings + 1 }))
      }}
    >
      <p>Every statement that was run in this workspace is forgotten. Open queries and saved queries stay.</p>
    </ConfirmDialog>
  )
}

/** Every statement that was run in this workspace, the newest first. */
export function HistoryList() {
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search)
  const [entries, setEntries] = useState<readonly HistoryEntry[] | null>(null)
  const runs = useRuns((state) => state.byTab)
  const clearings = useClearing((state) => state.clearings)
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
  }, [wanted, runs, clearings])

  return (
    <div className={styles.list}>
      <SearchField className={styles.search} label="Search the history" value={search} onChange={setSearch} />
      <div className={styles.rows} role={entries && entries.length > 0 ? 'list' : 'group'} aria-label="History">
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
        <Button size="small" variant="quiet" disabled={entries?.length === 0 && search === ''} onClick={askToClearHistory}>
          Clear
        </Button>
      </footer>
    </div>
  )
}
