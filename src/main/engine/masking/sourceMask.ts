import type { MaskRule } from '../model/maskRule.ts'
import type { MaskKey } from './maskKey.ts'

/** What the rule `redact` makes of every value; nothing in it needs quotes in CSV. */
export const REDACTED = '[redacted]'

const INNER_PAD = 'millrace.mask_inner'
const OUTER_PAD = 'millrace.mask_outer'

/**
 * Gives a session of the source the key, as settings of its own: its statements then name the settings, and the key
 * stands neither in pg_stat_activity nor in pg_stat_statements.
 */
export function keySettings(key: MaskKey): { text: string; values: string[] } {
  const { inner, outer } = key.pads()
  return {
    text: `SELECT pg_catalog.set_config('${INNER_PAD}', $1, false), pg_catalog.set_config('${OUTER_PAD}', $2, false)`,
    values: [inner, outer],
  }
}

const pad = (setting: string): string => `(SELECT pg_catalog.decode(pg_catalog.current_setting('${setting}'), 'hex'))`

/**
 * SQL of the source, from a column given as a quoted identifier to its masked text: what `RowMasker` makes of the same
 * value in the stream. `concat` gives the text that a type's output function gives, as COPY and the log do, where a cast
 * to text may give another (`character`, `boolean`, `inet`). `IS DISTINCT FROM NULL` is true for a row whose fields are
 * all NULL, which is a value. https://www.postgresql.org/docs/current/functions-comparison.html
 */
export function maskedOnSource(rule: MaskRule, column: string): string {
  switch (rule) {
    case 'null':
      return 'NULL'
    case 'redact':
      return `CASE WHEN ${column} IS DISTINCT FROM NULL THEN '${REDACTED}' END`
    case 'hash': {
      const text = `pg_catalog.convert_to(pg_catalog.concat(${column}), 'UTF8')`
      const inner = `pg_catalog.sha256(${pad(INNER_PAD)} || ${text})`
      const hash = `pg_catalog.encode(pg_catalog.sha256(${pad(OUTER_PAD)} || ${inner}), 'hex')`
      return `CASE WHEN ${column} IS DISTINCT FROM NULL THEN ${hash} END`
    }
  }
}
