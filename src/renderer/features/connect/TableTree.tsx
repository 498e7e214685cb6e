import { useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { Check, ChevronRight, EyeOff, KeyRound, Minus } from 'lucide-react'
import { Badge } from '../../components/Badge.tsx'
import { classes } from '../../components/classes.ts'
import { formatBytes, formatExact, formatShortCount } from '../../components/format.ts'
import { useVirtualRows } from '../../components/useVirtualRows.ts'
import { choose, changeTree, maskKey, useConnect } from './store.ts'
import type { SourceTable } from './sourceTypes.ts'
import styles from './TableTree.module.css'
import { canBeCopied, moved, parentIndex, textColumnsOf, tickOf, toggled, treeRows } from './tableTree.ts'
import type { Ticked, TreeKey, TreeRow } from './tableTree.ts'

const ROW_PIXELS = 28

const followWords: Record<SourceTable['follows'], { word: string; tone: 'neutral' | 'warn' | 'bad' }> = {
  'every-change': { word: 'every change', tone: 'neutral' },
  'inserts-only': { word: 'inserts only', tone: 'warn' },
  nothing: { word: 'cannot be copied', tone: 'bad' },
}

function Box({ ticked, disabled }: { ticked: Ticked; disabled?: boolean }) {
  return (
    <span className={classes(styles.box, ticked !== false && styles.ticked, disabled && styles.unable)} aria-hidden>
      {ticked === true && <Check size={11} strokeWidth={3} />}
      {ticked === 'some' && <Minus size={11} strokeWidth={3} />}
    </span>
  )
}

function SchemaCells({ row, chosen }: { row: TreeRow & { kind: 'schema' }; chosen: ReadonlySet<number> }) {
  const ticked = row.tables.filter(({ oid }) => chosen.has(oid)).length
  return (
    <>
      <span role="gridcell" className={styles.first}>
        <ChevronRight size={14} strokeWidth={2} aria-hidden className={classes(styles.fold, row.expanded && styles.open)} />
        <Box ticked={tickOf(row.tables, chosen)} />
        <span className={styles.schema}>{row.schema}</span>
        <span className="muted">
          {ticked} of {row.tables.length}
        </span>
      </span>
    </>
  )
}

function TableCells({ table, expanded, ticked }: { table: SourceTable; expanded: boolean; ticked: boolean }) {
  const follow = followWords[table.follows]
  const asText = textColumnsOf(table)
  return (
    <>
      <span role="gridcell" className={styles.first}>
        <ChevronRight size={14} strokeWidth={2} aria-hidden className={classes(styles.fold, expanded && styles.open)} />
        <Box ticked={ticked} disabled={!canBeCopied(table)} />
        <span className={styles.tableName}>{table.name}</span>
        {table.kind === 'partitioned' && <Badge>partitioned</Badge>}
        {asText > 0 && <Badge>{asText} as text</Badge>}
      </span>
      <span role="gridcell" className={styles.number}
        title={table.estimatedRows === null ? 'Never analyzed' : `about ${formatExact(Math.round(table.estimatedRows))} rows`}>
        {formatShortCount(table.estimatedRows)}
      </span>
      <span role="gridcell" className={styles.number}>
        {formatBytes(table.totalBytes)}
      </span>
      <span role="gridcell" className={styles.identity}>
        {table.key.length > 0 && <KeyRound size={12} strokeWidth={1.75} aria-hidden />}
        <span className={styles.cut} title={table.key.join(', ')}>
          {table.replicaIdentity}
          {table.key.length > 0 && ` · ${table.key.join(', ')}`}
        </span>
      </span>
      <span role="gridcell" className={styles.follows} title={table.reason}>
        {follow.tone === 'neutral' ? follow.word : <Badge tone={follow.tone}>{follow.word}</Badge>}
        {table.reason && <span className={styles.reason}>{table.reason}</span>}
      </span>
    </>
  )
}

function ColumnCells({ row }: { row: TreeRow & { kind: 'column' } }) {
  const { column, table } = row
  const mask = useConnect((state) => state.masks.get(maskKey(table, column)))
  return (
    <>
      <span role="gridcell" className={classes(styles.first, styles.column)}>
        {column.key ? <KeyRound size={12} strokeWidth={1.75} aria-label="Key" /> : <span className={styles.noKey} />}
        <span className={styles.cut}>{column.name}</span>
      </span>
      <span role="gridcell" className={styles.types}>
        <span className={styles.sourceType}>{column.type}</span>
        <span className="muted" aria-label="becomes">
          →
        </span>
        <span className={styles.replicaType}>{column.replicaType}</span>
        {mask && <Badge icon={EyeOff}>masked: {mask}</Badge>}
        {!mask && !column.exact && <Badge tone="warn">kept as text</Badge>}
        {column.note && (
          <span className={styles.reason} title={column.note}>
            {column.note}
          </span>
        )}
      </span>
    </>
  )
}

function isTreeKey(key: string): key is TreeKey {
  return ['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown', 'PageUp'].includes(key)
}

function withToggled<Item>(set: ReadonlySet<Item>, item: Item): Set<Item> {
  const next = new Set(set)
  if (!next.delete(item)) next.add(item)
  return next
}

/** Schemas, tables and columns of the source, with a box before what can be copied. Only rows in sight are drawn. */
export function TableTree({ tables }: { tables: readonly SourceTable[] }) {
  const view = useConnect((state) => state.tree)
  const chosen = useConnect((state) => state.chosen)
  const rows = useMemo(() => treeRows(tables, view), [tables, view])
  const frame = useRef<HTMLDivElement>(null)
  const [marked, setMarked] = useState(0)
  const at = Math.min(marked, rows.length - 1)
  const virtual = useVirtualRows(frame, rows.length, ROW_PIXELS)
  const { reveal } = virtual

  useEffect(() => reveal(at), [at, reveal])

  function fold(row: TreeRow): void {
    if (row.kind === 'schema') changeTree({ foldedSchemas: withToggled(view.foldedSchemas, row.schema) })
    if (row.kind === 'table') changeTree({ openTables: withToggled(view.openTables, row.table.oid) })
  }

  function tick(row: TreeRow): void {
    if (row.kind === 'schema') choose(toggled(row.tables, chosen))
    if (row.kind === 'table') choose(toggled([row.table], chosen))
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[at]
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTreeKey(event.key)) setMarked(moved(event.key, at, rows.length))
    else if (event.key === ' ') tick(row)
    else if (event.key === 'Enter') fold(row)
    else if (event.key === 'ArrowRight' && row.kind !== 'column') {
      if (row.expanded) setMarked(moved('ArrowDown', at, rows.length))
      else fold(row)
    } else if (event.key === 'ArrowLeft') {
      if (row.kind !== 'column' && row.expanded) fold(row)
      else setMarked(parentIndex(rows, at))
    } else return
    event.preventDefault()
  }

  return (
    <div className={styles.tree}>
      <div className={styles.heads} aria-hidden>
        <span className={styles.headFirst}>Table</span>
        <span className={styles.number}>Rows</span>
        <span className={styles.number}>Size</span>
        <span>Replica identity</span>
        <span>What follows</span>
      </div>
      <div
        ref={frame}
        role="treegrid"
        aria-label="Tables of the source"
        aria-multiselectable="true"
        aria-rowcount={rows.length}
        aria-activedescendant={rows[at] ? `tree-row-${rows[at].key}` : undefined}
        tabIndex={0}
        className={styles.frame}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={styles.sheet} style={{ height: virtual.totalPixels }}>
          {rows.slice(virtual.from, virtual.to).map((row, offset) => {
            const index = virtual.from + offset
            const ticked =
              row.kind === 'schema' ? tickOf(row.tables, chosen) : row.kind === 'table' && chosen.has(row.table.oid)
            return (
              <div
                key={row.key}
                id={`tree-row-${row.key}`}
                role="row"
                aria-level={row.level}
                aria-rowindex={index + 1}
                aria-expanded={row.kind === 'column' ? undefined : row.expanded}
                aria-selected={row.kind === 'column' ? undefined : ticked === true}
                className={classes(styles.row, styles[row.kind], index === at && styles.marked)}
                style={{ top: index * ROW_PIXELS }}
                onClick={(event) => {
                  setMarked(index)
                  if ((event.target as Element).closest(`.${styles.fold}`)) fold(row)
                  else tick(row)
                }}
                onDoubleClick={() => row.kind === 'schema' && fold(row)}
              >
                {row.kind === 'schema' && <SchemaCells row={row} chosen={chosen} />}
                {row.kind === 'table' && (
                  <TableCells table={row.table} expanded={row.expanded} ticked={chosen.has(row.table.oid)} />
                )}
                {row.kind === 'column' && <ColumnCells row={row} />}
              </div>
            )
          })}
        </div>
      </div>
      {rows.length === 0 && <p className={styles.nothing}>No table of that name.</p>}
    </div>
  )
}
