import type { MaskRule } from '../../main/contract/masks.ts'

/** What becomes of a column's values, one sentence a rule. */
export const maskWords: Record<MaskRule, string> = {
  hash: 'A keyed hash stands for each value, the same for the same text: joins and groups work over it.',
  redact: 'The word [redacted] stands for every value.',
  null: 'NULL stands for every value.',
}
