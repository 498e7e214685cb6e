import { create } from 'zustand'
import { MillraceError } from '../../main/contract/errors.ts'
import type { Fault } from '../../main/contract/errors.ts'
import type { Workspace } from '../../main/contract/workspace.ts'
import { faultOfThrown } from '../components/consequences.ts'
import { engine } from './engineClient.ts'
import { goTo } from './places.ts'
import { readWorkspaces } from './workspaces.ts'

/** An opening under way, shared by the switcher and by Connect. */
interface Opening {
  /** The one that is being opened, or whose password is asked. */
  workspace: Workspace | null
  /** Set where the engine answered that it has no password for it. */
  wantsPassword: boolean
  busy: boolean
  fault: Fault | null
}

const nothing: Opening = { workspace: null, wantsPassword: false, busy: false, fault: null }

export const useOpening = create<Opening>()(() => nothing)

/** Opens an earlier workspace and goes to Live; asks for the password where none is kept. */
export async function openWorkspace(workspace: Workspace, password?: string): Promise<void> {
  useOpening.setState({ workspace, busy: true, fault: null })
  try {
    if (workspace.isDemo) await engine.workspace.openDemo()
    else await engine.workspace.open({ id: workspace.id, password })
    await readWorkspaces()
    useOpening.setState(nothing)
    goTo('live')
  } catch (thrown) {
    const wantsPassword = thrown instanceof MillraceError && thrown.code === 'PASSWORD_NEEDED'
    const refused = thrown instanceof MillraceError && thrown.code === 'AUTHENTICATION_FAILED'
    useOpening.setState((before) => ({
      busy: false,
      wantsPassword: wantsPassword || refused || before.wantsPassword,
      // To need a password is a question, not a failure; a refused one is both.
      fault: wantsPassword ? null : faultOfThrown(thrown),
    }))
  }
}

export function askToOpen(workspace: Workspace): void {
  void openWorkspace(workspace)
}

export function giveUpOpening(): void {
  useOpening.setState(nothing)
}
