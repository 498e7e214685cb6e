import { create } from 'zustand'
import type { ForeignKey } from '../../main/contract/catalog.ts'
import { engine } from './engineClient.ts'
import { useWorkspaces } from './workspaces.ts'

interface ForeignKeys {
  /** Whose they are. */
  workspaceId: string | null
  keys: readonly ForeignKey[]
}

const useForeignKeyStore = create<ForeignKeys>()(() => ({ workspaceId: null, keys: [] }))

/** Asks for those of the open workspace's source, once. A source that does not answer is asked again next time. */
export async function readForeignKeys(): Promise<void> {
  const workspaceId = useWorkspaces.getState().current?.id ?? null
  if (workspaceId === null || useForeignKeyStore.getState().workspaceId === workspaceId) return
  useForeignKeyStore.setState({ workspaceId, keys: [] })
  try {
    const keys = await engine.catalog.foreignKeys()
    if (useForeignKeyStore.getState().workspaceId === workspaceId) useForeignKeyStore.setState({ keys })
  } catch {
    useForeignKeyStore.setState({ workspaceId: null })
  }
}

export function useForeignKeys(): readonly ForeignKey[] {
  return useForeignKeyStore((state) => state.keys)
}
