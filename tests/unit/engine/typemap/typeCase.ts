import type { SourceColumn } from '../../../../src/main/engine/model/relation.ts'

/** One line of docs/types.md, with the values that prove it on DuckDB alone and against Postgres. */
export interface TypeCase {
  /** As it stands in a CREATE TABLE. */
  sourceType: string
  column: SourceColumn
  /** Postgres's texts of values that the replica column holds. */
  values: readonly string[]
  /** Postgres's texts of values that turn the column to text. */
  refused: readonly string[]
  /** Statements that make the type. */
  setup?: readonly string[]
  /** More of them, which Postgres has since version 17. */
  refusedFrom17?: readonly string[]
  /** No user table can hold it. */
  internal?: boolean
  /** An array that becomes a list of what its elements become; docs/types.md has one line for all of these. */
  isLikeElement?: boolean
}

export function columnOf(sourceType: string, own: Partial<SourceColumn> & { typeOid: number }): SourceColumn {
  return {
    attnum: 2,
    name: 'v',
    typeName: sourceType,
    typmod: -1,
    typeKind: 'b',
    elementTypeOid: null,
    elementTypeKind: null,
    baseTypeOid: own.typeOid,
    baseTypmod: own.typmod ?? -1,
    baseTypeKind: own.typeKind ?? 'b',
    nullable: true,
    generated: '',
    ...own,
  }
}

export function numericTypmod(precision: number, scale: number): number {
  return ((precision << 16) | (scale & 0x7ff)) + 4
}
