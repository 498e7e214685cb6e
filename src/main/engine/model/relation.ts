/** What Postgres' catalog says of a table, in the terms of the source. */

/** https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY */
export type ReplicaIdentity = 'default' | 'nothing' | 'full' | 'index'

/** `pg_type.typtype`: base, domain, enum, composite, range, multirange, pseudo. */
export type TypeKind = 'b' | 'd' | 'e' | 'c' | 'r' | 'm' | 'p'

export interface SourceColumn {
  /** Names the column for good; a renamed column keeps it. */
  attnum: number
  name: string
  typeOid: number
  /** As `format_type` prints it under the session's search path: `numeric(12,2)`, `shop.mood`. */
  typeName: string
  /** `pg_attribute.atttypmod`; -1 where the type has none. */
  typmod: number
  /** Of the column's own type, domains not resolved. */
  typeKind: TypeKind
  /** The element's type where the type, domains resolved, is an array; else null. */
  elementTypeOid: number | null
  /** Of the element's type; null where there is none. */
  elementTypeKind: TypeKind | null
  /** The type under all domains; equal to `typeOid` where it is no domain. */
  baseTypeOid: number
  baseTypmod: number
  /** The kind of the type under all domains; equal to `typeKind` where it is no domain. */
  baseTypeKind: TypeKind
  /** In their order, where the type, domains resolved, is an enum or an array of one. */
  enumLabels?: string[]
  nullable: boolean
  /** '' plain, 's' stored, 'v' virtual. Neither of the latter is in the log. */
  generated: '' | 's' | 'v'
}

/** Why Postgres has no key to send for updates and deletes. */
export type IdentityGap =
  | 'no-primary-key'
  | 'deferrable-primary-key'
  | 'identity-nothing'
  | 'identity-index-missing'
  /** A key column is generated, and generated columns are not in the log. */
  | 'generated-key-column'
  /** From server 18, an UPDATE of such a table fails as soon as it is published with updates. */
  | 'full-with-generated-column'
  /** A partition, or one made tomorrow, would send another key than the root describes. */
  | 'partitions-differ'

export interface SourceRelation {
  oid: number
  schema: string
  name: string
  kind: 'table' | 'partitioned'
  /** The planner's estimate, over all partitions; null where it was never made. */
  estimatedRows: number | null
  /** Heap, TOAST and indexes, over all partitions. */
  totalBytes: number
  replicaIdentity: ReplicaIdentity
  /** In the order of the table. */
  columns: SourceColumn[]
  /** Attribute numbers in the key's order; empty where there is no primary key. */
  primaryKey: number[]
  /**
   * Attribute numbers that Postgres sends for updates and deletes: the primary key under `default`,
   * the index's columns under `index`, all columns under `full`. Empty where updates and deletes
   * cannot be followed; `identityGap` then says why.
   */
  identityKey: number[]
  identityGap: IdentityGap | null
  /** True only where a partition was asked for by its OID; listings name the root. */
  isPartition: boolean
  /** Another table inherits from it: read it with `ONLY`, the children are followed on their own. */
  hasInheritanceChildren: boolean
  /** False where the table, or one of its partitions, is unlogged or foreign and so not in the log. */
  isLogged: boolean
  /** Row-level security is switched on for the table. */
  hasRowSecurity: boolean
  /** Row-level security would filter (with `row_security = off`: refuse) what our role reads. */
  rowSecurityApplies: boolean
  /** SELECT on the table and USAGE on its schema. */
  canSelect: boolean
  /** Our role has the owner's rights, which adding the table to a publication asks for. */
  ownerIsUs: boolean
  owner: string
}

/** What can be followed of a table: every change, inserts and truncates only, or nothing. */
export type Follows = 'every-change' | 'inserts-only' | 'nothing'
