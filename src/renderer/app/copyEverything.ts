import type { Fault, FaultCode } from '../../main/contract/errors.ts'
import { engine } from './engineClient.ts'

/** Faults after which the log cannot give what is missing: everything has to be copied again. */
const mendedByCopying = new Set<FaultCode>(['SLOT_MISSING', 'SLOT_LOST', 'SLOT_AHEAD', 'SOURCE_RESTORED'])

export function isMendedByCopying(fault: Fault | null): boolean {
  return fault !== null && mendedByCopying.has(fault.code)
}

/** What it means, for whoever is asked. */
export function copyingEverything(sourceName: string): string {
  return (
    `Slot and publications are made anew on ${sourceName}, and every followed table is read there once more. ` +
    'Until its new copy takes its place, each table can be queried as it is. Your own tables in the file stay.'
  )
}

export async function copyEverythingAgain(): Promise<void> {
  await engine.workspace.copyEverythingAgain()
}
