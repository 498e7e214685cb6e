import pg from 'pg'
import type { Follows, IdentityGap, ReplicaIdentity, SourceColumn, SourceRelation, TypeKind } from '../model/relation.ts'
import { columnsQuery, relationsQuery } from './catalogQueries.ts'
import { faultOfSourceError } from './faults.ts'

export { exactPattern, isNamedIn, matchTables, unmatchedPatterns, type TablePatterns } from './selection.ts'

interface RelationRow {
  oid: string
  schema: string
  name: string
  kind: 'r' | 'p'
  is_logged: boolean
  identity: 'd' | 'n' | 'f' | 'i'
  is_partition: boolean
  has_row_security: boolean
  row_security_applies: boolean
  can_select: boolean
  owner_is_us: boolean
  owner: string
  has_children: boolean
  estimated_rows: number | null
  total_bytes: number
  leaf_identities: string
  primary_key: number[] | null
  primary_key_usable: boolean
  identity_index: number[] | null
}

interface ColumnRow {
  relation: string
  attnum: number
  name: string
  type_oid: string
  type_name: string
  typmod: number
  type_kind: TypeKind
  base_type_oid: string
  base_typmod: number
  base_type_kind: TypeKind
  element_type_oid: string | null
  element_type_kind: TypeKind | null
  enum_labels: string[] | null
  nullable: boolean
  generated: '' | 's' | 'v'
}

const identities: Readonly<Record<RelationRow['identity'], ReplicaIdentity>> = {
  d: 'default',
  n: 'nothing',
  f: 'full',
  i: 'index',
}

/** From here on, publishing updates of a FULL table with generated columns makes its updates fail. */
const CHECKS_GENERATED_COLUMNS = 180_000

/**
 * Every user table of the database, in the order of schema and name: ordinary tables and the roots of
 * partitioned ones, no partitions, no temporary tables, no foreign tables. With `filter.oids` exactly
 * those, partitions included; one that is not there any more is missing from the answer.
 */
