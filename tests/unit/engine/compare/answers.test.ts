import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Answer } from '../../../../src/main/engine/compare/answer.ts'
import type { AnswerRow } from '../../../../src/main/engine/compare/answer.ts'
import {
  canonicalReplicaValue,
  canonicalSourceValue,
  canonicalText,
  parsePostgresArray,
} from '../../../../src/main/engine/compare/canonicalValue.ts'
import { compareAnswers } from '../../../../src/main/engine/compare/compareAnswers.ts'
import { pathOf } from '../../../../src/main/engine/compare/tablePath.ts'
import { commonFamily, replicaShape, sourceShape } from '../../../../src/main/engine/compare/valueFamily.ts'
import type { ValueFamily } from '../../../../src/main/engine/compare/valueFamily.ts'

function answer(families: ValueFamily[], rows: readonly AnswerRow[]): Answer {
  const made = new Answer(families)
  for (const row of rows) made.add(row)
  return made
}

function compare(
  families: ValueFamily[],
  source: readonly AnswerRow[],
  replica: readonly AnswerRow[],
  isOrdered = false,
) {
  const columnNames = families.map((_, index) => `c${index}`)
  return compareAnswers(answer(families, source), answer(families, replica), { columnNames, isOrdered })
}

describe('values of two engines', () => {
  it.each<[ValueFamily, string, string]>([
    ['number', '1.50', '1.5'],
    ['number', '-0.00', '0'],
    ['number', '12345678901234567890123.100', '12345678901234567890123.1'],
    ['boolean', 't', 'true'],
    ['boolean', 'f', 'false'],
    ['instant', '2024-02-29', '2024-02-29 00:00:00'],
    ['instant', '2024-02-29 12:00:00+00', '2024-02-29 12:00:00'],
    ['instant', '2024-02-29 12:00:00.500000', '2024-02-29 12:00:00.5'],
    ['instant', '2024-02-29 12:00:00+02', '2024-02-29 10:00:00'],
    ['instant', '2024-02-29 12:00:00+05:30', '2024-02-29 06:30:00'],
    ['instant', '0044-03-15 BC', '0044-03-15 (BC)'],
    ['instant', 'infinity', 'infinity'],
    ['time', '12:30:00.100000', '12:30:00.1'],
    ['time', '12:30:00+02', '12:30:00+02:00'],
    ['interval', '1 year 2 mons 3 days 04:05:06.7', '14 mons 3 days 04:05:06.700000'],
    ['interval', '-1 days +02:03:04', '0 mons -1 days 02:03:04'],
    ['interval', '00:00:00', '0 mons 0 days 00:00:00'],
    ['json', '{"b": 1.0, "a": [1, null]}', '{"a":[1,null],"b":1}'],
    ['json', '12345678901234567890', '12345678901234567890'],
    ['bytes', '\\x00FF', '00ff'],
    ['float', '1e300', '1e+300'],
    ['float', 'Infinity', 'inf'],
    ['text', 'A', 'A'],
  ])('of family %s are one: %s and %s', (family, source, replica) => {
    expect(canonicalText(source, family)).toBe(canonicalText(replica, family))
  })

  it.each<[ValueFamily, string, string]>([
    ['number', '12345678901234567890', '12345678901234567891'],
    ['json', '12345678901234567890', '12345678901234567891'],
    ['json', '"1"', '1'],
    ['instant', '2024-02-29 12:00:00.5', '2024-02-29 12:00:00.50001'],
    ['instant', '0044-03-15 BC', '0044-03-15'],
    ['text', 'a', 'a '],
    ['interval', '1 mon', '30 days'],
  ])('of family %s stay two: %s and %s', (family, source, replica) => {
    expect(canonicalText(source, family)).not.toBe(canonicalText(replica, family))
  })

  it('meet as lists, nested or not, NULL apart from its name', () => {
    expect(parsePostgresArray('{1,NULL,"NULL","a,\\"b\\\\","{}"}')).toEqual(['1', null, 'NULL', 'a,"b\\', '{}'])
    expect(parsePostgresArray('{{1,2},{3,4}}')).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    expect(parsePostgresArray('[0:1]={1,2}')).toEqual(['1', '2'])
    expect(parsePostgresArray('{}')).toEqual([])
    expect(canonicalSourceValue('{1.50,NULL}', 'number', true)).toEqual(canonicalReplicaValue(['1.5', null], 'number'))
  })

  it('have a family in common: a numeric meets a float as float, a date an instant', () => {
    expect(commonFamily(sourceShape('numeric'), replicaShape('DOUBLE'))).toBe('float')
    expect(commonFamily(sourceShape('bigint'), replicaShape('HUGEINT'))).toBe('number')
    expect(commonFamily(sourceShape('real'), replicaShape('DOUBLE'))).toBe('single-float')
    expect(commonFamily(sourceShape('timestamp with time zone'), replicaShape('DATE'))).toBe('instant')
    expect(commonFamily(sourceShape('numeric[]'), replicaShape('DECIMAL(12,2)[]'))).toBe('number')
    expect(commonFamily(sourceShape('point'), replicaShape('VARCHAR'))).toBe('text')
    expect(commonFamily(sourceShape('jsonb'), replicaShape('JSON'))).toBe('json')
  })
})

