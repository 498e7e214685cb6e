import { describe, expect, it } from 'vitest'
import type { ResultColumn } from '../../../../../src/main/contract/values.ts'
import { bytesOf, hexText, isSvg, pictureTypeOf, readableText } from '../../../../../src/renderer/components/cell/cellBytes.ts'
import { looksOf } from '../../../../../src/renderer/components/cell/cellLooks.ts'
import { instantFacts } from '../../../../../src/renderer/components/cell/instantFacts.ts'
import { matchesOf } from '../../../../../src/renderer/components/cell/textMatches.ts'

const blob: ResultColumn = { name: 'b', type: 'BLOB', kind: 'binary' }
const bytea: ResultColumn = { name: 'b', type: 'bytea', kind: 'binary' }
const json: ResultColumn = { name: 'j', type: 'JSON', kind: 'json' }
const text: ResultColumn = { name: 't', type: 'VARCHAR', kind: 'text' }
const looks = (cell: string, column: ResultColumn) => looksOf(cell, column).map(({ id }) => id)

describe('the bytes of a cell', () => {
  it('are the same from either engine', () => {
    expect([...bytesOf('a\\x00\\x5Cb\\xFF', blob)!]).toEqual([0x61, 0, 0x5c, 0x62, 0xff])
    expect([...bytesOf('\\x61005c62ff', bytea)!]).toEqual([0x61, 0, 0x5c, 0x62, 0xff])
    expect(hexText(bytesOf('a\\x00', blob)!)).toBe('6100')
  })

  it('are none where the value is bits, or is not written as bytes are', () => {
    expect(bytesOf('0101', { name: 'b', type: 'bit(4)', kind: 'binary' })).toBeNull()
    expect(bytesOf('\\x6', bytea)).toBeNull()
  })

  it('are known for a picture by how they begin', () => {
    const of = (hex: string) => pictureTypeOf(bytesOf(`\\x${hex}`, bytea)!)
    expect(of('89504e470d0a1a0a00')).toBe('image/png')
    expect(of('ffd8ffe0')).toBe('image/jpeg')
    expect(of('474946383961')).toBe('image/gif')
    expect(of('524946460102030457454250')).toBe('image/webp')
    expect(of('5249464601020304574156')).toBeNull()
    expect(of('')).toBeNull()
  })

  it('are a text only where they are UTF-8 that can be read', () => {
    expect(readableText(new TextEncoder().encode('grüezi\n'))).toBe('grüezi\n')
    expect(readableText(new Uint8Array([0xff]))).toBeNull()
    expect(readableText(new Uint8Array([0x61, 0x00]))).toBeNull()
  })
})

describe('the ways to look at a cell', () => {
  it('follow from its type and its value, the best first', () => {
    expect(looks('{"a": 1}', json)).toEqual(['tree', 'laid-out', 'text'])
    expect(looks('12', json)).toEqual(['laid-out', 'text'])
    expect(looks('{"a": 1}', text)).toEqual(['text', 'tree', 'laid-out'])
    expect(looks('{braces}', text)).toEqual(['text'])
    expect(looks('plain', text)).toEqual(['text'])
    expect(looks('<svg xmlns="x"></svg>', text)).toEqual(['picture', 'text'])
    expect(looks('\\x89504e470d0a1a0a', bytea)).toEqual(['picture', 'bytes'])
    expect(looks('abc', blob)).toEqual(['bytes', 'text'])
    expect(looks('', blob)).toEqual(['bytes'])
    expect(looks('2024-02-29', { name: 'd', type: 'DATE', kind: 'instant' })).toEqual(['instant', 'text'])
  })

  it('take for a drawing only what is one as a whole', () => {
    expect(isSvg('<?xml version="1.0"?>\n<!-- by hand -->\n<svg width="1">')).toBe(true)
    expect(isSvg('look: <svg>')).toBe(false)
    expect(isSvg('<svgish>')).toBe(false)
  })
})

describe('an instant in the cell viewer', () => {
  const zones = { chosen: 'Asia/Kolkata', own: 'Europe/Berlin' }

  it('is written in each zone that matters, with every digit of its fraction', () => {
    expect(instantFacts('2024-02-29 12:00:00.000001+00', zones, Date.parse('2024-02-29T12:05:00Z'))).toEqual([
      ['As written', '2024-02-29 12:00:00.000001+00'],
      ['UTC', '2024-02-29 12:00:00.000001+00'],
      ['Asia/Kolkata, chosen', '2024-02-29 17:30:00.000001+05:30'],
      ['Europe/Berlin, your zone', '2024-02-29 13:00:00.000001+01'],
      ['Unix seconds', '1709208000.000001'],
      ['Ago', '5 min ago'],
    ])
  })

  it('counts its seconds exactly before 1970 too', () => {
    const seconds = (cell: string) => instantFacts(cell, { chosen: null, own: 'UTC' }, 0).find(([name]) => name === 'Unix seconds')?.[1]
    expect(seconds('1969-12-31 23:59:58.25+00')).toBe('-1.75')
    expect(seconds('1969-12-31 23:59:59.5+00')).toBe('-0.5')
    expect(seconds('1970-01-01 00:00:00+00')).toBe('0')
  })

  it('is only as it is written where it names no zone', () => {
    expect(instantFacts('2024-02-29 12:00:00', zones, 0)).toEqual([['As written', '2024-02-29 12:00:00']])
  })
})

describe('the search in a text', () => {
  it('finds words as they are written, whatever their case, and no more than asked for', () => {
    expect(matchesOf('A.b a.B axb', 'a.b', 10)).toEqual([{ start: 0, end: 3 }, { start: 4, end: 7 }])
    expect(matchesOf('İi', 'i', 10)).toEqual([{ start: 1, end: 2 }])
    expect(matchesOf('aaaa', 'a', 2)).toHaveLength(2)
    expect(matchesOf('anything', '', 10)).toEqual([])
  })
})