export async function readSourceTables(
  client: pg.ClientBase,
  filter: { oids?: readonly number[] } = {},
): Promise<SourceRelation[]> {
  try {
    const version = await client.query<{ version: string }>({
      text: `SELECT pg_catalog.current_setting('server_version_num') AS version`,
      types: pg.types,
    })
    const serverVersion = Number(version.rows[0]!.version)
    const relations = await client.query<RelationRow>({
      text: relationsQuery,
      values: [filter.oids ?? null],
      types: pg.types,
    })
    const columns = await client.query<ColumnRow>({
      text: columnsQuery,
      values: [relations.rows.map((row) => row.oid)],
      types: pg.types,
    })
    const columnsByRelation = new Map<string, ColumnRow[]>(relations.rows.map((row) => [row.oid, []]))
    for (const row of columns.rows) columnsByRelation.get(row.relation)?.push(row)
    return relations.rows.map((row) => relationOf(row, columnsByRelation.get(row.oid) ?? [], serverVersion))
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

function columnOf(row: ColumnRow): SourceColumn {
  return {
    attnum: row.attnum,
    name: row.name,
    typeOid: Number(row.type_oid),
    typeName: row.type_name,
    typmod: row.typmod,
    typeKind: row.type_kind,
    elementTypeOid: row.element_type_oid === null ? null : Number(row.element_type_oid),
    elementTypeKind: row.element_type_kind,
    baseTypeOid: Number(row.base_type_oid),
    baseTypmod: row.base_typmod,
    baseTypeKind: row.base_type_kind,
    ...(row.enum_labels ? { enumLabels: row.enum_labels } : {}),
    nullable: row.nullable,
    generated: row.generated,
  }
}

function relationOf(row: RelationRow, columnRows: readonly ColumnRow[], serverVersion: number): SourceRelation {
  const columns = columnRows.map(columnOf)
  const identity = identityOf({
    identity: identities[row.identity],
    isPartitioned: row.kind === 'p',
    primaryKey: row.primary_key ?? [],
    primaryKeyUsable: row.primary_key_usable,
    identityIndex: row.identity_index ?? [],
    partitionIdentities: [...row.leaf_identities].map((letter) => identities[letter as RelationRow['identity']]),
    columns,
    serverVersion,
  })
  return {
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    kind: row.kind === 'p' ? 'partitioned' : 'table',
    estimatedRows: row.estimated_rows,
    totalBytes: row.total_bytes,
    replicaIdentity: identities[row.identity],
    columns,
    primaryKey: row.primary_key ?? [],
    identityKey: identity.key,
    identityGap: identity.gap,
    isPartition: row.is_partition,
    hasInheritanceChildren: row.has_children,
    isLogged: row.is_logged,
    hasRowSecurity: row.has_row_security,
    rowSecurityApplies: row.row_security_applies,
    canSelect: row.can_select,
    ownerIsUs: row.owner_is_us,
    owner: row.owner,
  }
}

export interface IdentityFacts {
  identity: ReplicaIdentity
  isPartitioned: boolean
  primaryKey: readonly number[]
  /** Neither deferrable nor left invalid. */
  primaryKeyUsable: boolean
  identityIndex: readonly number[]
  /** Of all partitions that hold rows, without repetition. */
  partitionIdentities: readonly ReplicaIdentity[]
  columns: readonly Pick<SourceColumn, 'attnum' | 'generated'>[]
  serverVersion: number
}

/**
 * The key that Postgres sends for updates and deletes, or why a publication with updates and deletes
 * would be useless, or would make the source's own UPDATE fail.
 * https://www.postgresql.org/docs/current/logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY
 */
export function identityOf(facts: IdentityFacts): { key: number[]; gap: IdentityGap | null } {
  const none = (gap: IdentityGap): { key: number[]; gap: IdentityGap } => ({ key: [], gap })
  const generated = new Set(facts.columns.filter((column) => column.generated !== '').map((column) => column.attnum))
  if (facts.isPartitioned && !partitionsAgree(facts)) return none('partitions-differ')

  switch (facts.identity) {
    case 'nothing':
      return none('identity-nothing')
    case 'default':
      if (facts.primaryKey.length === 0) return none('no-primary-key')
      if (!facts.primaryKeyUsable) return none('deferrable-primary-key')
      if (facts.primaryKey.some((attnum) => generated.has(attnum))) return none('generated-key-column')
      return { key: [...facts.primaryKey], gap: null }
    case 'index':
      if (facts.identityIndex.length === 0) return none('identity-index-missing')
      if (facts.identityIndex.some((attnum) => generated.has(attnum))) return none('generated-key-column')
      return { key: [...facts.identityIndex], gap: null }
    case 'full': {
      if (generated.size > 0 && facts.serverVersion >= CHECKS_GENERATED_COLUMNS) return none('full-with-generated-column')
      const key = facts.columns.map((column) => column.attnum).filter((attnum) => !generated.has(attnum))
      return key.length > 0 ? { key, gap: null } : none('no-primary-key')
    }
  }
}

/**
 * A partition logs by its own identity, while the stream describes the root's. Identity is not
 * inherited: a partition made tomorrow has the default, so only a root whose primary key comes down
 * to every partition is safe for good.
 */
function partitionsAgree(facts: IdentityFacts): boolean {
  if (facts.identity === 'nothing') return true
  if (facts.identity === 'default' && facts.primaryKey.length === 0) return true
  if (facts.primaryKey.length === 0) return false
  const allowed: readonly ReplicaIdentity[] = facts.identity === 'default' ? ['default', 'full'] : [facts.identity]
  return facts.identity !== 'index' && facts.partitionIdentities.every((identity) => allowed.includes(identity))
}

/**
 * What can be followed of a table. `nothing`: not in the log, not readable in full, or not ours to
 * publish; `obstacleOf` says which.
 */
export function followsOf(relation: SourceRelation): Follows {
  if (obstacleOf(relation) !== null) return 'nothing'
  return relation.identityKey.length > 0 ? 'every-change' : 'inserts-only'
}

/** Why nothing of a table can be followed. */
export type Obstacle = 'unlogged' | 'no-select' | 'not-owner' | 'row-security' | 'no-columns'

export function obstacleOf(relation: SourceRelation): Obstacle | null {
  if (!relation.isLogged) return 'unlogged'
  if (!relation.columns.some((column) => column.generated === '')) return 'no-columns'
  if (!relation.canSelect) return 'no-select'
  if (!relation.ownerIsUs) return 'not-owner'
  if (relation.rowSecurityApplies) return 'row-security'
  return null
}
