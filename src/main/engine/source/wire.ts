import type { Socket } from 'node:net'
import type pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'

/**
 * The bytes of one backend message; valid only during the call, so a sink copies what it keeps.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export type MessageSink = (type: number, bytes: Buffer, start: number, end: number) => void

const HEADER_BYTES = 5
const RELEASE_ABOVE_BYTES = 1 << 20
/** Postgres allocates no message beyond this: `MaxAllocSize`. */
const LONGEST_MESSAGE_BYTES = 0x4000_0000

/** Cuts a byte stream into backend messages without copying those that arrive whole. */
export class MessageFramer {
  private readonly sink: MessageSink
  private partial: Buffer = Buffer.allocUnsafe(64 * 1024)
  private partialLength = 0

  constructor(sink: MessageSink) {
    this.sink = sink
  }

  push(chunk: Buffer): void {
    let offset = 0
    while (this.partialLength > 0 && offset < chunk.length) offset = this.completePartial(chunk, offset)
    while (chunk.length - offset >= HEADER_BYTES) {
      const end = offset + messageBytes(chunk, offset)
      if (end > chunk.length) break
      this.sink(chunk[offset]!, chunk, offset + HEADER_BYTES, end)
      offset = end
    }
    if (offset < chunk.length) this.keep(chunk, offset, chunk.length)
  }

  private completePartial(chunk: Buffer, offset: number): number {
    const wanted = this.partialLength < HEADER_BYTES ? HEADER_BYTES : messageBytes(this.partial, 0)
    const end = Math.min(chunk.length, offset + wanted - this.partialLength)
    this.keep(chunk, offset, end, wanted)
    if (this.partialLength >= HEADER_BYTES && this.partialLength === messageBytes(this.partial, 0)) {
      const { partial, partialLength } = this
      this.partialLength = 0
      if (partial.length > RELEASE_ABOVE_BYTES) this.partial = Buffer.allocUnsafe(64 * 1024)
      this.sink(partial[0]!, partial, HEADER_BYTES, partialLength)
    }
    return end
  }

  private keep(chunk: Buffer, start: number, end: number, capacity = end - start): void {
    const needed = Math.max(capacity, this.partialLength + end - start)
    if (needed > this.partial.length) {
      const larger = Buffer.allocUnsafe(needed)
      this.partial.copy(larger, 0, 0, this.partialLength)
      this.partial = larger
    }
    this.partialLength += chunk.copy(this.partial, this.partialLength, start, end)
  }
}

/** A message's letter, its length, which counts itself, and its body. Throws STREAM_UNREADABLE on a length that cannot be. */
function messageBytes(bytes: Buffer, offset: number): number {
  const length = bytes.readUInt32BE(offset + 1)
  if (length >= 4 && length <= LONGEST_MESSAGE_BYTES) return 1 + length
  throw new MillraceError({
    code: 'STREAM_UNREADABLE',
    message: 'The source sent something that is not in the Postgres protocol.',
    advice: 'Check that the address is that of a Postgres server and that nothing rewrites its traffic.',
  })
}

/** The letters of the backend messages that the raw road meets. */
export const Backend = {
  copyData: 0x64, // d
  copyDone: 0x63, // c
  copyOutResponse: 0x48, // H
  copyBothResponse: 0x57, // W
  commandComplete: 0x43, // C
  readyForQuery: 0x5a, // Z
  errorResponse: 0x45, // E
} as const

/** A backend error as node-postgres shapes it, so that one table of faults serves both roads. */
export interface BackendError extends Error {
  code?: string
  severity?: string
  detail?: string
}

export function readErrorResponse(bytes: Buffer, start: number, end: number): BackendError {
  const fields = new Map<string, string>()
  let offset = start
  while (offset < end && bytes[offset] !== 0) {
    const stop = bytes.indexOf(0, offset + 1)
    fields.set(String.fromCharCode(bytes[offset]!), bytes.toString('utf8', offset + 1, stop))
    offset = stop + 1
  }
  const error: BackendError = new Error(fields.get('M') ?? 'the server sent an error without text')
  error.code = fields.get('C')
  error.severity = fields.get('V') ?? fields.get('S')
  error.detail = fields.get('D')
  return error
}

/**
 * Takes the socket out of node-postgres' hands once it has connected and authenticated: from here
 * on every message goes to `sink` as bytes, without an object a row. The client must be idle, and
 * cannot be used for anything else afterwards.
 */
export function takeOverSocket(client: pg.Client, sink: MessageSink, onClose: (error: Error | null) => void): Socket {
  const socket = (client as unknown as { connection: { stream: Socket } }).connection.stream
  const framer = new MessageFramer(sink)
  let failure: Error | null = null
  let closed = false
  for (const event of ['data', 'error', 'end', 'close']) socket.removeAllListeners(event)
  socket.on('data', (chunk: Buffer) => {
    try {
      framer.push(chunk)
    } catch (error) {
      socket.destroy(error as Error)
    }
  })
  socket.on('error', (error) => {
    failure = error
  })
  socket.on('end', () => socket.destroy())
  const close = (): void => {
    if (closed) return
    closed = true
    onClose(failure)
  }
  socket.on('close', close)
  // It may have been lost just before, and its `close` heard by nobody.
  if (socket.destroyed) setImmediate(close)
  // node-postgres may still emit for a socket that it no longer hears; nothing is lost by ignoring it.
  client.on('error', () => {})
  return socket
}

/** A simple-protocol Query message. */
export function queryMessage(sql: string): Buffer {
  const text = Buffer.from(sql, 'utf8')
  const message = Buffer.allocUnsafe(text.length + 6)
  message[0] = 0x51 // Q
  message.writeUInt32BE(text.length + 5, 1)
  text.copy(message, 5)
  message[message.length - 1] = 0
  return message
}

export const terminateMessage: Buffer = Buffer.from([0x58, 0, 0, 0, 4])
