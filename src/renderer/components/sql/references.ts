import type { ForeignKey } from '../../../main/contract/catalog.ts'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { tokensOf } from './lexer.ts'
import { writtenName, writtenTableName } from './names.ts'
import { referencesOf } from './tableReferences.ts'

/** A foreign key of a result: which of its columns hold it. */
export interface ResultReference {
  key: ForeignKey
  /** Places in the result, in the order of the key's columns. */
  columns: number[]
}

/**
 * The foreign keys that a result holds: of the tables that its statement names, those whose columns are
 * all in it under their own names. A name that two keys claim points nowhere.
 */
export function resultReferences(
  sql: string,
  columns: readonly ResultColumn[],
  keys: readonly ForeignKey[],
): Map<number, ResultReference> {
  const { tables } = referencesOf(sql, tokensOf(sql))
  const found = new Map<number, ResultReference>()
  const claimed = new Set<number>()
  for (const key of keys) {
    const isNamed = tables.some(({ schema, name }) => name === key.table && (schema === null || schema === key.schema))
    if (!isNamed) continue
    const places = key.columns.map((name) => columns.findIndex((column) => column.name === name))
    if (places.includes(-1)) continue
    const reference = { key, columns: places }
    for (const place of places) {
      if (claimed.has(place)) found.delete(place)
      else found.set(place, reference)
      claimed.add(place)
    }
  }
  return found
}

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/

function literal(value: string): string {
  return PLAIN_NUMBER.test(value) ? value : `'${value.replaceAll("'", "''")}'`
}

/** The statement that shows the row to which a row points; null where a part of the key is NULL. */
export function rowReferredTo({ key, columns }: ResultReference, row: readonly Cell[], kinds: readonly ResultColumn[]): string | null {
  const conditions = columns.map((column, at) => {
    const value = row[column]
    if (value == null) return null
    const text = kinds[column]?.kind === 'number' ? literal(value) : `'${value.replaceAll("'", "''")}'`
    return `${writtenName(key.references.columns[at]!)} = ${text}`
  })
  if (conditions.includes(null)) return null
  const { schema, table } = key.references
  return `SELECT * FROM ${writtenTableName({ schema, name: table })} WHERE ${conditions.join(' AND ')};`
}
