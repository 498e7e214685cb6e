/** Decimal numbers as exact text, added, compared and divided digit by digit. */
interface Decimal {
  digits: bigint
  /** How many of the digits stand behind the point. */
  scale: number
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/

function read(text: string): Decimal {
  const match = DECIMAL.exec(text)
  if (!match) throw new RangeError('no decimal number')
  const [, sign, whole, fraction = ''] = match
  const digits = BigInt(whole! + fraction)
  return { digits: sign === '-' ? -digits : digits, scale: fraction.length }
}

function written({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : ''
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  return scale === 0 ? sign + all : `${sign}${all.slice(0, -scale)}.${all.slice(-scale)}`
}

function scaledTo({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale)
}

/** Every argument is a plain decimal number; throws RangeError where one is not. */
export function sumOf(texts: readonly string[]): string {
  const decimals = texts.map(read)
  const scale = Math.max(0, ...decimals.map((decimal) => decimal.scale))
  return written({ digits: decimals.reduce((sum, decimal) => sum + scaledTo(decimal, scale), 0n), scale })
}

export function leastOf(texts: readonly string[]): string {
  return texts.reduce((least, text) => (isLess(text, least) ? text : least))
}

export function greatestOf(texts: readonly string[]): string {
  return texts.reduce((greatest, text) => (isLess(greatest, text) ? text : greatest))
}

function isLess(first: string, second: string): boolean {
  const [a, b] = [read(first), read(second)]
  const scale = Math.max(a.scale, b.scale)
  return scaledTo(a, scale) < scaledTo(b, scale)
}

/** Rounded half away from zero, to so many digits more than `text` has behind its point; zeros at the end are dropped. */
export function quotientOf(text: string, divisor: number, moreDigits: number): string {
  const dividend = read(text)
  const scale = dividend.scale + moreDigits
  const wide = scaledTo(dividend, scale) * 2n
  const by = BigInt(divisor)
  const digits = (wide + (wide < 0n ? -by : by)) / (2n * by)
  return written({ digits, scale }).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
}
