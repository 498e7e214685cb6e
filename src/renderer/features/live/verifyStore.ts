import { create } from 'zustand'
import type { Fault } from '../../../main/contract/errors.ts'
import type { Verification, VerifyMode } from '../../../main/contract/verify.ts'
import { engine } from '../../app/engineClient.ts'
import { usePreferences } from '../../app/preferences.ts'
import { faultOfThrown } from '../../components/consequences.ts'

interface VerifyState {
  /** The run that is shown, running or over; null before the first and once it was put away. */
  verification: Verification | null
  isRunning: boolean
  /** It could not be asked for at all. */
  fault: Fault | null
  isAskingToRepair: boolean
}

export const useVerify = create<VerifyState>()(() => ({
  verification: null,
  isRunning: false,
  fault: null,
  isAskingToRepair: false,
}))

let underway: AbortController | null = null

/** Holds every table, or those given, against the source. It goes on while another place is shown. */
export async function verify(options: { mode: VerifyMode; repair: boolean; onlyDiffering?: boolean }): Promise<void> {
  if (underway) return
  const own = new AbortController()
  underway = own
  const { verification: before } = useVerify.getState()
  const { mode, repair } = options
  const { verifyShare: share } = usePreferences.getState().preferences
  const differing = before?.tables.filter(({ outcome }) => outcome === 'differs').map(({ schema, name }) => ({ schema, name }))
  const tables = options.onlyDiffering ? differing : undefined
  useVerify.setState({ verification: null, isRunning: true, fault: null, isAskingToRepair: false })
  try {
    for await (const verification of await engine.verify.run({ mode, repair, tables, share }, { signal: own.signal })) {
      useVerify.setState({ verification })
    }
  } catch (thrown) {
    if (!own.signal.aborted) useVerify.setState({ fault: faultOfThrown(thrown) })
  } finally {
    underway = null
    useVerify.setState(({ verification }) => ({
      isRunning: false,
      verification: verification?.state === 'running' ? { ...verification, state: 'cancelled', activity: null } : verification,
    }))
  }
}

/** Stops reading; the engine stops both sides. */
export function cancelVerification(): void {
  underway?.abort()
}

export function putAwayVerification(): void {
  useVerify.setState({ verification: null, fault: null })
}

export function askToRepair(isAskingToRepair: boolean): void {
  useVerify.setState({ isAskingToRepair })
}

export function canRepair(): boolean {
  const { verification, isRunning } = useVerify.getState()
  return !isRunning && verification?.tables.some(({ outcome }) => outcome === 'differs') === true
}
