import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextFormat } from '../../../../src/main/contract/export.ts'
import type { Cell, ResultColumn, ValueKind } from '../../../../src/main/contract/values.ts'
import { jsonValue, textWriter, uniqueNames } from '../../../../src/main/engine/export/textFormats.ts'

const column = (type: string, kind: ValueKind = 'number', name = 'c'): ResultColumn => ({ name, type, kind })

function written(format: TextFormat, columns: ResultColumn[], blocks: Cell[][][], headers = true): string {
  const writer = textWriter(format, { headers, tableName: 'public.orders' })
  const rows = blocks.reduce((count, block) => count + block.length, 0)
  return writer.begin(columns) + blocks.map((block) => writer.rows(block)).join('') + writer.end(rows)
}

const id = column('BIGINT', 'number', 'id')
const note = column('VARCHAR', 'text', 'no"te')

describe('a value in JSON', () => {
  it.each<[Cell, ResultColumn, string]>([
    ['9007199254740993', column('BIGINT'), '"9007199254740993"'],
    ['123456789012345', column('BIGINT'), '123456789012345'],
    ['-42', column('integer'), '-42'],
    ['1.50', column('numeric(9,2)'), '1.50'],
    ['1234567890123456.78', column('DECIMAL(38,2)'), '"1234567890123456.78"'],
    ['0.000000000000001', column('DECIMAL(38,15)'), '0.000000000000001'],
    ['0.30000000000000004', column('double precision'), '0.30000000000000004'],
    ['1e+308', column('DOUBLE'), '1e+308'],
    ['nan', column('DOUBLE'), '"nan"'],
    ['NaN', column('numeric'), '"NaN"'],
    ['inf', column('FLOAT'), '"inf"'],
    ['true', column('BOOLEAN', 'boolean'), 'true'],
    ['t', column('boolean', 'boolean'), 'true'],
    ['f', column('boolean', 'boolean'), 'false'],
    ['007', column('VARCHAR', 'text'), '"007"'],
    ['', column('VARCHAR', 'text'), '""'],
    ['null', column('JSON', 'json'), '"null"'],
    [null, column('JSON', 'json'), 'null'],
  ])('%s of %o is %s', (value, of, json) => {
    expect(jsonValue(value, of)).toBe(json)
  })

  it('is a number only where reading it gives the very same digits back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const parsed: unknown = JSON.parse(jsonValue(value.toString(), column('BIGINT')))
        return String(parsed) === value.toString()
      }),
    )
  })
})

describe('CSV and TSV', () => {
  it('tell NULL from the empty string, and quote what needs it', () => {
    const rows = [[['1', null], ['2', ''], ['3', 'a,b\t"c"\n']]]
    expect(written('csv', [id, note], rows)).toBe('id,"no""te"\r\n1,\r\n2,""\r\n3,"a,b\t""c""\n"\r\n')
    expect(written('tsv', [id, note], rows)).toBe('id\t"no""te"\r\n1\t\r\n2\t""\r\n3\t"a,b\t""c""\n"\r\n')
  })

  it('leave the names out where nobody wants them', () => {
    expect(written('csv', [id], [[['1']]], false)).toBe('1\r\n')
  })
})

describe('JSON', () => {
  it('is one array over all blocks, and an empty one without rows', () => {
    expect(JSON.parse(written('json', [id], [[['1']], [], [['2'], ['3']]]))).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    expect(JSON.parse(written('json', [id], []))).toEqual([])
  })

  it('as NDJSON has an object on every line, whatever a value holds', () => {
    const lines = written('ndjson', [id, note], [[['1', 'a\nb']], [['2', null]]]).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([{ id: 1, 'no"te': 'a\nb' }, { id: 2, 'no"te': null }])
  })

  it('loses no column where two have one name', () => {
    expect(uniqueNames([{ name: 'a' }, { name: 'A' }, { name: 'a' }])).toEqual(['a', 'A_2', 'a_3'])
  })
})

describe('Markdown', () => {
  it('keeps one line a row, and every sign of a value a sign', () => {
    expect(written('markdown', [id, note], [[['1', 'a|b\n<c> \\']], [['2', null]]])).toBe(
      '| id | no"te |\n| ---: | --- |\n| 1 | a\\|b<br>&lt;c> \\\\ |\n| 2 | NULL |\n',
    )
  })
})

describe('INSERT', () => {
  it('has numbers bare, text quoted, NULL as NULL', () => {
    const columns = [id, note, column('boolean', 'boolean', 'ok'), column('DOUBLE', 'number', 'f')]
    expect(written('sql', columns, [[['1', "it's", 't', 'nan']], [['2', null, 'f', '1.5']]])).toBe(
      `INSERT INTO public.orders ("id", "no""te", "ok", "f") VALUES\n  (1, 'it''s', true, 'nan'),\n  (2, NULL, false, 1.5);\n`,
    )
  })

  it('begins a new statement before one is too long to read, and writes none without rows', () => {
    const many = Array.from({ length: 1001 }, (_, at) => [String(at)])
    expect(written('sql', [id], [many]).match(/INSERT INTO/g)).toHaveLength(3)
    expect(written('sql', [id], [])).toBe('')
  })
})
