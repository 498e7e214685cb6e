import { create } from 'zustand'
import type { Fault } from '../../../main/contract/errors.ts'
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

export function setDemoRate(transactionsPerSecond: number): Promise<void> {
  return ask(() => engine.demo.setRate({ transactionsPerSecond }))
}
