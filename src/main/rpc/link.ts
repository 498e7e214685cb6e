/**
 * The one shape of a transport between a window and the engine: whole messages, in order, both ways.
 * Everything above it is the same over a WebSocket, a MessagePort and Electron's MessagePortMain.
 *
 * `send` never throws: a message to a closed link is dropped, and its sender learns by `onClose`.
 * A listener of `onClose` that comes after the end is called at once.
 */
export interface Link {
  send(message: string | Uint8Array): void
  onMessage(listener: (message: string | Uint8Array) => void): void
  onClose(listener: () => void): void
}
