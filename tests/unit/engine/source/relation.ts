import type { SourceColumn, SourceRelation } from '../../../../src/main/engine/model/relation.ts'

/** A plain column; `change` says what is particular about it. */
export function column(change: Partial<SourceColumn> = {}): SourceColumn {
  return {
    attnum: 1,
    name: 'id',
    typeOid: 23,
    typeName: 'integer',
    typmod: -1,
    typeKind: 'b',
    elementTypeOid: null,
    elementTypeKind: null,
    baseTypeOid: 23,
    baseTypmod: -1,
    baseTypeKind: 'b',
    nullable: false,
    generated: '',
    ...change,
  }
}

/** A table with a primary key that our role owns; `change` says what is particular about it. */
export function relation(change: Partial<SourceRelation> = {}): SourceRelation {
  return {
    oid: 1,
    schema: 'public',
    name: 'orders',
    kind: 'table',
    estimatedRows: null,
    totalBytes: 0,
    replicaIdentity: 'default',
    columns: [column()],
    primaryKey: [1],
    identityKey: [1],
    identityGap: null,
    isPartition: false,
    hasInheritanceChildren: false,
    isLogged: true,
    hasRowSecurity: false,
    rowSecurityApplies: false,
    canSelect: true,
    ownerIsUs: true,
    owner: 'ann',
    ...change,
  }
}
