import { columnOf, numericTypmod, type TypeCase } from './typeCase.ts'

/** Types whose OIDs are the database's own. */
const OWN_OID = 16_400

/** A row as Postgres writes it. https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX */
function recordText(...fields: (string | null)[]): string {
  const texts = fields.map((field) => {
    if (field === null) return ''
    return field === '' || /["\\(),\s]/.test(field) ? `"${field.replace(/["\\]/g, '$&$&')}"` : field
  })
  return `(${texts.join(',')})`
}

function range(sourceType: string, typeOid: number, values: readonly string[]): TypeCase {
  const typeKind = sourceType.endsWith('multirange') ? 'm' : 'r'
  return { sourceType, column: columnOf(sourceType, { typeOid, typeKind }), values, refused: [] }
}

function ofExtension(name: string, values: readonly string[], extension = name): TypeCase {
  return {
    sourceType: name,
    setup: [`CREATE EXTENSION ${extension}`],
    column: columnOf(name, { typeOid: OWN_OID }),
    values,
    refused: [],
  }
}

const moods = [`CREATE TYPE mood AS ENUM ('fine', 'so, so', 'say "no"', '', 'NULL')`, 'CREATE DOMAIN moods AS mood[]']

export const ownTypeCases: readonly TypeCase[] = [
  {
    sourceType: 'mood',
    setup: [`CREATE TYPE mood AS ENUM ('fine', 'so, so', 'say "no"', '')`],
    column: columnOf('mood', { typeOid: OWN_OID, typeKind: 'e', enumLabels: ['fine', 'so, so', 'say "no"', ''] }),
    values: ['fine', 'so, so', 'say "no"', ''],
    refused: [],
  },
  {
    sourceType: 'mood[]',
    setup: [`CREATE TYPE mood AS ENUM ('fine', 'so, so', 'say "no"', '')`],
    column: columnOf('mood[]', {
      typeOid: OWN_OID + 1,
      elementTypeOid: OWN_OID,
      elementTypeKind: 'e',
      enumLabels: ['fine', 'so, so', 'say "no"', ''],
    }),
    values: ['{}', '{fine,"so, so","say \\"no\\"","",NULL}'],
    refused: ['{{fine}}'],
  },
  {
    sourceType: 'price',
    setup: ['CREATE DOMAIN amount AS numeric(12,2)', 'CREATE DOMAIN price AS amount CHECK (VALUE >= 0)'],
    column: columnOf(
      'price',
      { typeOid: OWN_OID, typeKind: 'd', baseTypeOid: 1700, baseTypmod: numericTypmod(12, 2), baseTypeKind: 'b' },
    ),
    values: ['0.00', '9999999999.99'],
    refused: ['NaN'],
  },
  {
    sourceType: 'price[]',
    setup: ['CREATE DOMAIN price AS numeric(12,2)'],
    column: columnOf('price[]', { typeOid: OWN_OID + 1, elementTypeOid: OWN_OID, elementTypeKind: 'd' }),
    values: ['{1.50,NULL}'],
    refused: [],
  },
  {
    sourceType: 'numbers',
    setup: ['CREATE DOMAIN numbers AS integer[]'],
    column: columnOf(
      'numbers',
      {
        typeOid: OWN_OID,
        typeKind: 'd',
        baseTypeOid: 1007,
        baseTypeKind: 'b',
        elementTypeOid: 23,
        elementTypeKind: 'b',
      },
    ),
    values: ['{1,2}'],
    refused: ['{{1}}'],
  },
  {
    sourceType: 'place',
    setup: ['CREATE TYPE place AS (street text, number integer)'],
    column: columnOf('place', { typeOid: OWN_OID, typeKind: 'c' }),
    values: ['("Main, St",1)', '(,)', '("say ""x""",)'],
    refused: [],
  },
  {
    sourceType: 'place[]',
    setup: ['CREATE TYPE place AS (street text, number integer)'],
    column: columnOf('place[]', { typeOid: OWN_OID + 1, elementTypeOid: OWN_OID, elementTypeKind: 'c' }),
    values: ['{"(\\"Main, St\\",1)",NULL,"(,)"}'],
    refused: ['{{"(a,1)"}}'],
  },
  {
    sourceType: 'moods',
    setup: moods,
    column: columnOf('moods', {
      typeOid: OWN_OID + 2,
      typeKind: 'd',
      baseTypeOid: OWN_OID + 1,
      baseTypeKind: 'b',
      elementTypeOid: OWN_OID,
      elementTypeKind: 'e',
    }),
    values: ['{}', '{fine,"so, so","say \\"no\\"","",NULL,"NULL"}'],
    refused: ['{{fine}}', '[0:1]={fine,NULL}'],
  },
  {
    sourceType: 'moods[]',
    setup: moods,
    column: columnOf('moods[]', { typeOid: OWN_OID + 3, elementTypeOid: OWN_OID + 2, elementTypeKind: 'd' }),
    values: ['{}', '{"{fine,\\"so, so\\"}",NULL,"{}"}'],
    refused: [],
  },
  {
    sourceType: 'house',
    setup: [
      'CREATE TYPE door AS (mark text, sizes integer[])',
      'CREATE TYPE house AS (front door, note text, built date, heat float8)',
    ],
    column: columnOf('house', { typeOid: OWN_OID, typeKind: 'c' }),
    values: [
      '(,,,)', recordText(recordText(null, null), '', null, 'NaN'),
      recordText(recordText('say "x", \\ (y)', '{1,NULL}'), 'NULL', '0044-03-15 BC', '-0'),
      recordText(recordText('', '[0:1]={1,2}'), ' two\nlines ', 'infinity', '5e-324'),
    ],
    refused: [],
  },
  range('int4range', 3904, ['empty', '[1,10)', '(,)', '(,5)', '[-2147483648,)']),
  range('int8range', 3926, ['empty', '[-9223372036854775808,9223372036854775807)', '(,)']),
  range('numrange', 3906, ['empty', '[1.50,1.5]', '(-Infinity,NaN)', '(,0.00]']),
  range('tsrange', 3908, ['["2024-01-01 00:00:00","2024-01-01 00:00:00.000001")', '(-infinity,infinity)', '(,)']),
  range('tstzrange', 3910, ['["2024-01-01 00:00:00+00",infinity)', '(,"0044-03-15 12:00:00+00 BC"]']),
  range('daterange', 3912, ['["0044-03-15 BC",10000-01-01)', '[-infinity,infinity)', '(,)']),
  range('int4multirange', 4451, ['{}', '{[1,3),[5,7)}', '{(,)}']),
  range('int8multirange', 4536, ['{}', '{(,0),[9007199254740993,)}']),
  range('nummultirange', 4532, ['{}', '{[1.50,1.5],(2,NaN)}']),
  range('tsmultirange', 4533, ['{}', '{["2024-01-01 00:00:00",infinity)}']),
  range('tstzmultirange', 4534, ['{}', '{(,"0044-03-15 12:00:00+00 BC"]}']),
  range('datemultirange', 4535, ['{}', '{[2024-01-01,2024-01-02),[infinity,)}']),
  {
    sourceType: 'int4range[]',
    column: columnOf('int4range[]', { typeOid: 3905, elementTypeOid: 3904, elementTypeKind: 'r' }),
    values: ['{}', '{"[1,10)",empty,NULL,"(,)"}'],
    refused: ['{{empty}}'],
  },
  {
    sourceType: 'heats',
    setup: ['CREATE TYPE heats AS RANGE (subtype = float8)'],
    column: columnOf('heats', { typeOid: OWN_OID, typeKind: 'r' }),
    values: ['empty', '[-0,5e-324)', '[-Infinity,NaN]'],
    refused: [],
  },
  {
    sourceType: 'citext',
    setup: ['CREATE EXTENSION citext'],
    column: columnOf('citext', { typeOid: OWN_OID }),
    values: ['', 'Mixed Case', 'a,b'],
    refused: [],
  },
  {
    sourceType: 'citext[]',
    setup: ['CREATE EXTENSION citext'],
    column: columnOf('citext[]', { typeOid: OWN_OID + 1, elementTypeOid: OWN_OID, elementTypeKind: 'b' }),
    values: ['{Mixed,"Mixed Case"}'],
    refused: ['{{a}}'],
  },
  ofExtension('hstore', [
    '', '"a"=>"1", "b"=>NULL', '""=>"", "NULL"=>"NULL"', '"say \\"x\\""=>"\\\\, =>"', '"two\nlines"=>"é\uFEFF"',
  ]),
  {
    ...ofExtension('hstore[]', ['{}', '{"\\"a\\"=>\\"1\\"",NULL,""}'], 'hstore'),
    column: columnOf('hstore[]', { typeOid: OWN_OID + 1, elementTypeOid: OWN_OID, elementTypeKind: 'b' }),
    refused: ['{{""}}'],
  },
  ofExtension('ltree', ['', 'top.science.astronomy']),
  ofExtension('lquery', ['*.a|b.!c', '*{2,}'], 'ltree'),
  ofExtension('cube', ['(1, 2),(3, -0)', '(5e-324)']),
  ofExtension('seg', ['1.50', '<1 .. 2', '3 ..']),
  ofExtension('isbn13', ['978-0-393-04002-9'], 'isn'),
  {
    sourceType: 'isbn13[]',
    setup: ['CREATE EXTENSION isn'],
    column: columnOf('isbn13[]', { typeOid: OWN_OID + 1, elementTypeOid: OWN_OID, elementTypeKind: 'b' }),
    values: ['{978-0-393-04002-9}'],
    refused: [],
  },
]
