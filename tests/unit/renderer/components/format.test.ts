import { afterEach, describe, expect, it } from 'vitest'
import {
  THIN_SPACE, formatAbout, formatAgo, formatBytes, formatCount, formatDuration, formatExact, formatInstant,
  formatInstantWithZone, formatMany, formatPercent, formatRate, formatShortCount, formatTime, tellTimesIn,
} from '../../../../src/renderer/components/format.ts'

const plain = (text: string): string => text.replaceAll(THIN_SPACE, ' ')

describe('exact values', () => {
  it('groups the digits and loses none', () => {
    expect(plain(formatExact('62512004.10'))).toBe('62 512 004.10')
    expect(plain(formatExact(9_223_372_036_854_775_807n))).toBe('9 223 372 036 854 775 807')
    expect(plain(formatExact('0.000000000000000000001'))).toBe('0.000000000000000000001')
    expect(plain(formatExact('-1204'))).toBe('−1 204')
    expect(formatExact('999')).toBe('999')
  })

  it('leaves alone what is no plain number', () => {
    expect(formatExact('NaN')).toBe('NaN')
    expect(formatExact('1e30')).toBe('1e30')
  })

  it('says with a dash that a count is not known', () => {
    expect(formatCount(null)).toBe('–')
    expect(plain(formatCount(1_204_518))).toBe('1 204 518')
  })
})

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [0.36, '0.36 ms'],
    [3.6, '3.6 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [84, '84 ms'],
    [999.6, '1.00 s'],
    [1_240, '1.24 s'],
    [12_400, '12.4 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [11_040_000, '3 h 04 min'],
    [183_600_000, '2 d 03 h'],
  ])('%d ms reads %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })

  it('never shows a clock that runs backwards', () => {
    expect(formatDuration(-3)).toBe('0 ms')
    expect(formatDuration(null)).toBe('–')
    expect(formatDuration(Number.NaN)).toBe('–')
  })

  it('speaks roughly in sentences', () => {
    expect(formatAbout(300)).toBe('less than a second')
    expect(formatAbout(8_200)).toBe('8 s')
    expect(formatAbout(125_000)).toBe('2 min')
    expect(formatAgo('2026-03-01T12:00:00Z', Date.parse('2026-03-01T12:04:10Z'))).toBe('4 min ago')
    expect(formatAgo('2026-03-01T12:00:00Z', Date.parse('2026-03-01T11:59:59Z'))).toBe('now')
  })
})

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1 023 B'],
    [1_024, '1 kB'],
    [54.1 * 1024 ** 2, '54.1 MB'],
    [5 * 1024 ** 3, '5 GB'],
    [1_048_575, '1 MB'],
    [312 * 1024 ** 2, '312 MB'],
  ])('%d reads %s', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text)
  })

  it('takes sizes beyond 2^53', () => {
    expect(formatBytes(2n ** 60n)).toBe('1 024 PB'.replace(' ', THIN_SPACE))
  })
})

describe('other figures', () => {
  it('shortens counts without ever reading 1000k', () => {
    expect(formatShortCount(940)).toBe('940')
    expect(formatShortCount(12_340)).toBe('12.3k')
    expect(formatShortCount(999_970)).toBe('1M')
    expect(formatShortCount(1_204_518)).toBe('1.2M')
    expect(formatShortCount(null)).toBe('–')
  })

  it('does not call a copy whole before it is', () => {
    expect(formatPercent(0.9999)).toBe('99 %')
    expect(formatPercent(1)).toBe('100 %')
  })

  it('tells a trickle from silence', () => {
    expect(formatRate(0)).toBe('0')
    expect(formatRate(0.04)).toBe('<0.1')
    expect(formatRate(4.2)).toBe('4.2')
    expect(formatRate(312.4)).toBe('312')
  })

  it('counts one and many', () => {
    expect(formatMany(1, 'table')).toBe('1 table')
    expect(formatMany(12, 'table')).toBe('12 tables')
  })
})

describe('instants', () => {
  it('have their day and second in the zone of the person, or say that there is none', () => {
    expect(formatInstant(new Date(2026, 2, 1, 4, 3, 22).getTime())).toBe('2026-03-01 04:03:22')
    expect(formatInstant(null)).toBe('–')
    expect(formatInstantWithZone(new Date(2026, 2, 1, 4, 3, 22).toISOString())).toMatch(/^2026-03-01 04:03:22 [+-]\d\d:\d\d \(.+\)$/)
  })
  afterEach(() => tellTimesIn(null))

  it('are told in the zone that the person has chosen, in summer and in winter', () => {
    tellTimesIn('Europe/Berlin')
    expect(formatInstantWithZone('2026-07-01T22:30:05Z')).toBe('2026-07-02 00:30:05 +02:00 (Europe/Berlin)')
    expect(formatInstantWithZone('2026-01-01T12:00:00Z')).toBe('2026-01-01 13:00:00 +01:00 (Europe/Berlin)')
    tellTimesIn('Asia/Kolkata')
    expect(formatTime('2026-07-01T22:30:05Z')).toBe('04:00:05')
    tellTimesIn('UTC')
    expect(formatInstantWithZone('2026-07-01T22:30:05Z')).toBe('2026-07-01 22:30:05 +00:00 (UTC)')
  })

  it('of a zone that nobody knows are told in the machine’s', () => {
    tellTimesIn('Mars/Olympus')
    expect(formatTime(new Date(2026, 2, 1, 4, 3, 22).getTime())).toBe('04:03:22')
  })
})
