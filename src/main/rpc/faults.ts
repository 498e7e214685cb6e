import { ORPCError } from '@orpc/client'
import { MillraceError, faultOf } from '../contract/errors.ts'
import type { Fault } from '../contract/errors.ts'
import { faultSchema } from '../contract/values.ts'

/** The one error code on the wire; its data is a `Fault`. */
export const FAULT_CODE = 'MILLRACE'

/** What may cross the wire of any thrown thing: the fault, and nothing of a bug but that there was one. */
export function wireErrorOf(thrown: unknown): ORPCError<typeof FAULT_CODE, Fault> {
  if (isWireError(thrown)) return thrown
  const fault = isInvalidInput(thrown) ? invalidInputFault(thrown) : faultOf(thrown)
  return new ORPCError(FAULT_CODE, { status: 500, message: fault.message, data: fault, cause: thrown })
}

/** True where the failure is a bug, or the machine's, and belongs into the engine's log in full. */
export function isUnexplained(thrown: unknown): boolean {
  return !(thrown instanceof MillraceError) && !isInvalidInput(thrown)
}

/** The wire's error as the window knows it; anything that is no fault becomes `INTERNAL`. */
export function errorFromWire(thrown: unknown): unknown {
  if (!(thrown instanceof ORPCError)) return thrown
  const fault = thrown.code === FAULT_CODE ? faultSchema.safeParse(thrown.data) : null
  return new MillraceError(fault?.success ? fault.data : faultOf(thrown), { cause: thrown })
}

/** What a call gets whose link is gone: it may have been done or not. */
export function linkLost(): MillraceError {
  return new MillraceError({
    code: 'CONNECTION_LOST',
    message: 'The window lost its link to the engine.',
    advice: 'It is opened again by itself; repeat what was under way.',
  })
}

function isWireError(thrown: unknown): thrown is ORPCError<typeof FAULT_CODE, Fault> {
  return thrown instanceof ORPCError && thrown.code === FAULT_CODE
}

/** oRPC refuses an input that the contract does not know with BAD_REQUEST and the places in `data.issues`. */
function isInvalidInput(thrown: unknown): thrown is ORPCError<string, unknown> {
  return thrown instanceof ORPCError && thrown.code === 'BAD_REQUEST'
}

function invalidInputFault(error: ORPCError<string, unknown>): Fault {
  const detail = issuesText(error.data)
  return {
    code: 'INPUT_INVALID',
    message: 'The engine was asked for something that it does not understand.',
    advice: 'Reload the window, so that it and the engine are of one version.',
    ...(detail ? { detail } : {}),
  }
}

/** Names the places only: what was given may be a password. */
function issuesText(data: unknown): string {
  const issues = (data as { issues?: unknown } | undefined)?.issues
  if (!Array.isArray(issues)) return ''
  return issues
    .slice(0, 5)
    .map((issue: { path?: unknown; code?: unknown }) => {
      const path = Array.isArray(issue.path) ? issue.path.map((step) => String(step)).join('.') : ''
      return `${path || 'input'}: ${typeof issue.code === 'string' ? issue.code : 'invalid'}`
    })
    .join('; ')
}