describe('two answers', () => {
  it('are the same in any order where no order was asked for', () => {
    const rows = fc.array(fc.tuple(fc.option(fc.constantFrom('a', 'b', '')), fc.option(fc.constantFrom('1', '2'))), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(rows, fc.integer(), (source, seed) => {
        const replica = source.toSorted((a, b) => (JSON.stringify(a) + seed < JSON.stringify(b) + seed ? 1 : -1))
        const { verdict } = compare(['text', 'number'], source, replica)
        expect(verdict).toMatchObject({ same: true, difference: null, sourceRows: source.length })
      }),
    )
  })

  it('count how often a row is there, and tell NULL from the empty text', () => {
    expect(compare(['text'], [['a'], ['a'], ['b']], [['a'], ['b'], ['b']]).verdict).toMatchObject({
      same: false,
      difference: '1 of 3 rows differs, in c0.',
    })
    expect(compare(['text'], [['']], [[null]]).verdict.same).toBe(false)
    expect(compare(['text', 'text'], [['a', 'bc']], [['ab', 'c']]).verdict.same).toBe(false)
  })

  it('are compared in order where it was asked for, and say where only the order differs', () => {
    const ordered = compare(['number'], [['1'], ['2']], [['1'], ['2']], true)
    expect(ordered.verdict).toMatchObject({ same: true, comparedAs: 'ordered' })
    const ties = compare(['number'], [['1'], ['2']], [['2'], ['1']], true)
    expect(ties.verdict).toMatchObject({ same: true, comparedAs: 'unordered' })
    expect(ties.notes.join()).toMatch(/another order/)
  })

  it('may differ by a rounding of floats, and by no more', () => {
    const near = compare(
      ['text', 'float'],
      [
        ['a', '0.30000000000000004'],
        ['a', '1'],
      ],
      [
        ['a', '1'],
        ['a', '0.3'],
      ],
    )
    expect(near.verdict.same).toBe(true)
    const far = compare(['text', 'float'], [['a', '0.3']], [['a', '0.3001']])
    expect(far.verdict).toMatchObject({ same: false, difference: '1 of 1 row differs, in c1.' })
    expect(compare(['float'], [['NaN']], [['NaN']]).verdict.same).toBe(true)
    expect(compare(['single-float'], [['0.1']], [['0.10000000149011612']]).verdict.same).toBe(true)
  })

  it('never name a value', () => {
    const { verdict } = compare(
      ['text', 'number'],
      [
        ['secret', '17'],
        ['b', '2'],
      ],
      [
        ['other', '18'],
        ['b', '2'],
      ],
    )
    expect(verdict.difference).toBe('1 of 2 rows differs, in c0 and c1.')
  })

  it('of many rows are told apart by their digest, in bounded memory', () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => [String(index), String(index * 0.1)])
    const same = compare(['number', 'float'], rows, rows.toReversed())
    expect(same.verdict).toMatchObject({ same: true, comparedAs: 'unordered', sourceRows: 60_000 })
    expect(same.notes.join()).toMatch(/digest/)
    const changed = rows.with(31_000, ['31001', '3100'])
    expect(compare(['number', 'float'], rows, changed).verdict).toMatchObject({ same: false })
    expect(answer(['number', 'float'], rows).rows).toBeNull()
  })
})

describe('the name of a table in a statement', () => {
  it('is read with its schema and quotes, without its alias', () => {
    expect(pathOf('orders AS o')).toEqual(['orders'])
    expect(pathOf('file.public."Odd.Name" AS "x y"')).toEqual(['file', 'public', 'Odd.Name'])
  })
})
