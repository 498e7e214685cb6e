import type { LiveTable, TableState } from '../../../main/contract/live.ts'

const urgency: Record<TableState, number> = { errored: 0, copying: 1, 'catching-up': 2, init: 3, ready: 4, excluded: 5 }

/** What needs a look stands on top; the rest by name, so that no row moves with its figures. */
export function inOrder(tables: readonly LiveTable[]): LiveTable[] {
  const names = new Intl.Collator('en', { numeric: true })
  return [...tables].sort(
    (first, second) =>
      Math.min(urgency[first.state], 1) - Math.min(urgency[second.state], 1) ||
      Number(first.state === 'excluded') - Number(second.state === 'excluded') ||
      names.compare(first.schema, second.schema) ||
      names.compare(first.name, second.name),
  )
}

/** One that waits or is being copied is on its way already; of one that is gone there is nothing to copy. */
export function canBeCopiedAgain({ state, isGone }: Pick<LiveTable, 'state' | 'isGone'>): boolean {
  if (isGone) return false
  return state === 'ready' || state === 'catching-up' || state === 'errored'
}

export function canBeRemoved({ state }: Pick<LiveTable, 'state'>): boolean {
  return state !== 'excluded'
}

export function matching(tables: readonly LiveTable[], search: string): readonly LiveTable[] {
  const term = search.trim().toLowerCase()
  if (term === '') return tables
  return tables.filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(term))
}

/** `2 as text`, or nothing. */
export function textColumnsNote({ textColumns }: LiveTable): string | null {
  if (textColumns.length === 0) return null
  return `${textColumns.length} as text`
}
