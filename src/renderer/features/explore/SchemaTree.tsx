import { useDeferredValue, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { ChevronRight, EyeOff, KeyRound, RefreshCw, TextCursorInput } from 'lucide-react'
import { useCatalogs } from '../../app/catalogs.ts'
import { useLive } from '../../app/live.ts'
import { usePreferences } from '../../app/preferences.ts'
import { openTablePage } from '../../app/tablePages.ts'
import { IconButton } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { SearchField } from '../../components/Field.tsx'
import { formatCount, formatShortCount } from '../../components/format.ts'
import { Skeleton } from '../../components/Skeleton.tsx'
import { shortType } from '../../components/sql/shortType.ts'
import { useVirtualRows } from '../../components/useVirtualRows.ts'
import { openTable, refreshCatalogs } from './actions.ts'
import { isKeptAsText, mergedTables, treeRows } from './tree.ts'
import type { TreeRow } from './tree.ts'
import styles from './SchemaTree.module.css'

const ROW_PIXELS = { comfortable: 26, compact: 22 }

const levels = { schema: 1, table: 2, column: 3 }

function useRowCounts(): ReadonlyMap<string, number> {
  const tables = useLive((live) => live.snapshot?.tables)
  return useMemo(() => new Map(tables?.map((table) => [`${table.schema}.${table.name}`, table.rows]) ?? []), [tables])
}

function RowWords({ row, counts }: { row: TreeRow; counts: ReadonlyMap<string, number> }) {
  if (row.kind === 'schema') {
    return (
      <>
        <span className={styles.schema}>{row.schema}</span>
        <span className={styles.count}>{formatCount(row.tables)}</span>
      </>
    )
  }
  if (row.kind === 'table') {
    const { table, where } = row.entry
    const rows = where === 'replica' ? counts.get(`${table.schema}.${table.name}`) ?? table.rows : table.rows
    return (
      <>
        <span className={classes(styles.where, styles[where])} aria-hidden />
        <span className={styles.name}>{table.name}</span>
        <span className="onlyForReaders">{where === 'replica' ? 'in the replica' : 'on the source only'}</span>
        {table.kind === 'view' && <span className={styles.kind}>view</span>}
        {rows !== null && <span className={styles.count}>{formatShortCount(rows)}</span>}
      </>
    )
  }
  const { column } = row
  return (
    <>
      {column.key ? (
        <KeyRound size={12} strokeWidth={1.75} className={styles.key} aria-label="key" />
      ) : (
        <span className={styles.noKey} />
      )}
      <span className={styles.name}>{column.name}</span>
      {column.mask && <EyeOff size={13} strokeWidth={1.75} className={styles.note} role="img" aria-label={`masked: ${column.mask}`} />}
      {!column.mask && isKeptAsText(column) && (
        <TextCursorInput
          size={13} strokeWidth={1.75} className={styles.note} role="img" aria-label={column.note ?? 'kept as text'}
        />
      )}
      <span className={styles.type}>{shortType(column.sourceType ?? column.type)}</span>
    </>
  )
}

function hoverOf(row: TreeRow, counts: ReadonlyMap<string, number>): string {
  if (row.kind === 'schema') return row.schema
  const { table, where } = row.entry
  if (row.kind === 'table') {
    const rows = where === 'replica' ? counts.get(`${table.schema}.${table.name}`) ?? table.rows : table.rows
    const missing = table.replicated
      ? 'on the source, its copy is not ready yet'
      : 'on the source only, it is not copied'
    const lines = [`${table.schema}.${table.name}, ${where === 'replica' ? 'in the replica' : missing}`]
    if (rows !== null) lines.push(`${formatCount(rows)} rows`)
    return [...lines, 'Enter opens its page, double click its rows'].join('\n')
  }
  const { column } = row
  const types = column.sourceType ? `${column.sourceType} on the source, ${column.type} in the replica` : column.type
  return [`${column.name}: ${types}`, column.note].filter(Boolean).join('\n')
}

/** The schemas of both engines as one tree: gold is in the replica, blue is on the source only. */
export function SchemaTree() {
  const replica = useCatalogs((state) => state.replica)
  const source = useCatalogs((state) => state.source)
  const counts = useRowCounts()
  const density = usePreferences((state) => state.preferences.density)
  const [search, setSearch] = useState('')
  const deferredSearch = useDeferredValue(search)
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [activeId, setActiveId] = useState<string | null>(null)
  const frame = useRef<HTMLDivElement>(null)

  const tables = useMemo(() => mergedTables(replica.tables, source.tables), [replica.tables, source.tables])
  const rows = useMemo(() => treeRows(tables, toggled, deferredSearch), [tables, toggled, deferredSearch])
  const rowPixels = ROW_PIXELS[density]
  const virtual = useVirtualRows(frame, rows.length, rowPixels)
  const activeAt = Math.max(0, rows.findIndex(({ id }) => id === activeId))

  function toggle(id: string): void {
    setToggled((before) => {
      const next = new Set(before)
      if (!next.delete(id)) next.add(id)
      return next
    })
  }

  function open(row: TreeRow): void {
    if (row.kind === 'schema') toggle(row.id)
    else openTable(row.entry.table, row.entry.where)
  }

  function moveTo(at: number): void {
    const row = rows[Math.min(rows.length - 1, Math.max(0, at))]
    if (!row) return
    setActiveId(row.id)
    virtual.reveal(rows.indexOf(row))
  }

  function parentOf(at: number): number {
    const level = levels[rows[at]!.kind]
    for (let index = at - 1; index >= 0; index -= 1) if (levels[rows[index]!.kind] < level) return index
    return at
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[activeAt]
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    const isOpen = row.kind !== 'column' && row.isOpen
    const moves: Record<string, () => void> = {
      ArrowDown: () => moveTo(activeAt + 1),
      ArrowUp: () => moveTo(activeAt - 1),
      PageDown: () => moveTo(activeAt + 15),
      PageUp: () => moveTo(activeAt - 15),
      Home: () => moveTo(0),
      End: () => moveTo(rows.length - 1),
      ArrowRight: () => (row.kind === 'column' ? undefined : isOpen ? moveTo(activeAt + 1) : toggle(row.id)),
      ArrowLeft: () => (isOpen ? toggle(row.id) : moveTo(parentOf(activeAt))),
      ' ': () => (row.kind === 'column' ? undefined : toggle(row.id)),
      Enter: () => (row.kind === 'schema' ? toggle(row.id) : openTablePage(row.entry.table)),
      F4: () => (row.kind === 'schema' ? undefined : openTablePage(row.entry.table)),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  }

  let body: ReactNode = null
  if (rows.length === 0) {
    const isReading = replica.state === 'reading' || replica.state === 'unread'
    if (isReading) body = <Skeleton label="The schemas are being read" rows={8} />
    else if (replica.fault) body = <div className={styles.words}><ErrorNote fault={replica.fault} /></div>
    else body = <p className={styles.words}>{search ? 'No table or column of that name.' : 'There is no table yet.'}</p>
  }

  return (
    <section className={styles.panel} aria-label="Schemas">
      <div className={styles.head}>
        <SearchField
          label="Tables and columns" value={search} onChange={setSearch} className={styles.search}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            event.preventDefault()
            frame.current?.focus()
            moveTo(rows.findIndex(({ kind }) => kind === 'table'))
          }}
        />
        <IconButton size="small" icon={RefreshCw} label="Read the schemas anew (F5)" onClick={refreshCatalogs} />
      </div>
      {body}
      {rows.length > 0 && replica.fault && (
        <div className={styles.failure}>
          <ErrorNote fault={replica.fault} severity="warning" consequence="Below are the tables of the source only." />
        </div>
      )}
      <div
        ref={frame}
        id="explore-tree"
        role="tree"
        aria-label="Schemas, tables and columns"
        tabIndex={0}
        hidden={rows.length === 0}
        className={styles.tree}
        aria-activedescendant={rows.length > 0 ? `explore-tree-${activeAt}` : undefined}
        onFocus={() => setActiveId((before) => before ?? rows[0]?.id ?? null)}
        onKeyDown={onKeyDown}
      >
        <div role="none" className={styles.room} style={{ height: virtual.totalPixels }}>
          {rows.slice(virtual.from, virtual.to).map((row, offset) => {
            const at = virtual.from + offset
            return (
              <div
                key={row.id}
                id={`explore-tree-${at}`}
                role="treeitem"
                aria-level={levels[row.kind]}
                aria-expanded={row.kind === 'column' ? undefined : row.isOpen}
                aria-selected={at === activeAt}
                title={hoverOf(row, counts)}
                className={classes(styles.row, styles[row.kind], row.id === activeId && styles.active)}
                style={{ transform: `translateY(${at * rowPixels}px)`, height: rowPixels }}
                onClick={() => {
                  setActiveId(row.id)
                  if (row.kind === 'schema') toggle(row.id)
                }}
                onDoubleClick={() => row.kind !== 'schema' && open(row)}
              >
                {row.kind !== 'column' && (
                  <span
                    className={classes(styles.chevron, row.isOpen && styles.open)}
                    onClick={(event) => {
                      if (row.kind !== 'table') return
                      event.stopPropagation()
                      toggle(row.id)
                    }}
                    onDoubleClick={(event) => event.stopPropagation()}
                  >
                    <ChevronRight size={14} strokeWidth={1.75} aria-hidden />
                  </span>
                )}
                <RowWords row={row} counts={counts} />
              </div>
            )
          })}
        </div>
      </div>
      <footer className={styles.foot}>
        <span><span className={classes(styles.where, styles.replica)} aria-hidden /> replica</span>
        <span><span className={classes(styles.where, styles.source)} aria-hidden /> source only</span>
        {source.state === 'failed' && (
          <span className={styles.unasked} title={source.fault?.message}>source not read</span>
        )}
      </footer>
    </section>
  )
}
