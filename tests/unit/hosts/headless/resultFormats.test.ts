import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatDuration } from '../../../../src/main/hosts/headless/figures.ts'
import { csvWriter, jsonValue, jsonWriter, tableWriter, uniqueNames } from '../../../../src/main/hosts/headless/resultFormats.ts'
import type { ResultWriter } from '../../../../src/main/hosts/headless/resultFormats.ts'

const columns = (...types: string[]) => types.map((type, at) => ({ name: `c${at}`, type }))

function written(writer: ResultWriter, types: string[], ...blocks: (string | null)[][][]): string {
  const rows = blocks.reduce((count, block) => count + block.length, 0)
  return writer.begin(columns(...types)) + blocks.map((block) => writer.rows(block)).join('') + writer.end(rows)
}

describe('a value in JSON', () => {
  it.each([
    ['9007199254740993', 'BIGINT', '"9007199254740993"'],
    ['123456789012345', 'BIGINT', '123456789012345'],
    ['-42', 'INTEGER', '-42'],
    ['1.50', 'DECIMAL(9,2)', '1.50'],
    ['1234567890123456.78', 'DECIMAL(38,2)', '"1234567890123456.78"'],
    ['0.000000000000001', 'DECIMAL(38,15)', '0.000000000000001'],
    ['0.30000000000000004', 'DOUBLE', '0.30000000000000004'],
    ['1e+308', 'DOUBLE', '1e+308'],
    ['nan', 'DOUBLE', '"nan"'],
    ['inf', 'FLOAT', '"inf"'],
    ['true', 'BOOLEAN', 'true'],
    ['007', 'VARCHAR', '"007"'],
    ['', 'VARCHAR', '""'],
    ['null', 'JSON', '"null"'],
    [null, 'JSON', 'null'],
  ])('%s of type %s is %s', (value, type, json) => {
    expect(jsonValue(value, type)).toBe(json)
  })

  it('is a number only where reading it gives the very same digits back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const parsed: unknown = JSON.parse(jsonValue(value.toString(), 'BIGINT'))
        return String(parsed) === value.toString()
      }),
    )
  })
})

describe('CSV', () => {
  it('tells NULL from the empty string, and quotes what needs it', () => {
    const text = written(csvWriter(), ['VARCHAR', 'VARCHAR'], [[null, ''], ['a,b', 'say "hi"\n']])
    expect(text).toBe('c0,c1\r\n,""\r\n"a,b","say ""hi""\n"\r\n')
  })
})

describe('JSON', () => {
  it('is one array over all blocks, and an empty one without rows', () => {
    expect(JSON.parse(written(jsonWriter(), ['INTEGER'], [['1']], [], [['2'], ['3']]))).toEqual([{ c0: 1 }, { c0: 2 }, { c0: 3 }])
    expect(JSON.parse(written(jsonWriter(), ['INTEGER']))).toEqual([])
  })

  it('loses no column where two have one name', () => {
    expect(uniqueNames([{ name: 'a' }, { name: 'A' }, { name: 'a' }].map(({ name }) => ({ name, type: 'INTEGER' })))).toEqual([
      'a',
      'A_2',
      'a_3',
    ])
  })
})

describe('the table', () => {
  it('sets numbers flush right, says NULL, and counts its rows', () => {
    const text = written(tableWriter(), ['VARCHAR', 'BIGINT'], [['ada', '7'], [null, '1000']])
    expect(text).toBe('c0      c1\n----  ----\nada      7\nNULL  1000\n(2 rows)\n')
  })

  it('shows its headings without rows', () => {
    expect(written(tableWriter(), ['VARCHAR'])).toBe('c0\n--\n(0 rows)\n')
  })

  it('lets no value command the terminal', () => {
    expect(written(tableWriter(), ['VARCHAR'], [['\x1b[2Jgone\n\u009b']])).not.toMatch(/[\x1b\u009b]/)
  })
})

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [54_100_000, '54.1 MB'],
    [999_600_000, '1.0 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
  it.each([
    [3.6, '3.6 ms'],
    [842, '842 ms'],
    [1_240, '1.24 s'],
    [125_000, '2 min 05 s'],
    [3_723_000, '1 h 02 min'],
  ])('%d ms are %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text))
  it('counts are grouped', () => expect(formatCount(1234567)).toBe('1,234,567'))
})
