import type { LiveTable } from '../../contract/live.ts'
import type { FollowedTable } from './followedTables.ts'

/** What Live shows of one table: its own state, and what others know of it. */
export function liveTable(
  table: FollowedTable,
  beside: { streamIsCatchingUp: boolean; changesPerSecond: number; verified: LiveTable['verified'] },
): LiveTable {
  const { plan, copy } = table
  const isCatchingUp = table.state === 'ready' && beside.streamIsCatchingUp
  return {
    schema: plan.schema,
    name: plan.name,
    state: isCatchingUp ? 'catching-up' : table.state,
    reason: table.reason ?? noteOf(table),
    isGone: table.isGone,
    rows: table.rows,
    copy: copy && { ...copy, startedAt: new Date(copy.startedAtMs).toISOString() },
    ...table.counts,
    changesPerSecond: beside.changesPerSecond,
    lastChangeAt: table.lastChangeAtMs === null ? null : new Date(table.lastChangeAtMs).toISOString(),
    verified: beside.verified,
    textColumns: plan.columns
      .filter((column) => column.plan.exactness === 'text' && column.mask === undefined)
      .map((column) => ({ name: column.replicaName, sourceType: column.sourceType, note: column.plan.note })),
    ...maskedColumnsOf(table),
  }
}

function maskedColumnsOf({ plan }: FollowedTable): Pick<LiveTable, 'maskedColumns'> {
  const maskedColumns = plan.columns.flatMap(({ replicaName, mask }) => (mask === undefined ? [] : [{ column: replicaName, rule: mask }]))
  return maskedColumns.length > 0 ? { maskedColumns } : {}
}

/** What a person should know of a table that is well. */
function noteOf(table: FollowedTable): string | null {
  const notes: string[] = []
  if (table.plan.identity === 'none' && table.plan.columns.length > 0) {
    notes.push('Inserts only: the table has no key, so updates and deletes are not in its log.')
  }
  if (table.plan.omitted.length > 0) {
    notes.push(`Not copied, because generated on the source: ${table.plan.omitted.map(({ name }) => name).join(', ')}.`)
  }
  return notes.length > 0 ? notes.join(' ') : null
}

