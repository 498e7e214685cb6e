import { useDeferredValue, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { Check } from 'lucide-react'
import { usePreferences } from '../../app/preferences.ts'
import { openTablePage, useOpenedTable } from '../../app/tablePages.ts'
import { classes } from '../../components/classes.ts'
import { SearchField } from '../../components/Field.tsx'
import { formatMany, formatShortCount } from '../../components/format.ts'
import { useVirtualRows } from '../../components/useVirtualRows.ts'
import styles from './TableList.module.css'
import { keyOf, matchingTables } from './tables.ts'
import type { KnownTable } from './tables.ts'

const ROW_PIXELS = { comfortable: 28, compact: 24 }

interface TableListProps {
  tables: readonly KnownTable[]
  /** Rows by `schema.name`, as the stream counts them. */
  counts: ReadonlyMap<string, number>
  /** While the picture is shown: which tables are in it. */
  picture: { tables: ReadonlySet<string>; change(keys: readonly string[], isIn: boolean): void } | null
}

/** The tables by name. Enter opens a page, Space puts a table into the picture or takes it out. */
export function TableList({ tables, counts, picture }: TableListProps) {
  const opened = useOpenedTable((state) => state.table)
  const density = usePreferences((state) => state.preferences.density)
  const [search, setSearch] = useState('')
  const shown = useMemo(() => matchingTables(tables, search), [tables, search])
  const rows = useDeferredValue(shown)
  const [active, setActive] = useState(0)
  const frame = useRef<HTMLDivElement>(null)
  const rowPixels = ROW_PIXELS[density]
  const virtual = useVirtualRows(frame, rows.length, rowPixels)
  const isIn = (key: string): boolean => picture?.tables.has(key) ?? false
  const chosen = rows.filter(({ table }) => isIn(keyOf(table))).length
  const isAll = chosen === rows.length && rows.length > 0

  function moveTo(index: number): void {
    const at = Math.min(Math.max(index, 0), rows.length - 1)
    setActive(at)
    virtual.reveal(at)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const table = rows[active]?.table
    const moves: Record<string, () => void> = {
      ArrowDown: () => moveTo(active + 1),
      ArrowUp: () => moveTo(active - 1),
      PageDown: () => moveTo(active + 15),
      PageUp: () => moveTo(active - 15),
      Home: () => moveTo(0),
      End: () => moveTo(rows.length - 1),
      Enter: () => table && openTablePage(table),
      ' ': () => table && picture?.change([keyOf(table)], !isIn(keyOf(table))),
    }
    const move = moves[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    move()
  }

  return (
    <section className={styles.panel} aria-label="Tables">
      <div className={styles.head}>
        <SearchField label="Tables" value={search} onChange={setSearch} className={styles.search} />
      </div>
      {picture && (
        <label className={styles.all}>
          <input
            type="checkbox"
            checked={isAll}
            ref={(element) => {
              if (element) element.indeterminate = chosen > 0 && !isAll
            }}
            onChange={() => picture.change(rows.map(({ table }) => keyOf(table)), !isAll)}
          />
          {formatMany(chosen, 'table')} in the picture
        </label>
      )}
      <div
        ref={frame}
        id="schema-tables"
        role="listbox"
        aria-label="Tables"
        aria-multiselectable={picture !== null}
        tabIndex={0}
        className={styles.list}
        aria-activedescendant={rows.length > 0 ? `schema-table-${active}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div role="none" className={styles.room} style={{ height: virtual.totalPixels }}>
          {rows.slice(virtual.from, virtual.to).map(({ table, where }, offset) => {
            const at = virtual.from + offset
            const key = keyOf(table)
            const rowsNow = where === 'replica' ? (counts.get(`${table.schema}.${table.name}`) ?? table.rows) : table.rows
            return (
              <div
                key={key}
                id={`schema-table-${at}`}
                role="option"
                aria-selected={picture ? isIn(key) : opened !== null && keyOf(opened) === key}
                className={classes(
                  styles.row, at === active && styles.active, opened && keyOf(opened) === key && styles.opened,
                )}
                style={{ transform: `translateY(${at * rowPixels}px)`, height: rowPixels }}
                title={`${table.schema}.${table.name}\nEnter or click opens its page${picture ? ', Space puts it into the picture' : ''}`}
                onClick={() => {
                  setActive(at)
                  openTablePage(table)
                }}
              >
                {picture && (
                  <span
                    className={classes(styles.box, isIn(key) && styles.ticked)}
                    aria-hidden
                    onClick={(event) => {
                      event.stopPropagation()
                      picture.change([key], !isIn(key))
                    }}
                  >
                    {isIn(key) && <Check size={10} strokeWidth={3} />}
                  </span>
                )}
                <span className={classes(styles.where, styles[where])} aria-hidden />
                <span className={styles.name}>
                  {table.schema !== 'public' && <span className={styles.schema}>{table.schema}.</span>}
                  {table.name}
                </span>
                {table.kind === 'view' && <span className={styles.kind}>view</span>}
                {rowsNow !== null && <span className={styles.count}>{formatShortCount(rowsNow)}</span>}
              </div>
            )
          })}
        </div>
      </div>
    </section>
  )
}
