import type { Link } from './link.ts'

/** What the browser's WebSocket and the `ws` package's server side have in common. */
export interface SocketLike {
  readonly readyState: number
  binaryType: string
  send(message: string | Uint8Array<ArrayBuffer>): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close' | 'open', listener: () => void): void
  addEventListener(type: 'error', listener: (event: unknown) => void): void
}

const CONNECTING = 0
const OPEN = 1

/** A link over a WebSocket, open or opening; what is sent before it is open waits for it. */
export function webSocketLink(socket: SocketLike): Link {
  socket.binaryType = 'arraybuffer'
  let isClosed = socket.readyState > OPEN
  const unsent: (string | Uint8Array)[] = []
  const onClose: (() => void)[] = []
  const send = (message: string | Uint8Array) => socket.send(message as string | Uint8Array<ArrayBuffer>)
  socket.addEventListener('open', () => unsent.splice(0).forEach(send))
  // A failed socket closes next; `close` tells its end once.
  socket.addEventListener('error', () => {})
  socket.addEventListener('close', () => {
    isClosed = true
    for (const listener of onClose.splice(0)) listener()
  })
  return {
    send(message) {
      if (socket.readyState === CONNECTING) unsent.push(message)
      else if (socket.readyState === OPEN) send(message)
    },
    onMessage(listener) {
      socket.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') listener(data)
        else if (data instanceof ArrayBuffer) listener(new Uint8Array(data))
      })
    },
    onClose(listener) {
      if (isClosed) listener()
      else onClose.push(listener)
    },
  }
}
