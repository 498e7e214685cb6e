import { createORPCClient } from '@orpc/client'
import { StandardRPCLink } from '@orpc/client/standard'
import type { ContractRouterClient } from '@orpc/contract'
import { ClientPeer } from '@orpc/standard-server-peer'
import type { Contract } from '../contract/index.ts'
import { errorFromWire, linkLost } from './faults.ts'
import { isIterator, withRenamedFailures } from './iterators.ts'
import type { Link } from './link.ts'

/** Everything that a window can ask of the engine; failures are `MillraceError`. */
export type MillraceClient = ContractRouterClient<Contract>

/**
 * The typed client over one link. When the link closes, every call under way and every iterator that
 * is being read fails with CONNECTION_LOST; the client is of no use after that.
 */
export function createClient(link: Link): MillraceClient {
  let isClosed = false
  const peer = new ClientPeer((message) => {
    if (isClosed) throw linkLost()
    link.send(message as string | Uint8Array)
  })
  // A message that cannot be read belongs to no call: there is nobody to tell.
  link.onMessage((message) => void peer.message(message as string).catch(() => {}))
  link.onClose(() => {
    isClosed = true
    peer.close({ reason: linkLost() })
  })
  const rpcLink = new StandardRPCLink<Record<never, never>>(
    {
      async call(request) {
        const response = await peer.request(request)
        return { ...response, body: () => Promise.resolve(response.body) }
      },
    },
    {
      // Never resolved: a peer's requests carry a path, and oRPC shortens this origin away.
      url: 'http://orpc',
      interceptors: [
        async ({ next }) => {
          try {
            const output = await next()
            return isIterator(output) ? withRenamedFailures(output, errorFromWire) : output
          } catch (thrown) {
            throw errorFromWire(thrown)
          }
        },
      ],
    },
  )
  return createORPCClient<MillraceClient>(rpcLink)
}
