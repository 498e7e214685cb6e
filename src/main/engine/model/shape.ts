import type { SourceRelation } from './relation.ts'

/** One column as `pg_attribute` has it, dropped ones too. */
export interface AttributeFact {
  attnum: number
  /** The transaction that last changed the catalog's row. */
  xmin: string
  generated: '' | 's' | 'v'
  isDropped: boolean
  /**
   * What rows hold that were there before the column was added; null where that is NULL. `undecidable`:
   * partitions differ, or the text cannot be taken apart.
   */
  missingValue: string | null | 'undecidable'
}

/** One file of rows: the table itself, or a partition of it. */
export interface StorageFact {
  oid: number
  /** 0 where it holds no rows itself. Another one after a rewrite or a truncate. */
  fileNode: number
  /** The transaction that made it a partition; '' for the table itself. */
  attachedBy: string
  /** Made as a partition and never attached: all of its rows came through the root's log. */
  isBornPartition: boolean
}

/** A type whose values change their text without a word in the log. */
export type TypeFact =
  | { oid: number; kind: 'enum'; labels: { oid: number; label: string }[] }
  | { oid: number; kind: 'composite'; attributes: string }

/** A table of the source with everything by which a change of it is known. */
export interface SourceShape {
  relation: SourceRelation
  attributes: AttributeFact[]
  storage: StorageFact[]
  /** The primary key's index; null where there is none. */
  keyIndexOid: number | null
  /** Entries of the publications: another one after the table was taken out and put back. */
  publicationEntries: number[]
  /** Of the columns' types, and what is in them. */
  types: TypeFact[]
}

/** What the file keeps of a shape beside the columns, to know a change by that no column shows. */
export interface ShapeMarks {
  storage: StorageFact[]
  /** By attnum. */
  attributes: Record<string, { xmin: string; generated: boolean }>
  keyIndexOid: number | null
  publicationEntries: number[]
  types: TypeFact[]
}

export function marksOf(shape: SourceShape): ShapeMarks {
  const { storage, keyIndexOid, publicationEntries, types } = shape
  const attributes: ShapeMarks['attributes'] = {}
  for (const { attnum, xmin, generated } of shape.attributes) attributes[attnum] = { xmin, generated: generated !== '' }
  return { storage, attributes, keyIndexOid, publicationEntries, types }
}
