import pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import { lsnFromBigint, parseLsn, formatLsn, type Lsn } from '../model/lsn.ts'
import { connectSource } from './connection.ts'
import { cutConnection, endConnection } from './ending.ts'
import { Backend, queryMessage, readErrorResponse, takeOverSocket, terminateMessage } from './wire.ts'

/** https://www.postgresql.org/docs/current/protocol-replication.html */
export interface SystemIdentity {
  systemId: string
  timeline: number
  currentLsn: Lsn
}

export interface CreatedSlot {
  slotName: string
  /** The stream from this slot starts with the first commit whose record lies at or after this point. */
  consistentPoint: Lsn
  /** Importable until the next command on this connection. */
  snapshotName: string
}

export interface StreamSink {
  /** One logical decoding message; the bytes are valid only during the call. */
  onMessage(bytes: Buffer, start: number, end: number, walStart: bigint): void
  /** Everything that the server had committed before `walEnd` has been sent. */
  onKeepalive(walEnd: Lsn, replyRequested: boolean): void
  /** All messages of one socket read of `readBytes` have been given. */
  onDrained(readBytes: number): void
  onClose(error: Error | null): void
}

export interface ReplicationStream {
  pause(): void
  resume(): void
  /** `received` may run ahead; `durable` is what the server may forget. */
  sendStatus(received: Lsn, durable: Lsn, replyRequested: boolean): void
  /** Ends the stream and the connection; bounded by `timeoutMs`, then the socket is cut. */
  stop(timeoutMs: number): Promise<void>
}

const IDENTIFY_TIMEOUT_MS = 15_000
const XLOG_DATA = 0x77 // w
const KEEPALIVE = 0x6b // k
const XLOG_HEADER_BYTES = 25
const STATUS_BYTES = 34
/** Microseconds from the Unix epoch to 2000-01-01, where Postgres' clock starts. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n

/** A walsender connection to one database. */
export class ReplicationConnection {
  private readonly client: pg.Client
  private started = false

  private constructor(client: pg.Client) {
    this.client = client
  }

  static async open(address: SourceAddress, signal?: AbortSignal): Promise<ReplicationConnection> {
    const client = await connectSource(address, { purpose: 'stream', replication: true, signal })
    return new ReplicationConnection(client)
  }

  async identifySystem(): Promise<SystemIdentity> {
    const question = { text: 'IDENTIFY_SYSTEM', query_timeout: IDENTIFY_TIMEOUT_MS }
    const { rows } = await this.client.query(question)
    return { systemId: String(rows[0].systemid), timeline: Number(rows[0].timeline), currentLsn: parseLsn(rows[0].xlogpos) }
  }

  /**
   * Makes a slot and exports its snapshot. Waits on the server for transactions that are older than
   * the slot; `cut` ends the wait.
   */
  async createSlot(slotName: string, options: { temporary: boolean }): Promise<CreatedSlot> {
    const temporary = options.temporary ? ' TEMPORARY' : ''
    const { rows } = await this.client.query(
      `CREATE_REPLICATION_SLOT ${pg.escapeIdentifier(slotName)}${temporary} LOGICAL pgoutput EXPORT_SNAPSHOT`,
    )
    return { slotName, consistentPoint: parseLsn(rows[0].consistent_point), snapshotName: rows[0].snapshot_name }
  }

  /** Streams from the later of `startLsn` and what the slot has confirmed. */
  start(options: { slotName: string; startLsn: Lsn; publicationNames: readonly string[]; sink: StreamSink }): ReplicationStream {
    this.started = true
    const publications = options.publicationNames.map((name) => pg.escapeIdentifier(name)).join(',')
    const sql =
      `START_REPLICATION SLOT ${pg.escapeIdentifier(options.slotName)} LOGICAL ${formatLsn(options.startLsn)} ` +
      `(proto_version '1', publication_names ${pg.escapeLiteral(publications)})`
    return startStream(this.client, sql, options.sink)
  }

  /** Ends whatever waits on it at once. */
  cut(): void {
    if (!this.started) cutConnection(this.client)
  }

  /** Within a second; nothing where the stream has taken over. */
  async close(): Promise<void> {
    if (!this.started) await endConnection(this.client)
  }
}

function startStream(client: pg.Client, sql: string, sink: StreamSink): ReplicationStream {
  const status = Buffer.alloc(5 + STATUS_BYTES)
  status[0] = Backend.copyData
  status.writeUInt32BE(4 + STATUS_BYTES, 1)
  status[5] = 0x72 // r

  let failure: Error | null = null
  let copying = false
  let markClosed: () => void
  const closed = new Promise<void>((resolve) => {
    markClosed = resolve
  })

  const socket = takeOverSocket(
    client,
    (type, bytes, start, end) => {
      if (type === Backend.copyData) {
        if (bytes[start] === XLOG_DATA) {
          sink.onMessage(bytes, start + XLOG_HEADER_BYTES, end, bytes.readBigUInt64BE(start + 1))
        } else if (bytes[start] === KEEPALIVE) {
          sink.onKeepalive(lsnFromBigint(bytes.readBigUInt64BE(start + 1)), bytes[start + 17] === 1)
        }
      } else if (type === Backend.copyBothResponse) {
        copying = true
      } else if (type === Backend.errorResponse) {
        failure = readErrorResponse(bytes, start, end)
      } else if (type === Backend.readyForQuery || type === Backend.copyDone) {
        // The server ends the stream only when it shuts down, or after an error.
        socket.destroy()
      }
    },
    (error) => {
      sink.onClose(failure ?? error)
      markClosed()
    },
  )
  socket.on('data', (chunk: Buffer) => sink.onDrained(chunk.length))
  socket.write(queryMessage(sql))

  return {
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    sendStatus(received, durable, replyRequested) {
      if (!copying || socket.destroyed) return
      status.writeBigUInt64BE(received, 6)
      status.writeBigUInt64BE(durable, 14)
      status.writeBigUInt64BE(durable, 22)
      status.writeBigInt64BE(BigInt(Date.now()) * 1000n - POSTGRES_EPOCH_MICROS, 30)
      status[38] = replyRequested ? 1 : 0
      socket.write(Buffer.from(status))
    },
    async stop(timeoutMs) {
      socket.resume()
      const timer = setTimeout(() => socket.destroy(), timeoutMs)
      socket.end(terminateMessage)
      await closed
      clearTimeout(timer)
    },
  }
}
