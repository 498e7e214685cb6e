import { describe, expect, it } from 'vitest'
import { readFrontMatter, writeFrontMatter } from '../../../../src/main/engine/settings/frontMatter.ts'

const nothing = { title: '', description: '', parameters: {}, chart: null }

describe('the front matter of a saved query', () => {
  it('comes back as it was written', () => {
    const words = {
      title: 'Revenue: by country',
      description: 'One line',
      parameters: { since: '2024-01-01', country: null, odd: 'a "b" -- c' },
      chart: {
        kind: 'bar' as const, x: 'country', y: ['revenue'], series: null, aggregate: 'none' as const, bucket: 'auto' as const,
      },
    }
    const file = writeFrontMatter(words, 'SELECT 1;\n\n')
    expect(file.startsWith('-- ---\n-- title: Revenue: by country\n')).toBe(true)
    expect(readFrontMatter(file)).toEqual({ words, others: [], sql: 'SELECT 1;\n' })
  })

  it('a file of nothing but SQL stays one', () => {
    expect(writeFrontMatter(nothing, 'SELECT 1')).toBe('SELECT 1\n')
    expect(readFrontMatter('-- a comment\nSELECT 1\n')).toEqual({
      words: nothing, others: [], sql: '-- a comment\nSELECT 1\n',
    })
  })

  it('keeps what somebody else wrote into it, and reads over what it cannot read', () => {
    const file = '-- ---\r\n-- title: Mine\r\n-- owner: finance\r\n-- parameters: {broken\r\n-- ---\r\nSELECT 1\r\n'
    const { words, others, sql } = readFrontMatter(file)
    expect({ words, others, sql }).toEqual({
      words: { ...nothing, title: 'Mine' }, others: ['-- owner: finance'], sql: 'SELECT 1\n',
    })
    expect(writeFrontMatter(words, sql, others)).toBe('-- ---\n-- title: Mine\n-- owner: finance\n-- ---\nSELECT 1\n')
  })

  it('a fence that is not closed, or holds SQL, is text', () => {
    for (const file of ['-- ---\n-- title: x\nSELECT 1', '-- ---\nSELECT 1\n-- ---\n']) {
      expect(readFrontMatter(file)).toEqual({ words: nothing, others: [], sql: file })
    }
  })

  it('no title can break out of its line', () => {
    expect(readFrontMatter(writeFrontMatter({ ...nothing, title: 'a\n-- ---\nDROP' }, 'SELECT 1')).sql).toBe('SELECT 1\n')
  })
})
