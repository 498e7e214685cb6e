import { create } from 'zustand'
import type { Workspace } from '../../main/contract/workspace.ts'
import { engine } from './engineClient.ts'

interface Workspaces {
  /** The open one; null where none is, undefined until the engine has answered. */
  current: Workspace | null | undefined
  all: readonly Workspace[]
}

export const useWorkspaces = create<Workspaces>()(() => ({ current: undefined, all: [] }))

/** Asks the engine again: after a start, an opening, a removal, a new link. */
export async function readWorkspaces(): Promise<void> {
  const [current, all] = await Promise.all([engine.workspace.current(), engine.workspace.list()])
  useWorkspaces.setState({ current, all })
}

/** The name that the sentences use for the source: the workspace's. */
export function sourceNameOf(workspace: Workspace | null | undefined): string {
  return workspace?.name ?? 'the source'
}
