import { DuckDBTypeId } from '@duckdb/node-api'
import type { DuckDBType } from '@duckdb/node-api'
import type { ResultColumn, ValueKind } from '../../contract/values.ts'

/** DuckDB's types by how a value is drawn; what is not here is `other`. */
const replicaKinds: Partial<Record<DuckDBTypeId, ValueKind>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'number',
  [DuckDBTypeId.SMALLINT]: 'number',
  [DuckDBTypeId.INTEGER]: 'number',
  [DuckDBTypeId.BIGINT]: 'number',
  [DuckDBTypeId.HUGEINT]: 'number',
  [DuckDBTypeId.UTINYINT]: 'number',
  [DuckDBTypeId.USMALLINT]: 'number',
  [DuckDBTypeId.UINTEGER]: 'number',
  [DuckDBTypeId.UBIGINT]: 'number',
  [DuckDBTypeId.UHUGEINT]: 'number',
  [DuckDBTypeId.BIGNUM]: 'number',
  [DuckDBTypeId.FLOAT]: 'number',
  [DuckDBTypeId.DOUBLE]: 'number',
  [DuckDBTypeId.DECIMAL]: 'number',
  [DuckDBTypeId.VARCHAR]: 'text',
  [DuckDBTypeId.ENUM]: 'text',
  [DuckDBTypeId.UUID]: 'text',
  [DuckDBTypeId.DATE]: 'instant',
  [DuckDBTypeId.TIME]: 'instant',
  [DuckDBTypeId.TIME_TZ]: 'instant',
  [DuckDBTypeId.TIMESTAMP]: 'instant',
  [DuckDBTypeId.TIMESTAMP_S]: 'instant',
  [DuckDBTypeId.TIMESTAMP_MS]: 'instant',
  [DuckDBTypeId.TIMESTAMP_NS]: 'instant',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'instant',
  [DuckDBTypeId.BLOB]: 'binary',
  [DuckDBTypeId.BIT]: 'binary',
  [DuckDBTypeId.LIST]: 'list',
  [DuckDBTypeId.ARRAY]: 'list',
}

/** JSON is VARCHAR under another name. */
function isJson(type: DuckDBType): boolean {
  return type.alias === 'JSON'
}

export function replicaColumn(name: string, type: DuckDBType): ResultColumn {
  if (isJson(type)) return { name, type: 'JSON', kind: 'json' }
  return { name, type: String(type), kind: replicaKinds[type.typeId] ?? 'other' }
}

/**
 * Postgres's base types by how a value is drawn:
 * https://www.postgresql.org/docs/current/catalog-pg-type.html#CATALOG-TYPCATEGORY-TABLE
 */
const sourceKinds: Readonly<Record<string, ValueKind>> = {
  boolean: 'boolean',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
  oid: 'number',
  text: 'text',
  'character varying': 'text',
  character: 'text',
  '"char"': 'text',
  name: 'text',
  uuid: 'text',
  date: 'instant',
  'time without time zone': 'instant',
  'time with time zone': 'instant',
  'timestamp without time zone': 'instant',
  'timestamp with time zone': 'instant',
  json: 'json',
  jsonb: 'json',
  bytea: 'binary',
  bit: 'binary',
  'bit varying': 'binary',
}

/** `typeName` is what `format_type(oid, NULL)` says of the type, `typmod` as the server sent it (-1: none). */
export function sourceColumn(name: string, typeName: string, typmod: number): ResultColumn {
  const kind = typeName.endsWith('[]') ? 'list' : (sourceKinds[typeName] ?? 'other')
  return { name, type: withModifier(typeName, typmod), kind }
}

/** As `format_type(oid, typmod)` prints it. Length types and numeric count the 4 bytes of a varlena header. */
export function withModifier(typeName: string, typmod: number): string {
  if (typmod < 0) return typeName
  const base = typeName.replace(/(\[\])+$/, '')
  const dimensions = typeName.slice(base.length)
  switch (base) {
    case 'numeric': {
      const precision = ((typmod - 4) >> 16) & 0xffff
      // Scale is 11 bits with a sign since server 15.
      const scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024
      return `numeric(${precision},${scale})${dimensions}`
    }
    case 'character varying':
    case 'character':
      return `${base}(${typmod - 4})${dimensions}`
    case 'bit':
    case 'bit varying':
      return `${base}(${typmod})${dimensions}`
    case 'time without time zone':
    case 'time with time zone':
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return `${base.replace(/^(timestamp|time)/, `$1(${typmod})`)}${dimensions}`
    default:
      return typeName
  }
}
