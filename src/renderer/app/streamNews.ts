import type { LiveSnapshot, TableState } from '../../main/contract/live.ts'
import { formatCount, formatMany } from '../components/format.ts'
import type { News } from './notices.ts'

/** What was last seen of the stream. */
export interface Seen {
  workspaceId: string | null
  state: LiveSnapshot['state']
  /** The source was lost, and is not back yet. */
  isLost: boolean
  /** The first copy, or one of everything, is not over yet. */
  isCopying: boolean
  tables: ReadonlyMap<string, TableState>
}

export function seenOf(snapshot: LiveSnapshot): Seen {
  return {
    workspaceId: snapshot.workspaceId,
    state: snapshot.state,
    isLost: snapshot.state === 'retrying',
    isCopying: snapshot.state === 'copying',
    tables: new Map(snapshot.tables.map(({ schema, name, state }) => [`${schema}.${name}`, state])),
  }
}

function newsOfStream(seen: Seen, snapshot: LiveSnapshot, sourceName: string): News[] {
  const { state, tables, fault } = snapshot
  if (state === seen.state) return []
  const about = { subject: 'stream', place: 'live' } as const
  if (state === 'retrying' && !seen.isLost) {
    return [{ ...about, tone: 'warn', text: `No connection to ${sourceName}. Millrace tries again by itself; nothing is lost.` }]
  }
  if (state === 'failed') {
    return [{ ...about, tone: 'bad', text: `Following ${sourceName} has stopped. ${fault?.message ?? ''}`.trim() }]
  }
  const isFollowing = state === 'following' || state === 'catching-up'
  if (isFollowing && seen.isCopying) {
    const ready = tables.filter((table) => table.state === 'ready' || table.state === 'catching-up')
    const rows = ready.reduce((sum, table) => sum + table.rows, 0)
    const what = `${formatMany(ready.length, 'table')}, ${formatMany(rows, 'row')}`
    return [{ ...about, tone: 'ok', text: `The copy of ${sourceName} is whole: ${what}.` }]
  }
  if (isFollowing && seen.isLost) return [{ ...about, tone: 'ok', text: `${sourceName} is back, and Millrace goes on where it stopped.` }]
  return []
}

function newsOfTables(seen: Seen, snapshot: LiveSnapshot): News[] {
  return snapshot.tables.flatMap((table): News[] => {
    const name = `${table.schema}.${table.name}`
    const before = seen.tables.get(name)
    if (before === undefined || before === table.state) return []
    if (table.state === 'errored') {
      const why = table.reason ?? 'A change could not be applied.'
      return [{ subject: `table ${name}`, place: 'live', tone: 'bad', text: `${name} stands still; the other tables go on. ${why}` }]
    }
    // Those of a whole copy are told together, when it is over.
    const isCopied = before === 'copying' && table.state !== 'init' && !seen.isCopying && snapshot.state !== 'copying'
    if (!isCopied) return []
    return [{ subject: `table ${name}`, place: 'live', tone: 'ok', text: `${name} is copied, with ${formatCount(table.rows)} rows.` }]
  })
}

/** What has come about between what was seen and now, and what is seen now. */
export function newsBetween(seen: Seen | null, snapshot: LiveSnapshot, sourceName: string): { news: News[]; seen: Seen } {
  const now = seenOf(snapshot)
  if (seen === null || snapshot.workspaceId === null || seen.workspaceId !== snapshot.workspaceId) return { news: [], seen: now }
  const isUnderway = snapshot.state === 'connecting' || snapshot.state === 'preparing'
  return {
    news: [...newsOfStream(seen, snapshot, sourceName), ...newsOfTables(seen, snapshot)],
    seen: { ...now, isLost: now.isLost || (seen.isLost && isUnderway), isCopying: now.isCopying || (seen.isCopying && (isUnderway || now.isLost)) },
  }
}
