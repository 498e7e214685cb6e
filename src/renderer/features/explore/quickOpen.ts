import type { HistoryEntry } from '../../../main/contract/history.ts'
import type { CatalogTable } from '../../../main/contract/query.ts'
import type { SavedQuery } from '../../../main/contract/savedQueries.ts'
import type { EngineName } from '../../../main/contract/values.ts'

export type Openable =
  | { kind: 'table'; table: CatalogTable; on: EngineName }
  | { kind: 'column'; table: CatalogTable; column: string; type: string; on: EngineName }
  | { kind: 'saved'; query: SavedQuery }
  | { kind: 'history'; entry: HistoryEntry }

export interface Searched {
  tables: readonly { table: CatalogTable; on: EngineName }[]
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

function* columnsOf(tables: Searched['tables']): Generator<Openable & { kind: 'column' }> {
  for (const { table, on } of tables) {
    for (const { name, type } of table.columns) yield { kind: 'column', table, column: name, type, on }
  }
}

/** What `search` may mean, a dozen of each kind at most, the likeliest first. */
export function findOpenables(search: string, { tables, saved, history }: Searched): Openable[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const foundTables = best(
    tables,
    ({ table }) => (words[0]?.includes('.') ? `${table.schema}.${table.name}` : table.name),
    words,
  )
  const foundColumns = search.trim().length < COLUMNS_FROM_CHARACTERS ? [] : best(columnsOf(tables), ({ column }) => column, words)
  return [
    ...foundTables.map((found): Openable => ({ kind: 'table', ...found })),
    ...best(saved, ({ title, path }) => title || path, words).map((query): Openable => ({ kind: 'saved', query })),
    ...foundColumns,
    ...best(history, ({ sql }) => sql, words).map((entry): Openable => ({ kind: 'history', entry })),
  ]
}
