import { formatAgo } from '../format.ts'
import { inZone, secondOf } from '../grid/cellText.ts'

/** One instant written in several ways: what it is called, and how it reads there. */
export function instantFacts(cell: string, zones: { chosen: string | null; own: string }, nowMs: number): [string, string][] {
  const written: [string, string] = ['As written', cell]
  const instant = secondOf(cell)
  if (!instant) return [written]
  const named = [...new Set(['UTC', ...(zones.chosen ? [zones.chosen] : []), zones.own])]
  const places = named.map((zone): [string, string] => [zoneWords(zone, zones), inZone(cell, zone)!])
  return [
    written,
    ...places,
    ['Unix seconds', unixSeconds(instant, /\.(\d+)/.exec(cell)?.[1] ?? '')],
    ...(instant.getTime() <= nowMs ? [['Ago', formatAgo(instant.toISOString(), nowMs)] as [string, string]] : []),
  ]
}

function zoneWords(zone: string, { chosen, own }: { chosen: string | null; own: string }): string {
  if (zone === own) return zone === 'UTC' ? 'UTC, your zone' : `${zone}, your zone`
  return zone === chosen ? `${zone}, chosen` : zone
}

/** With every digit of the fraction, which counts upwards before 1970 too. */
function unixSeconds(second: Date, fraction: string): string {
  const units = BigInt(second.getTime() / 1000) * 10n ** BigInt(fraction.length) + BigInt(fraction || '0')
  const digits = (units < 0n ? -units : units).toString().padStart(fraction.length + 1, '0')
  const whole = digits.slice(0, digits.length - fraction.length)
  return `${units < 0n ? '-' : ''}${whole}${fraction ? `.${digits.slice(-fraction.length)}` : ''}`
}
