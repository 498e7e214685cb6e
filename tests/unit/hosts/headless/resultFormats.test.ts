import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatDuration } from '../../../../src/main/hosts/headless/figures.ts'
import { tableWriter } from '../../../../src/main/hosts/headless/resultFormats.ts'
import type { ResultWriter } from '../../../../src/main/engine/export/textFormats.ts'

const columns = (...types: string[]) => types.map((type, at) => ({ name: `c${at}`, type, kind: type === 'BIGINT' ? ('number' as const) : ('text' as const) }))

function written(writer: ResultWriter, types: string[], ...blocks: (string | null)[][][]): string {
  const rows = blocks.reduce((count, block) => count + block.length, 0)
  return writer.begin(columns(...types)) + blocks.map((block) => writer.rows(block)).join('') + writer.end(rows)
}

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
