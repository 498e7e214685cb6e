import { create } from 'zustand'
import type { Fault, FaultCode } from '../../../main/contract/errors.ts'
import type { TableName } from '../../../main/contract/values.ts'
import type { Workspace } from '../../../main/contract/workspace.ts'
import { engine } from '../../app/engineClient.ts'
import { readWorkspaces } from '../../app/workspaces.ts'
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

/** Faults after which the file cannot go on: what is missing in between is nowhere to be had. */
const needsCopyAnew = new Set<FaultCode>(['SLOT_MISSING', 'SLOT_LOST', 'SLOT_AHEAD', 'SOURCE_DIFFERS', 'FILE_DAMAGED'])

export function mustCopyAnew(fault: Fault | null): boolean {
  return fault !== null && needsCopyAnew.has(fault.code)
}

/** The demo's file and slot are dropped and made anew. Another source is started from Connect. */
export function copyDemoAnew({ id }: Workspace): Promise<void> {
  return ask(async () => {
    await engine.workspace.remove({ id, deleteFile: true })
    await engine.workspace.openDemo()
    await readWorkspaces()
  })
}

export function setDemoRate(transactionsPerSecond: number): Promise<void> {
  return ask(() => engine.demo.setRate({ transactionsPerSecond }))
}
