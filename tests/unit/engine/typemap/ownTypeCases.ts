import { columnOf, numericTypmod, type TypeCase } from './typeCase.ts'

/** Types whose OIDs are the database's own. */
const OWN_OID = 16_400

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
    sourceType: 'int4range',
    column: columnOf('int4range', { typeOid: 3904, typeKind: 'r' }),
    values: ['empty', '[1,10)', '(,)'],
    refused: [],
  },
  {
    sourceType: 'tstzrange',
    column: columnOf('tstzrange', { typeOid: 3910, typeKind: 'r' }),
    values: ['["2024-01-01 00:00:00+00",infinity)'],
    refused: [],
  },
  {
    sourceType: 'int4multirange',
    column: columnOf('int4multirange', { typeOid: 4451, typeKind: 'm' }),
    values: ['{}', '{[1,3),[5,7)}'],
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
  {
    sourceType: 'hstore',
    setup: ['CREATE EXTENSION hstore'],
    column: columnOf('hstore', { typeOid: OWN_OID }),
    values: ['', '"a"=>"1", "b"=>NULL'],
    refused: [],
  },
  {
    sourceType: 'isbn13',
    setup: ['CREATE EXTENSION isn'],
    column: columnOf('isbn13', { typeOid: OWN_OID }),
    values: ['978-0-393-04002-9'],
    refused: [],
  },
  {
    sourceType: 'isbn13[]',
    setup: ['CREATE EXTENSION isn'],
    column: columnOf('isbn13[]', { typeOid: OWN_OID + 1, elementTypeOid: OWN_OID, elementTypeKind: 'b' }),
    values: ['{978-0-393-04002-9}'],
    refused: [],
  },
]
