import type { SourceTable as ContractTable } from '../../../main/contract/source.ts'

export type SourceTable = ContractTable
export type SourceColumn = ContractTable['columns'][number]
