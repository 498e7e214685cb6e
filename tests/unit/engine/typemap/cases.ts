import { builtInTypes, type BuiltInType } from '../../../../src/main/engine/typemap/table.ts'
import { arrayText } from '../../../support/replicaText.ts'
import { arrayCases, arrayOf } from './arrayCases.ts'
import { ownTypeCases } from './ownTypeCases.ts'
import { columnOf, numericTypmod, type TypeCase } from './typeCase.ts'

type Values = { values: readonly string[]; refused?: readonly string[] } & Pick<TypeCase, 'refusedFrom17' | 'internal'>

const strings = [
  '', ' ', 'plain', ' a ', 'a,b', 'say "x"', '"', 'two\nlines', 'two\r\nlines', '\r', '\\', '\\.', '\\N', 'NULL',
  'null', '\uFEFFmark', 'é', '\u{1F600}', "it's", '#', '\t', '1e5', '\u0001', '\v', '\u001A', '\u001F\u007F', '\u0080\u0085\u009F',
  '\u2028\u2029', '\uFFFD\uFFFE\uFFFF', '\u{10FFFF}', 'e\u0301', '\u202Eback', 'end\\', ',', '""', '\n', '\n\n', ' \n', '--', '\uFEFF',
  Array.from({ length: 31 }, (_, n) => String.fromCharCode(n + 1)).join(''),
]
const floats = ['0', '-0', '1', '-1.5', '0.1', '100000', '1e+15', '1e-07', 'NaN', 'Infinity', '-Infinity']

