import type { CatalogTable } from '../../../main/contract/query.ts'
import type { EngineName } from '../../../main/contract/values.ts'

type CatalogColumn = CatalogTable['columns'][number]

export interface TreeTable {
  table: CatalogTable
  /** Gold where the replica has it, blue where only the source has. */
  where: EngineName
}

export type TreeRow =
  | { kind: 'schema'; id: string; schema: string; tables: number; isOpen: boolean }
  | { kind: 'table'; id: string; entry: TreeTable; isOpen: boolean }
  | { kind: 'column'; id: string; entry: TreeTable; column: CatalogColumn }

/** Millrace's own schemas stand last. */
const OWN_SCHEMAS = new Set(['millrace', 'history'])

const nameKey = (table: { schema: string; name: string }): string => `${table.schema}\0${table.name}`

const alphabetical = new Intl.Collator(undefined, { numeric: true })

/** Millrace's own schemas last; the schemas and the tables of each by name. */
function inOrder({ table: a }: TreeTable, { table: b }: TreeTable): number {
  if (a.schema === b.schema) return alphabetical.compare(a.name, b.name)
  return Number(OWN_SCHEMAS.has(a.schema)) - Number(OWN_SCHEMAS.has(b.schema)) || alphabetical.compare(a.schema, b.schema)
}

/** Both catalogs as one, in order: what the replica has as the replica has it, and what only the source has. */
export function mergedTables(replica: readonly CatalogTable[], source: readonly CatalogTable[]): TreeTable[] {
  const inReplica = new Set(replica.map(nameKey))
  return [
    ...replica.map((table): TreeTable => ({ table, where: 'replica' })),
    ...source.filter((table) => !inReplica.has(nameKey(table))).map((table): TreeTable => ({ table, where: 'source' })),
  ].sort(inOrder)
}

function bySchema(tables: readonly TreeTable[]): [string, TreeTable[]][] {
  const groups = new Map<string, TreeTable[]>()
  for (const entry of tables) {
    const group = groups.get(entry.table.schema)
    if (group) group.push(entry)
    else groups.set(entry.table.schema, [entry])
  }
  return [...groups]
}

export const schemaId = (schema: string): string => `schema:${schema}`
export const tableId = (table: { schema: string; name: string }): string => `table:${nameKey(table)}`

/** A schema is open unless it was closed; Millrace's own ones and tables are closed unless opened. */
export function startsOpen(id: string): boolean {
  return id.startsWith('schema:') && !OWN_SCHEMAS.has(id.slice('schema:'.length))
}

/**
 * The rows to draw of what `mergedTables` gives. `toggled` holds the ids whose state is not the one they start with. A search keeps
 * tables whose name, or one of whose columns, has the text, and opens what it finds.
 */
export function treeRows(tables: readonly TreeTable[], toggled: ReadonlySet<string>, search: string): TreeRow[] {
  const wanted = search.trim().toLowerCase()
  const rows: TreeRow[] = []
  const isOpen = (id: string): boolean => startsOpen(id) !== toggled.has(id)
  for (const [schema, entries] of bySchema(tables)) {
    const schemaMatches = wanted !== '' && schema.toLowerCase().includes(wanted)
    const found: { entry: TreeTable; columns: readonly CatalogColumn[]; byColumn: boolean }[] = []
    for (const entry of entries) {
      const { table } = entry
      const named = wanted === '' || schemaMatches || `${table.schema}.${table.name}`.toLowerCase().includes(wanted)
      const columns = named ? table.columns : table.columns.filter(({ name }) => name.toLowerCase().includes(wanted))
      if (named || columns.length > 0) found.push({ entry, columns, byColumn: !named })
    }
    if (found.length === 0) continue
    const id = schemaId(schema)
    const schemaIsOpen = wanted !== '' || isOpen(id)
    rows.push({ kind: 'schema', id, schema, tables: found.length, isOpen: schemaIsOpen })
    if (!schemaIsOpen) continue
    for (const { entry, columns, byColumn } of found) {
      const ownId = tableId(entry.table)
      const tableIsOpen = byColumn || isOpen(ownId)
      rows.push({ kind: 'table', id: ownId, entry, isOpen: tableIsOpen })
      if (!tableIsOpen) continue
      for (const column of columns) rows.push({ kind: 'column', id: `${ownId}\0${column.name}`, entry, column })
    }
  }
  return rows
}

const TEXT_TYPE = /^(text|character|varchar|char|bpchar|citext|name|string)/i

/** True where the replica keeps the column as its Postgres text because DuckDB has no exact type for it. */
export function isKeptAsText(column: CatalogColumn): boolean {
  return column.sourceType !== null && TEXT_TYPE.test(column.type) && !TEXT_TYPE.test(column.sourceType)
}
