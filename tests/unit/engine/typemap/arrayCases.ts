import { builtInTypes, type BuiltInType } from '../../../../src/main/engine/typemap/table.ts'
import { columnOf, numericTypmod, type TypeCase } from './typeCase.ts'

export function arrayOf(
  element: BuiltInType,
  values: readonly string[],
  refused: readonly string[],
  typmod = -1,
  modifier = typmod === -1 ? '' : '(12,2)',
): TypeCase {
  const [elementTypeOid, typeOid] = builtInTypes[element]
  const sourceType = `${element}${modifier}[]`
  const column = columnOf(sourceType, { typeOid, typmod, elementTypeOid, elementTypeKind: 'b' })
  return { sourceType, column, values, refused }
}

const twoDimensional = ['{{1,2},{3,4}}', '[0:1]={1,2}']

export const arrayCases: readonly TypeCase[] = [
  arrayOf(
    'integer',
    ['{}', '{1}', '{1,2,NULL}', '{NULL}', '{-2147483648}'],
    [...twoDimensional, '{{NULL}}', '[2:2]={NULL}'],
  ),
  arrayOf('bigint', ['{}', '{9223372036854775807,NULL}'], twoDimensional),
  arrayOf('smallint', ['{}', '{1,NULL}'], twoDimensional),
  arrayOf('boolean', ['{}', '{t,f,NULL}'], ['{{t},{f}}']),
  arrayOf('double precision', ['{}', '{NaN,Infinity,-Infinity,-0,5e-324,NULL}'], twoDimensional),
  arrayOf('real', ['{}', '{NaN,Infinity,1e-45,0.1,NULL}'], twoDimensional),
  arrayOf('numeric', ['{}', '{1.50,NaN,NULL}'], twoDimensional),
  arrayOf('numeric', ['{}', '{1.50,-9999999999.99,NULL}'], ['{{1.00,2.00}}', '{NaN}'], numericTypmod(12, 2)),
  arrayOf(
    'numeric',
    ['{}', '{0.0000000001,-9999999999999999999999999999.9999999999,NULL}'],
    ['{NaN}', '{{0.0000000001}}'],
    numericTypmod(38, 10),
    '(38,10)',
  ),
  arrayOf('numeric', [`{${'9'.repeat(48)}.99,NaN,NULL}`], ['{{0.00}}'], numericTypmod(50, 2), '(50,2)'),
  arrayOf('character', ['{"     ","ab   ",NULL}'], ['{{"ab   "}}'], 9, '(5)'),
  arrayOf('bit', ['{000,101,NULL}'], ['{{101}}'], 3, '(3)'),
  arrayOf(
    'text',
    [
      '{}', '{a,"b c",NULL,"NULL","null",""}', "{it's,[x],(y)}", '{"a\\"b","a\\\\b","{x}","x,y"}',
      '{"two\nlines","\r\n","\t"}', '{"\\\\","\\"",",","\\\\\\""}', '{é,"e\u0301 ",\u{1F468}\u200D\u{1F469}}',
      '{"{{"}', '{""}', '{NULL,NULL}', '{"",""}', '{"a,b",NULL,c}',
    ],
    ['{{a,b},{c,d}}', '[0:1]={a,b}', '[1:1][2:2]={{x}}', '{{"a b"}}', '{{NULL}}'],
  ),
  arrayOf('character varying', ['{a,"b c"}'], ['{{a}}']),
  arrayOf('bytea', ['{}', '{"\\\\x","\\\\xdeadbeef",NULL}'], ['{{"\\\\x00"}}']),
  arrayOf('uuid', ['{}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}'], ['{{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}}']),
  arrayOf('date', ['{}', '{2024-02-29,"0044-03-15 BC",infinity,NULL}'], ['{{2024-02-29}}']),
  arrayOf('time without time zone', ['{24:00:00,12:34:56.7,NULL}'], ['{{24:00:00}}']),
  arrayOf('time with time zone', ['{12:00:00+05:45,NULL}'], ['{{12:00:00+00}}']),
  arrayOf(
    'timestamp without time zone',
    ['{"2024-01-01 00:00:00","0044-03-15 12:00:00 BC",infinity,NULL}'],
    ['{{"2024-01-01 00:00:00"}}', '{"294276-12-31 23:59:59"}'],
  ),
  arrayOf(
    'timestamp with time zone',
    ['{"2024-01-01 00:00:00.000001+00","0044-03-15 12:00:00+00 BC",infinity,NULL}'],
    ['{{"2024-01-01 00:00:00+00"}}', '{"294276-12-31 23:59:59+00"}'],
  ),
  arrayOf('interval', ['{"1 mon",24:00:00,"-1 years +3 days",NULL}'], ['{{"1 mon"}}']),
  arrayOf('json', ['{"{\\"a\\": \\"x,y\\"}","null",NULL,1,"\\"\\""}'], ['{{1}}']),
  arrayOf('jsonb', ['{"{\\"a\\": \\"x,y\\"}","null",NULL,1}'], ['{{1}}']),
  arrayOf('bit varying', ['{101,NULL}'], ['{{101}}', '{""}']),
  arrayOf('inet', ['{10.0.0.1,NULL,::1}'], ['{{10.0.0.1}}']),
  arrayOf('point', ['{"(1,2)",NULL}'], ['{{"(1,2)"}}']),
  arrayOf('box', ['{(3,4),(1,2);(7,8),(5,6)}', '{{(3,4),(1,2)}}'], []),
]
