import type { ValueFamily } from './valueFamily.ts'

/** A value in the form that both engines share: text, or a list of such. */
export type CanonicalValue = string | null | CanonicalValue[]

/** Postgres's text (session settings pinned: ISO dates, UTC, hex) in the common form. */
export function canonicalSourceValue(text: string | null, family: ValueFamily, isList: boolean): CanonicalValue {
  if (text === null) return null
  if (isList) return mapList(parsePostgresArray(text), family)
  return canonicalText(text, family)
}

/** DuckDB's text in the common form; lists are given as lists, bytes as hex. */
export function canonicalReplicaValue(value: string | null | CanonicalValue[], family: ValueFamily): CanonicalValue {
  if (value === null) return null
  return Array.isArray(value) ? mapList(value, family) : canonicalText(value, family)
}

function mapList(list: CanonicalValue[], family: ValueFamily): CanonicalValue[] {
  return list.map((element) => {
    if (element === null) return null
    return Array.isArray(element) ? mapList(element, family) : canonicalText(element, family)
  })
}

export function canonicalText(text: string, family: ValueFamily): string {
  switch (family) {
    case 'number':
      return canonicalNumber(text)
    case 'float':
    case 'single-float':
      return String(floatOf(text))
    case 'boolean':
      return text === 't' || text === 'true' ? 'true' : 'false'
    case 'instant':
      return canonicalInstant(text)
    case 'time':
      return text
        .replace(/(\.\d*?)0+(?=$|[+-])/, '$1')
        .replace(/\.(?=$|[+-])/, '')
        .replace(/([+-]\d\d):00$/, '$1')
    case 'interval':
      return canonicalInterval(text)
    case 'json':
      return canonicalJson(text)
    case 'bytes':
      return text.replace(/^\\x/, '').toLowerCase()
    case 'text':
      return text
  }
}

/** `-0012.500` → `-12.5`; exactly, however long. */
export function canonicalNumber(text: string): string {
  const match = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text)
  if (!match) return text
  const [, sign, whole, fraction] = match
  const digits = `${whole || '0'}${fraction ? `.${fraction}` : ''}`
  return sign === '-' && digits !== '0' ? `-${digits}` : digits
}

export function floatOf(text: string): number {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return Number(text)
}

/** As both print nearly all: a date, or an instant in UTC with or without saying so. */
const PLAIN_INSTANT = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?)?(?:\+00(?::?00)?)?$/
const INSTANT =
  /^(\d{4,})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?)?(?:([+-])(\d\d)(?::?(\d\d))?)?( BC| \(BC\))?(?:[+-]00)?$/

/** `2024-02-29 00:00:00` in UTC, so that a date equals its midnight; what is no instant stays as it is. */
export function canonicalInstant(text: string): string {
  const plain = PLAIN_INSTANT.exec(text)
  if (plain) return instantText(plain[1]!, plain[2] ?? '00:00:00', plain[3] ?? '')
  const match = INSTANT.exec(text)
  if (!match) return text
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    sign,
    zoneHours = '0',
    zoneMinutes = '0',
    era,
  ] = match
  const date = new Date(0)
  date.setUTCFullYear(era === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day))
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1)
  date.setUTCHours(Number(hour), Number(minute) - zone, Number(second))
  // Beyond four digits `toISOString` writes a sign and six: the same on both sides.
  const [, isoDay, isoTime] = /^(.*)T(\d\d:\d\d:\d\d)/.exec(date.toISOString())!
  return instantText(isoDay!, isoTime!, fraction)
}

function instantText(day: string, time: string, fraction: string): string {
  const digits = fraction.replace(/0+$/, '')
  return digits === '' ? `${day} ${time}` : `${day} ${time}.${digits}`
}

const MONTHS: Readonly<Record<string, number>> = { year: 12, years: 12, mon: 1, mons: 1, month: 1, months: 1 }

/** Months, days and microseconds, the three that both engines keep apart. */
export function canonicalInterval(text: string): string {
  let months = 0
  let days = 0
  let micros = 0n
  for (const [, amount, unit, sign, hours, minutes, seconds, fraction] of text.matchAll(
    /(-?\d+) ([a-z]+)|([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?/g,
  )) {
    if (unit !== undefined) {
      if (unit.startsWith('day')) days += Number(amount)
      else months += Number(amount) * (MONTHS[unit] ?? 0)
    } else {
      const whole = BigInt(hours!) * 3600n + BigInt(minutes!) * 60n + BigInt(seconds!)
      const signed = whole * 1_000_000n + BigInt((fraction ?? '').padEnd(6, '0'))
      micros += sign === '-' ? -signed : signed
    }
  }
  return `${months} ${days} ${micros}`
}

const A_JSON_KEPT = 1_000
const canonicalJsons = new Map<string, string>()

/** Keys in order, no space; numbers as they are written. Documents repeat, so the last ones are remembered. */
export function canonicalJson(text: string): string {
  const known = canonicalJsons.get(text)
  if (known !== undefined) return known
  if (canonicalJsons.size >= A_JSON_KEPT) canonicalJsons.clear()
  const canonical = readJson(text)
  if (text.length < 200) canonicalJsons.set(text, canonical)
  return canonical
}

function readJson(text: string): string {
  try {
    // Numbers become strings first: a JavaScript number would round them.
    const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
      token.startsWith('"') ? token : `"\\u0000${canonicalNumber(token)}"`,
    )
    return JSON.stringify(sortKeys(JSON.parse(quoted)))
  } catch {
    return text
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}

/** `{1,NULL,"a \"b\""}`, nested or not: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
export function parsePostgresArray(text: string): CanonicalValue[] {
  // Bounds that do not begin at 1 stand before: [0:2]={…}
  let at = text.indexOf('{')
  const read = (): CanonicalValue[] => {
    const list: CanonicalValue[] = []
    at += 1
    while (at < text.length && text[at] !== '}') {
      if (text[at] === ',') at += 1
      else if (text[at] === '{') list.push(read())
      else list.push(text[at] === '"' ? readQuoted() : readPlain())
    }
    at += 1
    return list
  }
  const readQuoted = (): string => {
    let value = ''
    at += 1
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\') at += 1
      value += text[at]
      at += 1
    }
    at += 1
    return value
  }
  const readPlain = (): string | null => {
    const start = at
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1
    const value = text.slice(start, at)
    return value.toUpperCase() === 'NULL' ? null : value
  }
  return read()
}
