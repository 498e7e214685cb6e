import { create } from 'zustand'
import type { Fault, FaultCode } from '../../../main/contract/errors.ts'
import type { TableName } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { faultOfThrown } from '../../components/consequences.ts'

/** What was asked of the stream and did not succeed; shown until the next request. */
export const useLiveFault = create<{ fault: Fault | null }>()(() => ({ fault: null }))

async function ask(request: () => Promise<unknown>): Promise<void> {
  useLiveFault.setState({ fault: null })
  try {
    await request()
  } catch (thrown) {
    useLiveFault.setState({ fault: faultOfThrown(thrown) })
  }
}

export function pauseStream(): Promise<void> {
  return ask(() => engine.workspace.pause())
}

export function resumeStream(): Promise<void> {
  return ask(() => engine.workspace.resume())
}

export function copyAgain({ schema, name }: TableName): Promise<void> {
  return ask(() => engine.workspace.resyncTable({ schema, name }))
}

/** Faults after which the log cannot give what is missing: everything has to be copied again. */
const mendedByCopying = new Set<FaultCode>(['SLOT_MISSING', 'SLOT_LOST', 'SLOT_AHEAD', 'SOURCE_RESTORED'])

export function isMendedByCopying(fault: Fault | null): boolean {
  return fault !== null && mendedByCopying.has(fault.code)
}

export function setDemoRate(transactionsPerSecond: number): Promise<void> {
  return ask(() => engine.demo.setRate({ transactionsPerSecond }))
}
