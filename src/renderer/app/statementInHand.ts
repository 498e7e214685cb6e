import { create } from 'zustand'
import type { EngineName } from '../../main/contract/values.ts'
import { goTo } from './places.ts'

/** A statement that one place hands to another. */
export const useStatementInHand = create<{ sql: string | null }>()(() => ({ sql: null }))

export function handToCompare(sql: string): void {
  useStatementInHand.setState({ sql })
  goTo('compare')
}

/** The statement, once: whoever takes it has it. */
export function takeStatement(): string | null {
  const { sql } = useStatementInHand.getState()
  if (sql !== null) useStatementInHand.setState({ sql: null })
  return sql
}

export interface QueryInHand {
  title: string
  sql: string
  engine: EngineName
}

/** A query that Explore is to open in a tab of its own and run. */
export const useQueryInHand = create<{ query: QueryInHand | null }>()(() => ({ query: null }))

export function handToExplore(query: QueryInHand): void {
  useQueryInHand.setState({ query })
  goTo('explore')
}
