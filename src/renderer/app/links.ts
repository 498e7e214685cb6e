import type { Link } from '../../main/rpc/link.ts'
import { webSocketLink } from '../../main/rpc/webSocketLink.ts'
import type { SocketLike } from '../../main/rpc/webSocketLink.ts'

declare global {
  interface Window {
    /** The one thing that Electron's preload exposes; absent in a browser. Usable again after its end. */
    millrace?: Link
  }
}

const OPENING_TAKES_AT_MOST_MS = 10_000

/** Opens a WebSocket, and answers once it can send; rejects where it closes before or takes too long. */
export function openWebSocketLink(address: string): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    const link = webSocketLink(socket as SocketLike)
    const timer = setTimeout(() => socket.close(), OPENING_TAKES_AT_MOST_MS)
    link.onClose(() => {
      clearTimeout(timer)
      reject(new Error('the socket was closed before it was open'))
    })
    socket.addEventListener('open', () => {
      clearTimeout(timer)
      resolve(link)
    })
  })
}

/** The preload's link in Electron, else a WebSocket to `/rpc` on the page's own origin. */
export function openLink(): Promise<Link> {
  if (window.millrace) return Promise.resolve(window.millrace)
  const address = new URL('/rpc', window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return openWebSocketLink(address.href)
}
