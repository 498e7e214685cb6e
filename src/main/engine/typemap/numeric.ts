import { converted, parsed, text, type Mapping } from './mapping.ts'

/** DuckDB's widest DECIMAL. https://duckdb.org/docs/stable/sql/data_types/numeric */
const MAX_DIGITS = 38
/** Up to here read_csv parses a DECIMAL in 50 ns; above it takes 10 µs, so another way is gone. */
const MAX_FAST_DIGITS = 18

export interface Precision {
  precision: number
  /** May be negative, or larger than the precision. */
  scale: number
}

/**
 * Reads the modifier of `numeric(p,s)`; null for plain `numeric`. The scale is a signed number of 11
 * bits. https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/numeric.c
 */
export function precisionOf(typmod: number): Precision | null {
  if (typmod < 4) return null
  const packed = typmod - 4
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 }
}

const widths = 'NaN turns the column to text.'

/** `numeric` by its modifier: DECIMAL where every value fits, else the exact text. */
export function numeric(typmod: number): Mapping {
  const declared = precisionOf(typmod)
  if (!declared) {
    return text('Each value has its own scale, which DECIMAL cannot keep; cast it to reckon with it.', {
      mayNeedQuotes: false,
    })
  }
  // numeric(5,-2) holds up to seven digits and no fraction; numeric(3,5) up to 0.00999.
  const scale = Math.max(declared.scale, 0)
  const digits = Math.max(declared.precision - Math.min(declared.scale, 0), scale)
  if (digits > MAX_DIGITS) {
    return text('Wider than the 38 digits of DECIMAL; cast it to reckon with it.', { mayNeedQuotes: false })
  }
  const replicaType = `DECIMAL(${digits},${scale})`
  if (digits <= MAX_FAST_DIGITS) return parsed(replicaType, { note: widths })
  return converted(replicaType, (value) => wideDecimal(value, digits, scale), { note: widths })
}

/**
 * Reads the digits as one integer and multiplies it with 10^-scale, which is exact and forty times as
 * fast as a cast of text. A text without exactly `scale` fraction digits goes into a cast that fails.
 */
function wideDecimal(value: string, digits: number, scale: number): string {
  const replicaType = `DECIMAL(${digits},${scale})`
  const failing = `CAST('not a number of this scale' || left(${value}, 0) AS ${replicaType})`
  if (scale === 0) {
    const integer = `CAST(CAST(${value} AS HUGEINT) AS ${replicaType})`
    return `CASE WHEN contains(${value}, '.') THEN ${failing} ELSE ${integer} END`
  }
  const unit = `CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale},${scale}))`
  const integer = `CAST(CAST(replace(${value}, '.', '') AS HUGEINT) AS DECIMAL(${MAX_DIGITS},0))`
  return (
    `CASE WHEN ${value} IS NULL THEN NULL WHEN substr(${value}, ${-(scale + 1)}, 1) = '.' ` +
    `THEN CAST(${integer} * ${unit} AS ${replicaType}) ELSE ${failing} END`
  )
}
