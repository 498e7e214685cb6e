import type { MaskRecord, MaskRule, MaskRules } from '../model/maskRule.ts'
import type { SourceRelation } from '../model/relation.ts'

export interface TableMasks {
  rules: MaskRules
  /** Masked columns of an earlier table of this name that this one does not have: it may have others in their place. */
  lost: readonly string[]
}

/**
 * The masks of a table. A column is known by its table's OID and its attnum, so that a renamed one keeps its mask and a
 * new one has none; of a table that the file has not masked yet, by the names of what was masked before.
 */
export function masksOfTable(records: readonly MaskRecord[], relation: Pick<SourceRelation, 'oid' | 'schema' | 'name' | 'columns'>): TableMasks {
  const rules = new Map<number, MaskRule>()
  const own = records.filter(({ oid }) => oid === relation.oid)
  if (own.length > 0) {
    for (const { attnum, rule } of own) if (rule !== 'none') rules.set(attnum, rule)
    return { rules, lost: [] }
  }
  const lost: string[] = []
  for (const { schema, table, column, rule } of records) {
    if (schema !== relation.schema || table !== relation.name || rule === 'none') continue
    const found = relation.columns.find(({ name }) => name === column)
    if (found) rules.set(found.attnum, rule)
    else lost.push(column)
  }
  return { rules, lost }
}

export function isSameRules(one: MaskRules, other: MaskRules): boolean {
  return one.size === other.size && [...one].every(([attnum, rule]) => other.get(attnum) === rule)
}
