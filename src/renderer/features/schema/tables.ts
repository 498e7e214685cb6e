import type { CatalogTable } from '../../../main/contract/query.ts'
import type { EngineName, TableName } from '../../../main/contract/values.ts'

/** A table of either engine, as the list and the picture have it. */
export interface KnownTable {
  table: CatalogTable
  /** Gold where the replica has it, blue where only the source has. */
  where: EngineName
}

/** Millrace's own schemas are not the user's. */
const OWN_SCHEMAS: ReadonlySet<string> = new Set(['millrace', 'history'])

export const keyOf = ({ schema, name }: TableName): string => `${schema}\0${name}`

/** The user's tables of both engines, each once, by schema and name. */
export function knownTables(replica: readonly CatalogTable[], source: readonly CatalogTable[]): KnownTable[] {
  const inReplica = new Set(replica.map(keyOf))
  const names = new Intl.Collator('en', { numeric: true })
  return [
    ...replica.map((table): KnownTable => ({ table, where: 'replica' })),
    ...source.filter((table) => !inReplica.has(keyOf(table))).map((table): KnownTable => ({ table, where: 'source' })),
  ]
    .filter(({ table }) => !OWN_SCHEMAS.has(table.schema))
    .sort(
      (first, second) =>
        names.compare(first.table.schema, second.table.schema) || names.compare(first.table.name, second.table.name),
    )
}

export function matchingTables(tables: readonly KnownTable[], search: string): readonly KnownTable[] {
  const wanted = search.trim().toLowerCase()
  if (wanted === '') return tables
  return tables.filter(({ table }) => `${table.schema}.${table.name}`.toLowerCase().includes(wanted))
}
