import { useEffect, useMemo, useState } from 'react'
import { Command as Cmdk } from 'cmdk'
import { Columns3, FileCode2, History, Table2 } from 'lucide-react'
import type { HistoryEntry } from '../../../main/contract/history.ts'
import { useCatalogs } from '../../app/catalogs.ts'
import { engine } from '../../app/engineClient.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { openFromHistory, openSaved, openTable } from './actions.ts'
import { outcomeOf } from './HistoryList.tsx'
import { findOpenables, namedColumns } from './quickOpen.ts'
import type { Openable } from './quickOpen.ts'
import { closeQuickOpen, useQuickOpen } from './quickOpenState.ts'
import { useSavedQueries } from './savedQueryStore.ts'
import { mergedTables } from './tree.ts'
import styles from '../../app/Palette.module.css'

const headings = { table: 'Tables', column: 'Columns', saved: 'Saved queries', history: 'History' }
const icons = { table: Table2, column: Columns3, saved: FileCode2, history: History }

function wordsOf(found: Openable): { key: string; label: string; detail: string } {
  switch (found.kind) {
    case 'table': {
      const key = `${found.on}.${found.table.schema}.${found.table.name}`
      return { key, label: found.table.name, detail: `${found.table.schema}${found.on === 'source' ? ', on the source' : ''}` }
    }
    case 'column': {
      const { table, column, type, on } = found
      return { key: `${on}.${table.schema}.${table.name}.${column}`, label: column, detail: `${table.name}  ${type}` }
    }
    case 'saved':
      return { key: found.query.path, label: found.query.title || found.query.path, detail: found.query.path }
    case 'history':
      return { key: found.entry.id, label: found.entry.sql.replace(/\s+/g, ' ').slice(0, 90), detail: outcomeOf(found.entry) }
  }
}

function open(found: Openable): void {
  closeQuickOpen()
  switch (found.kind) {
    case 'table':
    case 'column':
      return openTable(found.table, found.on)
    case 'saved':
      return openSaved(found.query)
    case 'history':
      return openFromHistory(found.entry)
  }
}

function Body() {
  const [search, setSearch] = useState('')
  const [history, setHistory] = useState<readonly HistoryEntry[]>([])
  const replica = useCatalogs((state) => state.replica.tables)
  const source = useCatalogs((state) => state.source.tables)
  const saved = useSavedQueries((state) => state.saved?.queries)
  useEffect(() => {
    engine.history.list({ limit: 500 }).then(setHistory, () => undefined)
  }, [])
  const tables = useMemo(
    () => mergedTables(replica, source).map(({ table, where }) => ({ table, on: where })),
    [replica, source],
  )
  const columns = useMemo(() => namedColumns(tables), [tables])
  const found = useMemo(
    () => findOpenables(search, { tables, columns, saved: saved ?? [], history }),
    [search, tables, columns, saved, history],
  )
  return (
    <Cmdk label="Open anything" className={styles.palette} shouldFilter={false} loop>
      <Cmdk.Input
        autoFocus placeholder="Open a table, a column, a saved query, something you ran" className={styles.input}
        value={search} onValueChange={setSearch}
      />
      <Cmdk.List className={styles.list}>
        <Cmdk.Empty className={styles.empty}>Nothing has these words.</Cmdk.Empty>
        {(['table', 'saved', 'column', 'history'] as const).map((kind) => {
          const ofKind = found.filter((openable) => openable.kind === kind)
          if (ofKind.length === 0) return null
          const Icon = icons[kind]
          return (
            <Cmdk.Group key={kind} heading={headings[kind]} className={styles.group}>
              {ofKind.map((openable) => {
                const { key, label, detail } = wordsOf(openable)
                return (
                  <Cmdk.Item key={key} value={`${kind} ${key}`} className={styles.item} onSelect={() => open(openable)}>
                    <Icon size={14} strokeWidth={1.75} aria-hidden />
                    <span className={styles.label}>{label}</span>
                    <span className={styles.detail}>{detail}</span>
                  </Cmdk.Item>
                )
              })}
            </Cmdk.Group>
          )
        })}
      </Cmdk.List>
    </Cmdk>
  )
}

/** Ctrl+P: whatever has a name, by a few letters of it. */
export function QuickOpen() {
  const isOpen = useQuickOpen((state) => state.open)
  return (
    <Dialog open={isOpen} onClose={closeQuickOpen} title="Open anything" width={640} bare>
      <Body />
    </Dialog>
  )
}
