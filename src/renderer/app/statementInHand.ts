import { create } from 'zustand'
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
