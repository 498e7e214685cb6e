const shortTypes: [RegExp, string][] = [
  [/^timestamp( ?\(\d+\))? with time zone$/, 'timestamptz$1'],
  [/^timestamp( ?\(\d+\))? without time zone$/, 'timestamp$1'],
  [/^time( ?\(\d+\))? with time zone$/, 'timetz$1'],
  [/^time( ?\(\d+\))? without time zone$/, 'time$1'],
  [/^character varying/, 'varchar'],
  [/^character/, 'char'],
  [/^double precision/, 'float8'],
  [/^real/, 'float4'],
  [/^bigint/, 'int8'],
  [/^integer/, 'int4'],
  [/^smallint/, 'int2'],
  [/^boolean/, 'bool'],
]

/** The short name of a type, as Postgres itself abbreviates it. */
export function shortType(type: string): string {
  const lower = type.toLowerCase()
  for (const [pattern, short] of shortTypes) {
    if (pattern.test(lower)) return lower.replace(pattern, short)
  }
  return lower
}
