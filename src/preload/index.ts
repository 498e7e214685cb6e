import { contextBridge, ipcRenderer } from 'electron'
import { CONNECT_CHANNEL, LINK_CHANNEL } from '../main/rpc/electronChannels.ts'

/**
 * Exposes one link to the engine and nothing else: messages in, messages out, and word of its end. No
 * Electron object crosses the bridge; what is passed over it is copied.
 */
type Message = string | Uint8Array

let port: MessagePort | null = null
let isAsked = false
let unsent: Message[] = []
let messageListeners: ((message: Message) => void)[] = []
let closeListeners: (() => void)[] = []

function ask(): void {
  if (isAsked) return
  isAsked = true
  ipcRenderer.send(CONNECT_CHANNEL)
}

/** After its end the link is as new: its listeners are gone, and the next use asks for another port. */
function end(): void {
  const listeners = closeListeners
  port = null
  isAsked = false
  unsent = []
  messageListeners = []
  closeListeners = []
  for (const listener of listeners) listener()
}

ipcRenderer.on(LINK_CHANNEL, (event) => {
  const [given] = event.ports
  if (!given) return
  port = given
  given.onmessage = (message: MessageEvent<Message>) => {
    for (const listener of messageListeners) listener(message.data)
  }
  // Electron's ports tell their end: https://www.electronjs.org/docs/latest/tutorial/message-ports#extension-close-event
  given.addEventListener('close', end)
  given.start()
  for (const message of unsent.splice(0)) given.postMessage(message)
})

contextBridge.exposeInMainWorld('millrace', {
  send(message: Message): void {
    if (typeof message !== 'string' && !(message instanceof Uint8Array)) throw new TypeError('a link carries text or bytes')
    ask()
    if (port) port.postMessage(message)
    else unsent.push(message)
  },
  onMessage(listener: (message: Message) => void): void {
    ask()
    messageListeners.push(listener)
  },
  onClose(listener: () => void): void {
    closeListeners.push(listener)
  },
})
