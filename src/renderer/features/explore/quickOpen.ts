import type { HistoryEntry } from '../../../main/contract/history.ts'
import type { CatalogTable } from '../../../main/contract/query.ts'
import type { SavedQuery } from '../../../main/contract/savedQueries.ts'
import type { EngineName } from '../../../main/contract/values.ts'

export type Openable =
  | { kind: 'table'; table: CatalogTable; on: EngineName }
  | { kind: 'column'; table: CatalogTable; column: string; type: string; on: EngineName }
  | { kind: 'saved'; query: SavedQuery }
  | { kind: 'history'; entry: HistoryEntry }

/** A name and every table that has a column of it. */
export interface NamedColumn {
  name: string
  found: (Openable & { kind: 'column' })[]
}

export interface Searched {
  tables: readonly { table: CatalogTable; on: EngineName }[]
  /** As `namedColumns` gives them of the tables. */
  columns: readonly NamedColumn[]
  saved: readonly SavedQuery[]
  history: readonly HistoryEntry[]
}

const OF_EACH = 12
const COLUMNS_FROM_CHARACTERS = 2

/** 0 is best: the whole name, then its beginning, then the beginning of a word in it, then anywhere; null is none. */
export function rankOf(name: string, words: readonly string[]): number | null {
  const text = name.toLowerCase()
  if (!words.every((word) => text.includes(word))) return null
  const [first = ''] = words
  if (text === first) return 0
  if (text.startsWith(first)) return 1
  return new RegExp(`[^a-z0-9]${first.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`).test(text) ? 2 : 3
}

function best<Item>(items: Iterable<Item>, nameOf: (item: Item) => string, words: readonly string[]): Item[] {
  const byRank: Item[][] = [[], [], [], []]
  for (const item of items) {
    const rank = rankOf(nameOf(item), words)
    if (rank === null) continue
    byRank[rank]!.push(item)
    if (byRank[0]!.length >= OF_EACH) break
  }
  return byRank.flat().slice(0, OF_EACH)
}

/** The columns of all tables by their names, made once: many tables have few names between them, and each key searches the names. */
export function namedColumns(tables: Searched['tables']): NamedColumn[] {
  const byName = new Map<string, NamedColumn>()
  for (const { table, on } of tables) {
    for (const { name, type } of table.columns) {
      const column = { kind: 'column' as const, table, column: name, type, on }
      const known = byName.get(name)
      if (known) known.found.push(column)
      else byName.set(name, { name, found: [column] })
    }
  }
  return [...byName.values()]
}

/** What `search` may mean, a dozen of each kind at most, the likeliest first. */
export function findOpenables(search: string, { tables, columns, saved, history }: Searched): Openable[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const foundTables = best(
    tables,
    ({ table }) => (words[0]?.includes('.') ? `${table.schema}.${table.name}` : table.name),
    words,
  )
  const foundNames = search.trim().length < COLUMNS_FROM_CHARACTERS ? [] : best(columns, ({ name }) => name, words)
  const foundColumns = foundNames.flatMap(({ found }) => found.slice(0, OF_EACH)).slice(0, OF_EACH)
  return [
    ...foundTables.map((found): Openable => ({ kind: 'table', ...found })),
    ...best(saved, ({ title, path }) => title || path, words).map((query): Openable => ({ kind: 'saved', query })),
    ...foundColumns,
    ...best(history, ({ sql }) => sql, words).map((entry): Openable => ({ kind: 'history', entry })),
  ]
}
