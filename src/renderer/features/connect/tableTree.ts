import type { SourceColumn, SourceTable } from './sourceTypes.ts'

/** One row of the tree as it is drawn; `parent` is the row index of what it hangs under. */
export type TreeRow =
  | { kind: 'schema'; key: string; schema: string; tables: readonly SourceTable[]; level: 1; expanded: boolean }
  | { kind: 'table'; key: string; table: SourceTable; level: 2; expanded: boolean }
  | { kind: 'column'; key: string; table: SourceTable; column: SourceColumn; level: 3 }

export interface TreeView {
  search: string
  /** Schemas that are folded; all others are open. */
  foldedSchemas: ReadonlySet<string>
  /** Tables, by OID, whose columns are shown. */
  openTables: ReadonlySet<number>
}

const names = new Intl.Collator('en', { numeric: true })

/** Schemas in order, `public` first, each with its tables in order. */
export function bySchema(tables: readonly SourceTable[]): [string, SourceTable[]][] {
  const groups = new Map<string, SourceTable[]>()
  for (const table of tables) {
    const group = groups.get(table.schema)
    if (group) group.push(table)
    else groups.set(table.schema, [table])
  }
  for (const group of groups.values()) group.sort((first, second) => names.compare(first.name, second.name))
  return [...groups].sort(
    ([first], [second]) => Number(second === 'public') - Number(first === 'public') || names.compare(first, second),
  )
}

/** The rows in sight. A search keeps the tables whose `schema.name` holds it, and opens every schema. */
export function treeRows(tables: readonly SourceTable[], view: TreeView): TreeRow[] {
  const term = view.search.trim().toLowerCase()
  const found = term === '' ? tables : tables.filter((table) => `${table.schema}.${table.name}`.toLowerCase().includes(term))
  const rows: TreeRow[] = []
  for (const [schema, members] of bySchema(found)) {
    const expanded = term !== '' || !view.foldedSchemas.has(schema)
    rows.push({ kind: 'schema', key: schema, schema, tables: members, level: 1, expanded })
    if (!expanded) continue
    for (const table of members) {
      const open = view.openTables.has(table.oid)
      rows.push({ kind: 'table', key: `${table.oid}`, table, level: 2, expanded: open })
      if (!open) continue
      for (const column of table.columns) {
        rows.push({ kind: 'column', key: `${table.oid}.${column.name}`, table, column, level: 3 })
      }
    }
  }
  return rows
}

export type Ticked = boolean | 'some'

/** Whether a schema's box is ticked, counting the tables that can be copied at all. */
export function tickOf(tables: readonly SourceTable[], chosen: ReadonlySet<number>): Ticked {
  const able = tables.filter(canBeCopied)
  const ticked = able.filter(({ oid }) => chosen.has(oid)).length
  if (ticked === 0) return false
  return ticked === able.length ? true : 'some'
}

export function canBeCopied({ follows }: SourceTable): boolean {
  return follows !== 'nothing'
}

/** The choice with one more or one fewer; what cannot be copied is never chosen. */
export function toggled(tables: readonly SourceTable[], chosen: ReadonlySet<number>): Set<number> {
  const able = tables.filter(canBeCopied)
  const next = new Set(chosen)
  if (tickOf(tables, chosen) === true) for (const { oid } of able) next.delete(oid)
  else for (const { oid } of able) next.add(oid)
  return next
}

/** What is ticked to begin with: every table of which every change can be followed. */
export function firstChoice(tables: readonly SourceTable[]): Set<number> {
  return new Set(tables.filter(({ follows }) => follows === 'every-change').map(({ oid }) => oid))
}

export interface ChoiceSum {
  tables: number
  bytes: number
  /** Rows of the tables that have an estimate. */
  rows: number
  /** True where a chosen table was never analyzed. */
  rowsAreMore: boolean
  insertsOnly: number
  textColumns: number
}

export function sumOf(tables: readonly SourceTable[], chosen: ReadonlySet<number>): ChoiceSum {
  const sum: ChoiceSum = { tables: 0, bytes: 0, rows: 0, rowsAreMore: false, insertsOnly: 0, textColumns: 0 }
  for (const table of tables) {
    if (!chosen.has(table.oid)) continue
    sum.tables += 1
    sum.bytes += table.totalBytes
    sum.rows += table.estimatedRows ?? 0
    if (table.estimatedRows === null) sum.rowsAreMore = true
    if (table.follows === 'inserts-only') sum.insertsOnly += 1
    sum.textColumns += textColumnsOf(table)
  }
  return sum
}

export function textColumnsOf({ columns }: SourceTable): number {
  return columns.filter(({ exact }) => !exact).length
}

export type TreeKey = 'ArrowDown' | 'ArrowUp' | 'Home' | 'End' | 'PageDown' | 'PageUp'

const PAGE = 10

/** Where the mark goes on a key; https://www.w3.org/WAI/ARIA/apg/patterns/treegrid/ */
export function moved(key: TreeKey, at: number, count: number): number {
  const steps: Record<TreeKey, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: count - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
  }
  return Math.min(count - 1, Math.max(0, steps[key]))
}

/** The row that the given one hangs under; itself for a schema. */
export function parentIndex(rows: readonly TreeRow[], at: number): number {
  const level = rows[at]?.level ?? 1
  for (let index = at; index >= 0; index -= 1) if (rows[index]!.level < level) return index
  return at
}
