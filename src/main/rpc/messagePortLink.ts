import type { Link } from './link.ts'

/** The browser's MessagePort, as far as a link needs it. */
interface WebPort {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: () => void): void
  start(): void
}

/** Electron's MessagePortMain: https://www.electronjs.org/docs/latest/api/message-port-main */
interface MainPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
}

export type PortLike = WebPort | MainPort

/** A link over one end of a message channel. Messages are copied, not transferred; `close` ends it. */
export function messagePortLink(port: PortLike): Link {
  let isClosed = false
  const onClose: (() => void)[] = []
  const end = () => {
    isClosed = true
    for (const listener of onClose.splice(0)) listener()
  }
  if ('addEventListener' in port) port.addEventListener('close', end)
  else port.on('close', end)
  return {
    send(message) {
      if (!isClosed) port.postMessage(message)
    },
    onMessage(listener) {
      const take = ({ data }: { data: unknown }) => {
        if (typeof data === 'string' || data instanceof Uint8Array) listener(data)
      }
      if ('addEventListener' in port) port.addEventListener('message', take)
      else port.on('message', take)
      port.start()
    },
    onClose(listener) {
      if (isClosed) listener()
      else onClose.push(listener)
    },
  }
}