/** The compiler asks for a line of each base type that a table can have. */
const builtIn: Record<BuiltInType, Values> = {
  boolean: { values: ['t', 'f'] },
  smallint: { values: ['-32768', '0', '32767'] },
  integer: { values: ['-2147483648', '0', '2147483647'] },
  bigint: { values: ['-9223372036854775808', '0', '9007199254740993', '9223372036854775807'] },
  oid: { values: ['0', '4294967295'] },
  real: { values: [...floats, '1e-45', '1.1754944e-38', '3.4028235e+38', '16777216', '0.3'] },
  'double precision': {
    values: [
      ...floats, '5e-324', '2.2250738585072014e-308', '1.7976931348623157e+308', '0.30000000000000004',
      '1.2345678901234568e+17',
    ],
  },
  numeric: {
    values: [
      '0', '0.00', '1.50', '1.5', '-0.000000000000000000000000000000000000000000001', '9'.repeat(200), 'NaN',
      'Infinity', '-Infinity', `1${'0'.repeat(60)}.5`, `-${'9'.repeat(39)}`, `0.${'0'.repeat(16_000)}1`, '9'.repeat(131_072),
    ],
  },
  money: { values: ['$0.00', '-$1.50', '$92,233,720,368,547,758.07', '-$92,233,720,368,547,758.08'] },
  text: { values: strings },
  'character varying': { values: strings },
  character: { values: ['x', ',', '"', 'é'] },
  name: { values: ['', 'Orders', 'with "quotes"'] },
  '"char"': { values: ['', 'a', ',', '"'] },
  bytea: { values: ['\\x', '\\x00', '\\xdeadbeef', '\\x5c782c220a0d', '\\xff00ff'] },
  uuid: {
    values: [
      '00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ],
  },
  date: {
    values: [
      '2024-02-29', '4714-11-24 BC', '0001-01-01', '0001-12-31 BC', '0044-03-15 BC', '4713-01-01 BC', '10000-01-01', '5874897-12-31',
      'infinity', '-infinity', '0099-12-31',
    ],
  },
  'time without time zone': { values: ['00:00:00', '12:34:56.7', '23:59:59.999999', '24:00:00'] },
  'time with time zone': {
    values: [
      '00:00:00+00', '24:00:00+00', '12:00:00+02', '10:00:00+00', '12:34:56.789+00', '12:00:00-03:30', '12:00:00+05:45:30',
      '23:59:59.999999+15:59:59', '00:00:00-15:59:59',
    ],
  },
  'timestamp without time zone': {
    values: [
      '2024-01-01 00:00:00', '2024-12-31 23:59:59.999999', '2024-01-01 00:00:00.1', '0001-01-01 00:00:00',
      '0001-12-31 23:59:59 BC', '0044-03-15 12:00:00.5 BC', '4714-11-24 00:00:00 BC', '10000-01-01 00:00:00',
      '294246-12-31 23:59:59.999999', 'infinity', '-infinity',
    ],
    refused: ['294276-12-31 23:59:59.999999'],
  },
  'timestamp with time zone': {
    values: [
      '2024-01-01 00:00:00+00', '2024-12-31 23:59:59.999999+00', '2024-01-01 00:00:00.1+00',
      '0001-01-01 00:00:00+00', '0001-12-31 23:59:59+00 BC', '0044-03-15 12:00:00.5+00 BC',
      '4714-11-24 00:00:00+00 BC', '10000-01-01 00:00:00+00', '294246-12-31 23:59:59.999999+00', 'infinity',
      '-infinity',
    ],
    refused: ['294276-12-31 23:59:59.999999+00'],
  },
  interval: {
    values: [
      '00:00:00', '1 mon', '30 days', '720:00:00', '1 year 2 mons -3 days +04:05:06.789',
      '-1 years -2 mons +3 days -04:05:06.789', '-00:00:00.000001', '1 day -00:00:00.5', '178956970 years 7 mons',
      '-178956970 years -8 mons', '2147483647 days', '-2147483648 days', '999999999:59:59.999999',
      '-999999999:59:59.999999', '-1 days +23:00:00', '1 mon -1 days', '29 days', '-1 mons +00:00:00.000001',
      '178956970 years 7 mons 2147483647 days 999999999:59:59.999999',
      '-178956970 years -8 mons -2147483648 days -999999999:59:59.999999',
    ],
    refused: ['2562047788:00:54.775807', '-2562047788:00:54.775807', '1000000000:00:00'],
    refusedFrom17: ['infinity', '-infinity'],
  },
  json: {
    values: [
      'null', '"null"', '{"a" :  1, "a":2}', ' [1,\n2] ', '1e400', '"\\u0000"',
      '{"a":12345678901234567890123456789.0123456789}', '""',
    ],
    refused: ['"\\ud800"'],
  },
  jsonb: {
    values: [
      'null', '"null"', '{"a": 1}', '[1, "x,y", null]', `1${'0'.repeat(400)}`,
      '{"a": 12345678901234567890123456789.01234567890}', '""',
    ],
  },
  jsonpath: { values: ['$."a"[*]'] },
  xml: { values: ['<a b="1">x,y</a>', 'two\nlines'] },
  bit: { values: ['0', '1'] },
  'bit varying': { values: ['0', '1', '0001', '1'.repeat(100)], refused: [''] },
  inet: { values: ['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32'] },
  cidr: { values: ['10.0.0.0/8', '2001:db8::/32'] },
  macaddr: { values: ['08:00:2b:01:02:03'] },
  macaddr8: { values: ['08:00:2b:01:02:03:04:05'] },
  point: { values: ['(1,2)', '(1.5,-0)'] },
  lseg: { values: ['[(1,2),(3,4)]'] },
  path: { values: ['((1,2),(3,4))', '[(1,2),(3,4)]'] },
  box: { values: ['(3,4),(1,2)'] },
  polygon: { values: ['((1,2),(3,4),(5,6))'] },
  line: { values: ['{1,2,3}'] },
  circle: { values: ['<(1,2),3>'] },
  tsvector: { values: ["'a':1A 'b c':2"] },
  tsquery: { values: ["'a' & 'b'"] },
  pg_lsn: { values: ['0/0', '16/B374D848'] },
  xid: { values: ['0', '4294967295'] },
  cid: { values: ['0', '4294967295'] },
  xid8: { values: ['0', '18446744073709551615'] },
  tid: { values: ['(0,1)'] },
  pg_snapshot: { values: ['10:20:10,14'] },
  txid_snapshot: { values: ['10:20:10,14'] },
  int2vector: { values: ['1 2 3'] },
  oidvector: { values: ['1 2 3'] },
  refcursor: { values: ['cursor, 1'] },
  aclitem: { values: ['pg_monitor=r/pg_monitor'] },
  regproc: { values: ['now'] },
  regprocedure: { values: ['sum(integer)'] },
  regoper: { values: ['||/'] },
  regoperator: { values: ['+(integer,integer)'] },
  regclass: { values: ['pg_class'] },
  regtype: { values: ['double precision'] },
  regconfig: { values: ['english'] },
  regdictionary: { values: ['simple'] },
  regnamespace: { values: ['pg_catalog'] },
  regrole: { values: ['pg_monitor'] },
  regcollation: { values: ['"C"'] },
  gtsvector: { values: [], internal: true },
  pg_node_tree: { values: [], internal: true },
  pg_ndistinct: { values: [], internal: true },
  pg_dependencies: { values: [], internal: true },
  pg_mcv_list: { values: [], internal: true },
  pg_brin_bloom_summary: { values: [], internal: true },
  pg_brin_minmax_multi_summary: { values: [], internal: true },
}

function decimal(precision: number, scale: number, values: readonly string[], refused = ['NaN']): TypeCase {
  const typmod = numericTypmod(precision, scale)
  const sourceType = `numeric(${precision},${scale})`
  return { sourceType, column: columnOf(sourceType, { typeOid: 1700, typmod }), values, refused }
}

/** A type with a modifier of its own, which its texts follow. */
function modified(
  name: string,
  modifier: string,
  typmod: number,
  values: readonly string[],
  typeOid: number = builtInTypes[name as BuiltInType][0],
  refused: readonly string[] = [],
): TypeCase {
  const sourceType = `${name}${modifier}`
  return { sourceType, column: columnOf(sourceType, { typeOid, typmod }), values, refused }
}

/** Arrays of the types that `arrayCases` does not look at one by one: one of all of the type's values. */
function otherArrays(): TypeCase[] {
  const known = new Set(arrayCases.map(({ column }) => column.elementTypeOid))
  return (Object.entries(builtIn) as [BuiltInType, Values][])
    .filter(([name, { internal }]) => !internal && !known.has(builtInTypes[name][0]))
    .map(([name, { values }]) => {
      const all = arrayText([...values, null])
      return { ...arrayOf(name, ['{}', all], [`{${all}}`]), isLikeElement: true }
    })
}

export const typeCases: readonly TypeCase[] = [
  ...(Object.entries(builtIn) as [BuiltInType, Values][]).map(([sourceType, rest]): TypeCase => {
    // Without a modifier of its own, `character` and `bit` in a CREATE TABLE mean one of each.
    const typmod = sourceType === 'character' ? 5 : sourceType === 'bit' ? 1 : -1
    return {
      sourceType,
      column: columnOf(sourceType, { typeOid: builtInTypes[sourceType][0], typmod }),
      refused: [],
      ...rest,
    }
  }),
  decimal(12, 2, ['0.00', '-0.01', '9999999999.99', '-9999999999.99']),
  decimal(18, 9, ['0.000000000', '999999999.999999999', '-999999999.999999999']),
  decimal(19, 0, ['0', '9999999999999999999', '-9999999999999999999']),
  decimal(20, 2, ['0.00', '-0.05', '1.20', '999999999999999999.99', '-999999999999999999.99']),
  decimal(
    38,
    10,
    ['0.0000000001', '9999999999999999999999999999.9999999999', '-9999999999999999999999999999.9999999999'],
  ),
  decimal(38, 38, [`0.${'9'.repeat(38)}`, `-0.${'9'.repeat(38)}`, `0.${'0'.repeat(37)}1`]),
  decimal(5, -2, ['0', '9999900', '-100']),
  decimal(3, 5, ['0.00000', '0.00999', '-0.00001']),
  decimal(50, 2, ['0.00', `${'9'.repeat(48)}.99`, 'NaN'], []),
  decimal(30, -20, ['0', `${'9'.repeat(30)}${'0'.repeat(20)}`], []),
  modified('character', '(5)', 9, ['     ', 'ab   ', 'abcde', 'é    ', '\t    ']),
  // Not the same as `character`, which is one of one letter.
  modified('bpchar', '', -1, ['', ' ', 'ab ', 'ab'], 1042),
  modified('character varying', '(5)', 9, ['', 'ab ', '     ', '\uFEFFabc']),
  modified('bit', '(5)', 5, ['00000', '00001', '11111']),
  modified('bit varying', '(5)', 5, ['0', '00', '11111'], 1562, ['']),
  modified('time', '(0) without time zone', 0, ['00:00:00', '24:00:00'], 1083),
  modified('timestamp', '(3) with time zone', 3, ['2024-01-01 00:00:00.001+00', '-infinity'], 1184),
  modified('interval', ' year to month', 0x0006_ffff, ['1 year 2 mons', '-1 mons', '00:00:00'], 1186),
  ...arrayCases,
  ...otherArrays(),
  ...ownTypeCases,
]
