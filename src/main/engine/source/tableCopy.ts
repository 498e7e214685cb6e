import type { Socket } from 'node:net'
import type pg from 'pg'
import { Backend, queryMessage, readErrorResponse, takeOverSocket, terminateMessage } from './wire.ts'

const GOODBYE_MS = 1000

export interface CopySink {
  /**
   * One row as Postgres wrote it, with its line end; valid only during the call. The server sends
   * one row a message: https://www.postgresql.org/docs/current/protocol-message-formats.html
   */
  onRow(bytes: Buffer, start: number, end: number): void
  /** All rows of one socket read have been given: the place to pause. */
  onDrained(): void
}

/** A connection that has left node-postgres behind and only copies out, one table after another. */
export class CopyConnection {
  private readonly socket: Socket
  private sink: CopySink | null = null
  private waiting: { resolve(): void; reject(error: Error): void } | null = null
  private failure: Error | null = null
  private closedWith: Error | null | undefined

  /** `client` must be idle, in the transaction and under the snapshot that the copies shall see. */
  constructor(client: pg.Client) {
    this.socket = takeOverSocket(
      client,
      (type, bytes, start, end) => {
        if (type === Backend.copyData) this.sink!.onRow(bytes, start, end)
        else if (type === Backend.errorResponse) this.failure = readErrorResponse(bytes, start, end)
        else if (type === Backend.readyForQuery) this.finish(this.failure)
      },
      (error) => {
        this.closedWith = this.failure ?? error ?? new Error('Connection terminated unexpectedly')
        this.finish(this.closedWith)
      },
    )
    this.socket.on('data', () => this.sink?.onDrained())
  }

  /** Runs `COPY … TO STDOUT` and gives its rows to `sink`; rejects with the server's or the socket's error. */
  copyOut(sql: string, sink: CopySink): Promise<void> {
    if (this.closedWith !== undefined) return Promise.reject(this.closedWith ?? new Error('Connection terminated'))
    this.sink = sink
    this.failure = null
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.socket.write(queryMessage(sql))
    })
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** Cuts a running copy; the server notices at its next write. */
  destroy(): void {
    this.socket.destroy()
  }

  /** Says goodbye, and is gone within a second. */
  close(): void {
    const timer = setTimeout(() => this.socket.destroy(), GOODBYE_MS)
    this.socket.once('close', () => clearTimeout(timer))
    this.socket.end(terminateMessage)
  }

  private finish(error: Error | null): void {
    const { waiting } = this
    this.waiting = null
    this.sink = null
    if (!waiting) return
    if (error) waiting.reject(error)
    else waiting.resolve()
  }
}
