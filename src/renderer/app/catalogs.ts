import { create } from 'zustand'
import { faultOf } from '../../main/contract/errors.ts'
import type { Fault } from '../../main/contract/errors.ts'
import type { CatalogTable } from '../../main/contract/query.ts'
import type { EngineName } from '../../main/contract/values.ts'
import { buildCompletionIndex } from '../components/sql/completionIndex.ts'
import type { CompletionIndex } from '../components/sql/completionIndex.ts'
import { engine, useConnection } from './engineClient.ts'
import { useLiveStore } from './live.ts'

/** What one engine holds, for the schema tree and for completion. */
export interface Catalog {
  state: 'unread' | 'reading' | 'read' | 'failed'
  tables: readonly CatalogTable[]
  /** Built once per reading. */
  index: CompletionIndex | null
  fault: Fault | null
}

const unread: Catalog = { state: 'unread', tables: [], index: null, fault: null }

export const useCatalogs = create<Record<EngineName, Catalog>>()(() => ({ source: unread, replica: unread }))

/** Of two readings at once only the later one counts. */
const readings: Record<EngineName, number> = { source: 0, replica: 0 }

function put(name: EngineName, catalog: Partial<Catalog>): void {
  useCatalogs.setState((before) => ({ ...before, [name]: { ...before[name], ...catalog } }))
}

/** Reads one catalog anew; what is shown stays until the answer is there. */
export async function readCatalog(name: EngineName): Promise<void> {
  const reading = (readings[name] += 1)
  put(name, { state: 'reading' })
  try {
    const [tables, functions] = await Promise.all([
      engine.catalog.tables({ engine: name }),
      // Completion does without functions rather than the tree without tables.
      engine.catalog.functions({ engine: name }).catch(() => []),
    ])
    if (reading !== readings[name]) return
    put(name, { state: 'read', tables, index: buildCompletionIndex(tables, functions), fault: null })
  } catch (thrown) {
    if (reading === readings[name]) put(name, { state: 'failed', fault: faultOf(thrown) })
  }
}

export async function readCatalogs(): Promise<void> {
  await Promise.all([readCatalog('replica'), readCatalog('source')])
}

/** What makes the replica's catalog another one: the workspace, which tables are there to be queried, and what is masked of them. */
function signature(): string {
  const { snapshot } = useLiveStore.getState()
  if (!snapshot?.workspaceId) return ''
  const tables = snapshot.tables.map(
    ({ schema, name, state, maskedColumns }) => `${schema}.${name}:${state}:${maskedColumns ? JSON.stringify(maskedColumns) : ''}`,
  )
  return `${snapshot.workspaceId}|${tables.join('|')}`
}

const SETTLES_MS = 300

let followers = 0
let stopFollowing: (() => void) | null = null

/** Keeps the catalogs current while at least one place needs them. Answers with a stop. */
export function followCatalogs(): () => void {
  followers += 1
  stopFollowing ??= startFollowing()
  return () => {
    followers -= 1
    if (followers > 0) return
    stopFollowing?.()
    stopFollowing = null
  }
}

function startFollowing(): () => void {
  let seen = signature()
  let timer: ReturnType<typeof setTimeout> | undefined
  function readSoon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void readCatalogs(), SETTLES_MS)
  }
  if (seen !== '') void readCatalogs()
  const stopLive = useLiveStore.subscribe(({ snapshot }, before) => {
    if (snapshot?.tables === before.snapshot?.tables && snapshot?.workspaceId === before.snapshot?.workspaceId) return
    const now = signature()
    if (now === seen) return
    if (now.split('|')[0] !== seen.split('|')[0]) useCatalogs.setState({ source: unread, replica: unread })
    seen = now
    if (now !== '') readSoon()
  })
  const stopConnection = useConnection.subscribe((now, before) => {
    if (now.generation !== before.generation && signature() !== '') readSoon()
  })
  return () => {
    clearTimeout(timer)
    stopLive()
    stopConnection()
  }
}
