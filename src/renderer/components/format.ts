/**
 * Figures as the window writes them: exact digits in thin-spaced groups, a unit behind each.
 * Values that may be larger than 2^53 are given as bigint or as their exact text.
 */

/** U+202F, the thin space that does not break a line. */
export const THIN_SPACE = '\u202f'

const NOTHING = '–'

const separators = { space: THIN_SPACE, comma: ',', none: '' }
let separator = separators.space

/** How the figures of the window are grouped from now on; a preference of the person. */
export function groupDigitsBy(grouping: keyof typeof separators): void {
  separator = separators[grouping]
}

function grouped(digits: string): string {
  return separator === '' ? digits : digits.replace(/\B(?=(\d{3})+$)/g, separator)
}

/** `62512004.10` as `62 512 004.10`: digits are grouped, none is lost or rounded. Other text stays as it is. */
export function formatExact(value: bigint | number | string): string {
  const text = String(value)
  const match = /^([+-]?)(\d+)(\.\d+)?$/.exec(text)
  return match ? `${match[1] === '-' ? '−' : ''}${grouped(match[2]!)}${match[3] ?? ''}` : text
}

/** A count of whole things: `1 204 518`; `–` where it is not known. */
export function formatCount(value: bigint | number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING
  return formatExact(typeof value === 'bigint' ? value : Math.round(value))
}

/** A count where space is dear: `940`, `12.3k`, `1.2M`, `3.4B`. */
export function formatShortCount(value: bigint | number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING
  const count = Number(value)
  for (const [size, unit] of [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']] as const) {
    // 999 950 reads 1M, not 1000k.
    if (count >= size * 0.99995) return `${threeDigits(count / size)}${unit}`
  }
  return String(Math.round(count))
}

/** At most three digits, at most one of them behind the point: `1.2`, `12.3`, `123`, `5`. */
function threeDigits(value: number): string {
  return value >= 99.95 ? Math.round(value).toFixed(0) : value.toFixed(1).replace(/\.0$/, '')
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `54.1 MB`, as Postgres counts them: 1 kB is 1 024 bytes, so that a setting of `5GB` reads `5 GB`. */
export function formatBytes(bytes: bigint | number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NOTHING
  let value = Number(bytes)
  let unit = 0
  // 1023.96 kB would read 1024 kB.
  while (value >= (unit === 0 ? 1024 : 1023.5) && unit < byteUnits.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 ? formatCount(value) : value >= 999.5 ? formatCount(value) : threeDigits(value)
  return `${digits} ${byteUnits[unit]}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `0.36 ms`, `3.6 ms`, `84 ms`, `1.24 s`, `12.4 s`, `2 min 05 s`, `3 h 04 min`, `2 d 03 h`. */
export function formatDuration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return NOTHING
  const ms = Math.max(0, milliseconds)
  if (ms === 0) return '0 ms'
  if (ms < 0.995) return `${ms.toFixed(2)} ms`
  if (ms < 9.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`
}

/** A duration for a sentence, without false precision: `less than a second`, `8 s`, `2 min`, `3 h`. */
export function formatAbout(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 1) return 'less than a second'
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`
}

/** A rate without its unit: `312`, `4.2`, `0`. */
export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return NOTHING
  if (perSecond > 0 && perSecond < 0.1) return '<0.1'
  return perSecond < 9.95 ? perSecond.toFixed(1).replace(/\.0$/, '') : formatCount(perSecond)
}

/** A rate where a rough figure does, without its unit: `0.3`, `312`, `85.3k`. */
export function formatShortRate(perSecond: number): string {
  return perSecond < 999.5 ? formatRate(perSecond) : formatShortCount(perSecond)
}

/** `0.427` as `43 %`; never `100 %` before it is whole. */
export function formatPercent(fraction: number): string {
  const percent = Math.round(fraction * 100)
  return `${fraction < 1 ? Math.min(99, percent) : percent} %`
}

let zone: string | undefined
let calendar = calendarOf(zone)

function calendarOf(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
    second: '2-digit', timeZoneName: 'longOffset',
  })
}

/** The IANA zone in which the window writes instants from now on; null, and one that is not known, is the machine's own. */
export function tellTimesIn(timeZone: string | null): void {
  zone = timeZone ?? undefined
  try {
    calendar = calendarOf(zone)
  } catch {
    zone = undefined
    calendar = calendarOf(zone)
  }
}

type InstantPart = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'timeZoneName'

function partsOf(instant: string | number | null | undefined): Record<InstantPart, string> | null {
  const date = new Date(instant ?? Number.NaN)
  if (Number.isNaN(date.getTime())) return null
  return Object.fromEntries(calendar.formatToParts(date).map(({ type, value }) => [type, value])) as Record<InstantPart, string>
}

/** `14:03:22` of the person's zone. */
export function formatTime(instant: string | number | null | undefined): string {
  const parts = partsOf(instant)
  return parts ? `${parts.hour}:${parts.minute}:${parts.second}` : NOTHING
}

/** `2026-03-01 14:03:22` of the person's zone. */
export function formatInstant(instant: string | number | null | undefined): string {
  const parts = partsOf(instant)
  return parts ? `${parts.year}-${parts.month}-${parts.day} ${formatTime(instant)}` : NOTHING
}

/** `2026-03-01 14:03:22 +01:00 (Europe/Berlin)`, for a hover. */
export function formatInstantWithZone(instant: string | number | null | undefined): string {
  const parts = partsOf(instant)
  if (!parts) return ''
  const offset = parts.timeZoneName.replace('GMT', '') || '+00:00'
  return `${formatInstant(instant)} ${offset} (${zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone})`
}

/** `now`, `12 s ago`, `4 min ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(instant: string | number | null | undefined, nowMs: number): string {
  if (instant === null || instant === undefined) return NOTHING
  const agoMs = nowMs - new Date(instant).getTime()
  if (Number.isNaN(agoMs)) return NOTHING
  return agoMs < 1000 ? 'now' : `${formatAbout(agoMs)} ago`
}

/** `1 table`, `12 tables`. */
export function formatMany(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
