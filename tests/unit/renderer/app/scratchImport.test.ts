import { describe, expect, it } from 'vitest'
import { namesApart, tableNameOf } from '../../../../src/renderer/app/scratchImport.ts'

describe('the name of a table of a file', () => {
  it.each([
    ['Sales Targets (2026).csv', 'sales_targets_2026'],
    ['/home/me/a.b.parquet', 'a_b'],
    ['C:\\data\\lines.ndjson.gz', 'lines'],
    ['2026-01.csv', 't_2026_01'],
    ['Größe.csv', 'größe'],
    ['….csv', 'table_1'],
  ])('of %s is %s', (file, name) => {
    expect(tableNameOf(file)).toBe(name)
  })
})

it('files of one name become tables of several', () => {
  expect(namesApart(['notes', 'rates', 'notes', 'notes_2', 'notes'])).toEqual(['notes', 'rates', 'notes_2', 'notes_2_2', 'notes_3'])
})
