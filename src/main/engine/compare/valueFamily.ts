/**
 * The two engines name and print the same value differently. A family says how values are brought to
 * one form, so that `1.50` equals `1.5`, `t` equals `true`, and a date equals its midnight.
 */
export type ValueFamily =
  'number' | 'float' | 'single-float' | 'boolean' | 'instant' | 'time' | 'interval' | 'json' | 'bytes' | 'text'

export interface ValueShape {
  family: ValueFamily
  /** Of its elements, where the value is a list. */
  listDepth: number
}

const sourceFamilies: Readonly<Record<string, ValueFamily>> = {
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  numeric: 'number',
  oid: 'number',
  real: 'single-float',
  'double precision': 'float',
  boolean: 'boolean',
  date: 'instant',
  'timestamp without time zone': 'instant',
  'timestamp with time zone': 'instant',
  'time without time zone': 'time',
  'time with time zone': 'time',
  interval: 'interval',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
}

/** `typeName` as `format_type(oid, NULL)` prints it. */
export function sourceShape(typeName: string): ValueShape {
  const base = typeName.replace(/(\[\])+$/, '')
  // Postgres does not tell how deep an array is; its text does.
  return { family: sourceFamilies[base] ?? 'text', listDepth: base === typeName ? 0 : 1 }
}

const replicaFamilies: Readonly<Record<string, ValueFamily>> = {
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
  DECIMAL: 'number',
  FLOAT: 'single-float',
  DOUBLE: 'float',
  BOOLEAN: 'boolean',
  DATE: 'instant',
  TIMESTAMP: 'instant',
  TIMESTAMP_S: 'instant',
  TIMESTAMP_MS: 'instant',
  TIMESTAMP_NS: 'instant',
  'TIMESTAMP WITH TIME ZONE': 'instant',
  TIME: 'time',
  'TIME WITH TIME ZONE': 'time',
  INTERVAL: 'interval',
  JSON: 'json',
  BLOB: 'bytes',
}

/** `typeName` as DuckDB prints it: `DECIMAL(12,2)`, `VARCHAR[]`, `JSON`. */
export function replicaShape(typeName: string): ValueShape {
  const base = typeName.replace(/(\[\d*\])+$/, '')
  return { family: replicaFamilies[base.replace(/\(.*\)$/, '')] ?? 'text', listDepth: base === typeName ? 0 : 1 }
}

/** How a column is compared whose sides may differ: a numeric and a float meet as floats. */
export function commonFamily(source: ValueShape, replica: ValueShape): ValueFamily {
  const families = new Set([source.family, replica.family])
  const isNumber = [...families].every(
    (family) => family === 'number' || family === 'float' || family === 'single-float',
  )
  if (isNumber) {
    if (families.has('single-float')) return 'single-float'
    return families.has('float') ? 'float' : 'number'
  }
  return families.size === 1 ? source.family : 'text'
}

/** Whether two values of the family may differ by a rounding. */
export function isFloat(family: ValueFamily): boolean {
  return family === 'float' || family === 'single-float'
}

/** A float of four bytes has seven digits, one of eight fifteen. */
export function toleranceOf(family: ValueFamily): number {
  return family === 'single-float' ? 1e-6 : 1e-9
}
