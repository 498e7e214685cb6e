import type { Router } from '@orpc/server'
import { StandardRPCHandler } from '@orpc/server/standard'
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer'
import { ServerPeer } from '@orpc/standard-server-peer'
import type { Contract } from '../contract/index.ts'
import type { Logger } from '../engine/ports.ts'
import { isUnexplained, wireErrorOf } from './faults.ts'
import { isIterator, withRenamedFailures } from './iterators.ts'
import type { Link } from './link.ts'

/** The contract as the engine serves it; its handlers need no context beside the engine they close over. */
export type EngineRouter = Router<Contract, Record<never, never>>

/**
 * Serves the contract over one link until it closes. A closed link aborts what it had asked for: the
 * handlers see it by their `signal`, and event iterators are returned. What a handler throws crosses as
 * a `Fault`; what is no fault is logged here in full and crosses as INTERNAL.
 */
export function serveLink(link: Link, router: EngineRouter, { logger }: { logger: Logger }): void {
  const rename = (path: readonly string[]) => (thrown: unknown) => {
    if (isUnexplained(thrown) && !isAbort(thrown)) {
      logger.error('a call failed for a reason without a name', { call: path.join('.'), error: describe(thrown) })
    }
    return wireErrorOf(thrown)
  }
  const handler = new StandardRPCHandler(router, {
    clientInterceptors: [
      async ({ next, path }) => {
        try {
          const output = await next()
          return isIterator(output) ? withRenamedFailures(output, rename(path)) : output
        } catch (thrown) {
          throw rename(path)(thrown)
        }
      },
    ],
    interceptors: [
      async ({ next }) => {
        try {
          return await next()
        } catch (thrown) {
          // An input that cannot even be decoded never reaches the procedure's own interceptors.
          throw wireErrorOf(thrown)
        }
      },
    ],
  })
  let isClosed = false
  const peer = new ServerPeer((message) => {
    if (!isClosed) link.send(message as string | Uint8Array)
  })
  const handle = createServerPeerHandleRequestFn(handler, { context: {} })
  link.onMessage((message) => {
    peer.message(message as string, handle).catch((error: unknown) => {
      // A message that is not ours, or an iterator that ended with its link: neither may end the process.
      if (!isClosed) logger.warn('a message of a window could not be served', { error: describe(error) })
    })
  })
  link.onClose(() => {
    isClosed = true
    peer.close()
  })
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError'
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
