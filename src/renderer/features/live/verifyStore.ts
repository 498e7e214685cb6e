import { create } from 'zustand'
import type { Fault } from '../../../main/contract/errors.ts'
import type { Verification, VerifyMode } from '../../../main/contract/verify.ts'
import { engine } from '../../app/engineClient.ts'
import { tell } from '../../app/notices.ts'
import { usePreferences } from '../../app/preferences.ts'
import { faultOfThrown } from '../../components/consequences.ts'
import { verifySentence } from './verifySentence.ts'

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

function tellOutcome({ verification, fault }: VerifyState): void {
  if (fault) return tell({ subject: 'verification', place: 'live', tone: 'bad', text: `The verification could not be made. ${fault.message}` })
  if (!verification || verification.state === 'cancelled') return
  const { tone, headline } = verifySentence(verification)
  tell({ subject: 'verification', place: 'live', tone: tone === 'ok' || tone === 'bad' ? tone : 'warn', text: headline })
}

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
    tellOutcome(useVerify.getState())
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
