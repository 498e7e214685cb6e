/** What becomes of a column's values before any of them is written; NULL stays NULL. See `masking/`. */
export type MaskRule = 'hash' | 'null' | 'redact'

/** The rules of a table's columns, by attnum; a column without one is copied as it is. */
export type MaskRules = ReadonlyMap<number, MaskRule>

export const noMasks: MaskRules = new Map()

/** What a file remembers of one column, with the names of that time; `none`: its mask was taken away. */
export interface MaskRecord {
  oid: number
  attnum: number
  schema: string
  table: string
  column: string
  rule: MaskRule | 'none'
}
