import { builtInTypes } from './table.ts'

/** The contract's `ValueKind`, which the pure stages do not import. */
type ValueKind = 'number' | 'text' | 'boolean' | 'instant' | 'json' | 'binary' | 'list' | 'other'

type DuckDBFamily =
  | 'TINYINT' | 'SMALLINT' | 'INTEGER' | 'BIGINT' | 'HUGEINT'
  | 'UTINYINT' | 'USMALLINT' | 'UINTEGER' | 'UBIGINT' | 'UHUGEINT'
  | 'BIGNUM' | 'FLOAT' | 'DOUBLE' | 'DECIMAL'
  | 'BOOLEAN' | 'VARCHAR' | 'ENUM' | 'UUID' | 'JSON' | 'BLOB' | 'BIT'
  | 'DATE' | 'TIME' | 'TIME WITH TIME ZONE' | 'TIMETZ' | 'INTERVAL'
  | 'TIMESTAMP' | 'TIMESTAMP WITH TIME ZONE' | 'TIMESTAMPTZ' | 'TIMESTAMP_S' | 'TIMESTAMP_MS' | 'TIMESTAMP_NS'
  | 'STRUCT' | 'MAP' | 'UNION'

const replicaKinds: Record<DuckDBFamily, ValueKind> = {
  TINYINT: 'number',
  SMALLINT: 'number',
  INTEGER: 'number',
  BIGINT: 'number',
  HUGEINT: 'number',
  UTINYINT: 'number',
  USMALLINT: 'number',
  UINTEGER: 'number',
  UBIGINT: 'number',
  UHUGEINT: 'number',
  BIGNUM: 'number',
  FLOAT: 'number',
  DOUBLE: 'number',
  DECIMAL: 'number',
  BOOLEAN: 'boolean',
  VARCHAR: 'text',
  ENUM: 'text',
  UUID: 'text',
  JSON: 'json',
  BLOB: 'binary',
  BIT: 'text',
  DATE: 'instant',
  TIME: 'instant',
  'TIME WITH TIME ZONE': 'instant',
  TIMETZ: 'instant',
  INTERVAL: 'other',
  TIMESTAMP: 'instant',
  'TIMESTAMP WITH TIME ZONE': 'instant',
  TIMESTAMPTZ: 'instant',
  TIMESTAMP_S: 'instant',
  TIMESTAMP_MS: 'instant',
  TIMESTAMP_NS: 'instant',
  STRUCT: 'other',
  MAP: 'other',
  UNION: 'other',
}

/** How the window draws a value of a DuckDB type, by the name that DuckDB gives it. */
export function kindOfReplicaType(duckdbType: string): ValueKind {
  const type = duckdbType.trim().toUpperCase()
  if (/\[\d*\]$/.test(type)) return 'list'
  const family = type.replace(/\(.*$/s, '').trim()
  return Object.hasOwn(replicaKinds, family) ? replicaKinds[family as DuckDBFamily] : 'other'
}

const sourceKinds: Partial<Record<keyof typeof builtInTypes, ValueKind>> = {
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  oid: 'number',
  real: 'number',
  'double precision': 'number',
  numeric: 'number',
  money: 'number',
  xid: 'number',
  cid: 'number',
  xid8: 'number',
  boolean: 'boolean',
  bytea: 'binary',
  json: 'json',
  jsonb: 'json',
  date: 'instant',
  'time without time zone': 'instant',
  'time with time zone': 'instant',
  'timestamp without time zone': 'instant',
  'timestamp with time zone': 'instant',
  interval: 'other',
  point: 'other',
  lseg: 'other',
  path: 'other',
  box: 'other',
  polygon: 'other',
  line: 'other',
  circle: 'other',
}

const kindByOid = new Map<number, ValueKind>()
for (const [name, [oid, arrayOid]] of Object.entries(builtInTypes)) {
  kindByOid.set(oid, sourceKinds[name as keyof typeof builtInTypes] ?? 'text')
  if (arrayOid !== 0) kindByOid.set(arrayOid, 'list')
}

/** How the window draws a value of a Postgres type; types outside the catalog are drawn as text. */
export function kindOfSourceType(typeOid: number): ValueKind {
  return kindByOid.get(typeOid) ?? 'text'
}
