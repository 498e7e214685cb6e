/**
 * What each Postgres column becomes in the replica. Both the copy and the stream bring Postgres's text
 * of a value, under `DateStyle 'ISO, MDY'`, `IntervalStyle postgres`, `TimeZone UTC`, `bytea_output hex`
 * and `extra_float_digits` 1 or more. A value that its column cannot hold exactly makes the statement
 * fail; none is clamped, rounded or dropped. The column must be described as it was when the text was
 * written: a DECIMAL of another scale would round.
 */
import type { MaskRule } from '../model/maskRule.ts'
import type { SourceColumn, TypeKind } from '../model/relation.ts'
import { listOf } from './arrays.ts'
import { string, text, type Mapping } from './mapping.ts'
import { builtInTypes, extensionTypes, mappings, type BuiltInType } from './table.ts'

export { kindOfReplicaType, kindOfSourceType } from './kinds.ts'

export interface ColumnPlan {
  /** The replica column's DuckDB type, e.g. DECIMAL(12,2). */
  replicaType: string
  /** The type as which read_csv parses the field: `replicaType` where that is exact, else VARCHAR. */
  stageType: string
  /** SQL from the staged column, given as a quoted identifier, to `replicaType`; NULL to NULL. */
  convert(staged: string): string
  /** Whether the column holds the value in a type of its own, or as Postgres's text of it. */
  exactness: 'exact' | 'text'
  /** One sentence for a person where it is text, or where something is to be known. */
  note?: string
  /** False where the text is never empty and holds no quote, comma, CR or LF. */
  mayNeedQuotes: boolean
  /**
   * SQL whose equality is that of the stored values to the last bit, where DuckDB's `=` is not
   * (`1 mon` and `30 days`; 0 and -0); absent where `=` serves.
   */
  distinguish?(stored: string): string
}

/** Never throws: a type that is not known is kept as its text, and says so. */
export function planColumn(column: SourceColumn): ColumnPlan {
  return planOf(mappingByKind[column.baseTypeKind](column))
}

/** The same column kept as its Postgres text: the fall-back when a value is out of DuckDB's range. */
export function planAsText(column: SourceColumn, note: string): ColumnPlan {
  return planOf(text(note, { mayNeedQuotes: planColumn(column).mayNeedQuotes }))
}

const maskNotes: Record<MaskRule, string> = {
  hash: 'Masked: hash. A keyed hash stands for each value, the same for the same text.',
  null: 'Masked: null. NULL stands for every value.',
  redact: 'Masked: redact. The same word stands for every value.',
}

/** The same column with a mask over its values: a text, or nothing at all in its own type. */
export function planMasked(column: SourceColumn, rule: MaskRule): ColumnPlan {
  if (rule === 'null') return { ...planColumn(column), note: maskNotes.null }
  return planOf(text(maskNotes[rule], { mayNeedQuotes: false }))
}

function planOf(mapping: Mapping): ColumnPlan {
  const { replicaType, parsedByReader, exactness, note, mayNeedQuotes, distinguish } = mapping
  return {
    replicaType,
    stageType: parsedByReader ? replicaType : 'VARCHAR',
    convert: parsedByReader ? (staged) => staged : (staged) => mapping.fromText(staged),
    exactness,
    ...(note === undefined ? {} : { note }),
    mayNeedQuotes,
    ...(distinguish ? { distinguish: (stored: string) => distinguish(stored) } : {}),
  }
}

const enumeration = string('The label; DuckDB sorts it by the alphabet, not by the order of the enum.')
const composite = text('A row type, as its text.')
const range = text('DuckDB has no ranges.')
const unknown = text('A type that Millrace does not know.')

const mappingByKind: Record<TypeKind, (column: SourceColumn) => Mapping> = {
  b: baseMapping,
  e: () => enumeration,
  c: () => composite,
  r: () => range,
  m: () => range,
  // Domains are resolved, but for those within arrays; pseudo-types cannot be stored.
  d: () => ({ ...unknown, inArrays: 'never', note: 'Elements of a domain.' }),
  p: () => ({ ...unknown, inArrays: 'never' }),
}

const builtInByOid = new Map<number, BuiltInType>()
const elementByArrayOid = new Map<number, BuiltInType>()
for (const [name, [oid, arrayOid]] of Object.entries(builtInTypes) as [BuiltInType, readonly [number, number]][]) {
  builtInByOid.set(oid, name)
  if (arrayOid !== 0) elementByArrayOid.set(arrayOid, name)
}

function builtInMapping(name: BuiltInType, typmod: number): Mapping {
  const row = mappings[name]
  return typeof row === 'function' ? row(typmod) : row
}

function baseMapping(column: SourceColumn): Mapping {
  const { baseTypeOid, baseTypmod, elementTypeOid, typeName } = column
  // Some base types (point, name, int2vector) have elements and are no arrays: they come first.
  const name = builtInByOid.get(baseTypeOid)
  if (name) return builtInMapping(name, baseTypmod)
  const element = elementByArrayOid.get(baseTypeOid)
  if (element) return arrayMapping(builtInMapping(element, baseTypmod))
  if (elementTypeOid !== null) return arrayMapping(elementMapping(column, elementTypeOid))
  // A domain has its own name: what stands under it is known by OID only.
  return extensionMapping(typeName)
}

function elementMapping(column: SourceColumn, elementTypeOid: number): Mapping {
  const name = builtInByOid.get(elementTypeOid)
  if (name) return builtInMapping(name, column.baseTypmod)
  const kind = column.elementTypeKind ?? 'b'
  if (kind !== 'b') return mappingByKind[kind](column)
  return extensionMapping(column.typeName.replace(/\[\]$/, ''))
}

function extensionMapping(typeName: string): Mapping {
  // `format_type` names the schema where the search path does not reach it.
  const bare = typeName.replace(/^.*\./, '').replace(/^"(.*)"$/, '$1')
  return extensionTypes.get(bare) ?? { ...unknown, inArrays: 'never' }
}

function arrayMapping(element: Mapping): Mapping {
  return listOf(element) ?? text(`An array as its text. ${element.note ?? ''}`.trim())
}
