import { bytes, converted, date, floating, instant, interval, parsed, string, text, type Mapping } from './mapping.ts'
import { numeric } from './numeric.ts'

/**
 * Every base type of the catalog with its OID and that of its array (0: it has none); OIDs below 10,000
 * never change. https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/catalog/pg_type.dat
 */
export const builtInTypes = {
  boolean: [16, 1000],
  bytea: [17, 1001],
  '"char"': [18, 1002],
  name: [19, 1003],
  bigint: [20, 1016],
  smallint: [21, 1005],
  int2vector: [22, 1006],
  integer: [23, 1007],
  regproc: [24, 1008],
  text: [25, 1009],
  oid: [26, 1028],
  tid: [27, 1010],
  xid: [28, 1011],
  cid: [29, 1012],
  oidvector: [30, 1013],
  json: [114, 199],
  xml: [142, 143],
  pg_node_tree: [194, 0],
  point: [600, 1017],
  lseg: [601, 1018],
  path: [602, 1019],
  box: [603, 1020],
  polygon: [604, 1027],
  line: [628, 629],
  cidr: [650, 651],
  real: [700, 1021],
  'double precision': [701, 1022],
  circle: [718, 719],
  macaddr8: [774, 775],
  money: [790, 791],
  macaddr: [829, 1040],
  inet: [869, 1041],
  aclitem: [1033, 1034],
  character: [1042, 1014],
  'character varying': [1043, 1015],
  date: [1082, 1182],
  'time without time zone': [1083, 1183],
  'timestamp without time zone': [1114, 1115],
  'timestamp with time zone': [1184, 1185],
  interval: [1186, 1187],
  'time with time zone': [1266, 1270],
  bit: [1560, 1561],
  'bit varying': [1562, 1563],
  numeric: [1700, 1231],
  refcursor: [1790, 2201],
  regprocedure: [2202, 2207],
  regoper: [2203, 2208],
  regoperator: [2204, 2209],
  regclass: [2205, 2210],
  regtype: [2206, 2211],
  uuid: [2950, 2951],
  txid_snapshot: [2970, 2949],
  pg_lsn: [3220, 3221],
  pg_ndistinct: [3361, 0],
  pg_dependencies: [3402, 0],
  tsvector: [3614, 3643],
  tsquery: [3615, 3645],
  gtsvector: [3642, 3644],
  regconfig: [3734, 3735],
  regdictionary: [3769, 3770],
  jsonb: [3802, 3807],
  jsonpath: [4072, 4073],
  regnamespace: [4089, 4090],
  regrole: [4096, 4097],
  regcollation: [4191, 4192],
  pg_brin_bloom_summary: [4600, 0],
  pg_brin_minmax_multi_summary: [4601, 0],
  pg_mcv_list: [5017, 0],
  pg_snapshot: [5038, 5039],
  xid8: [5069, 271],
} as const satisfies Record<string, readonly [oid: number, arrayOid: number]>

export type BuiltInType = keyof typeof builtInTypes

/** A mapping, or one that hangs on the type's modifier. */
export type MappingRow = Mapping | ((typmod: number) => Mapping)

const noCounterpart = text('DuckDB has no such type.')
const plain = text('DuckDB has no such type.', { mayNeedQuotes: false })
/** The stored value is an OID and its text a name, which a rename changes without a word in the log. */
const namedObject = text('The name that the object had when the row was copied or changed.')
const internal = text('An internal type of Postgres.')

/** The one table: what each base type becomes. */
export const mappings: Record<BuiltInType, MappingRow> = {
  boolean: parsed('BOOLEAN'),
  smallint: parsed('SMALLINT'),
  integer: parsed('INTEGER'),
  bigint: parsed('BIGINT'),
  oid: parsed('UINTEGER'),
  real: floating('FLOAT'),
  'double precision': floating('DOUBLE'),
  numeric,
  money: text("Its digits and signs are those of the source's lc_monetary."),

  text: string(),
  'character varying': string(),
  character: string('Kept with its padding, which DuckDB counts when it compares; rtrim() takes it off.'),
  name: string(),
  '"char"': string(),
  bytea: bytes,
  uuid: parsed('UUID'),

  date,
  'time without time zone': parsed('TIME'),
  // read_csv makes NULL of what it cannot parse as TIMETZ; a cast fails.
  'time with time zone': converted('TIMETZ', (value) => `CAST(${value} AS TIMETZ)`),
  'timestamp without time zone': {
    ...instant('TIMESTAMP'),
    note: 'A value after 10 January 294247 turns the column to text.',
  },
  'timestamp with time zone': {
    ...instant('TIMESTAMPTZ'),
    note: 'The instant is kept, in UTC; one after 10 January 294247 turns the column to text.',
  },
  interval,

  json: parsed('JSON', {
    mayNeedQuotes: true,
    note: 'Kept as written; an escape of half a surrogate pair turns the column to text.',
  }),
  jsonb: parsed('JSON', { mayNeedQuotes: true }),
  jsonpath: noCounterpart,
  xml: noCounterpart,

  bit: parsed('BIT'),
  'bit varying': parsed('BIT', {
    mayNeedQuotes: true,
    note: 'An empty bit string turns the column to text, for DuckDB has none.',
  }),

  inet: plain,
  cidr: plain,
  macaddr: plain,
  macaddr8: plain,

  point: noCounterpart,
  lseg: noCounterpart,
  path: noCounterpart,
  // The only type whose arrays are not parted by commas.
  box: { ...noCounterpart, inArrays: 'never' },
  polygon: noCounterpart,
  line: noCounterpart,
  circle: noCounterpart,

  tsvector: noCounterpart,
  tsquery: noCounterpart,
  gtsvector: internal,

  pg_lsn: plain,
  xid: parsed('UINTEGER'),
  cid: parsed('UINTEGER'),
  xid8: parsed('UBIGINT'),
  tid: noCounterpart,
  pg_snapshot: noCounterpart,
  txid_snapshot: noCounterpart,
  int2vector: text('Numbers parted by spaces.'),
  oidvector: text('Numbers parted by spaces.'),
  refcursor: string(),
  aclitem: noCounterpart,

  regproc: namedObject,
  regprocedure: namedObject,
  regoper: namedObject,
  regoperator: namedObject,
  regclass: namedObject,
  regtype: namedObject,
  regconfig: namedObject,
  regdictionary: namedObject,
  regnamespace: namedObject,
  regrole: namedObject,
  regcollation: namedObject,

  pg_node_tree: internal,
  pg_ndistinct: internal,
  pg_dependencies: internal,
  pg_mcv_list: internal,
  pg_brin_bloom_summary: internal,
  pg_brin_minmax_multi_summary: internal,
}

/** Types of the contrib extensions, whose OIDs differ from database to database, by their names. */
export const extensionTypes: ReadonlyMap<string, Mapping> = new Map([
  ['citext', string('DuckDB compares it with regard to case, which Postgres does not.')],
  ['hstore', text('DuckDB has no such type; its text is `"key"=>"value"` pairs.')],
  ['ltree', text('DuckDB has no such type.')],
  ['lquery', text('DuckDB has no such type.')],
  ['cube', text('DuckDB has no such type.')],
  ['seg', text('DuckDB has no such type.')],
])
