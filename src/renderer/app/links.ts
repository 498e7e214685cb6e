import type { Link } from '../../main/rpc/link.ts'

declare global {
  interface Window {
    /** The one thing that Electron's preload exposes; absent in a browser. */
    millrace?: Link
  }
}

const OPENING_TAKES_AT_MOST_MS = 10_000

/** Opens a WebSocket to the host that served this page, and answers once it can send. */
export function openWebSocketLink(address: string): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.binaryType = 'arraybuffer'
    const timer = setTimeout(() => {
      socket.close()
      reject(new Error('the socket took too long to open'))
    }, OPENING_TAKES_AT_MOST_MS)
    socket.addEventListener('error', () => reject(new Error('the socket could not be opened')))
    socket.addEventListener('close', () => reject(new Error('the socket was closed')))
    socket.addEventListener('open', () => {
      clearTimeout(timer)
      resolve({
        send: (message) => socket.send(message as string | Uint8Array<ArrayBuffer>),
        onMessage(listener) {
          socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => {
            listener(typeof event.data === 'string' ? event.data : new Uint8Array(event.data))
          })
        },
        onClose: (listener) => socket.addEventListener('close', () => listener()),
      })
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
