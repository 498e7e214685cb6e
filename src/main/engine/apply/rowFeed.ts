import { execFile } from 'node:child_process'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Bytes on their way into one `read_csv`. */
export interface RowFeed {
  /** False: wait for `onRoom` before the next write. The bytes are not to be changed until `onTaken`. */
  write(bytes: Buffer, onTaken?: () => void): boolean
  /** Everything was written; resolves when the reader can see it. */
  end(): Promise<void>
  /** Closed before everything was written. */
  destroy(): void
  remove(): Promise<void>
}

const CONNECT_INTERVAL_MS = 1

/**
 * A named pipe: DuckDB reads while Postgres still sends, nothing is written to disk, and the rows of
 * a table are one INSERT, whose full row groups go to the file compressed as they come.
 */
class PipeFeed implements RowFeed {
  private readonly path: string
  private readonly socket: Socket

  constructor(path: string, descriptor: number, onRoom: () => void) {
    this.path = path
    this.socket = new Socket({ fd: descriptor, readable: false, writable: true })
    this.socket.on('drain', onRoom)
    // A reader that goes away tells why by its own error.
    this.socket.on('error', () => {})
  }

  write(bytes: Buffer, onTaken?: () => void): boolean {
    return this.socket.write(bytes, onTaken)
  }

  async end(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.socket.destroyed) return resolve()
      this.socket.once('close', () => resolve())
      // The reader's end of file comes with the close, after all that was written.
      this.socket.write('', () => this.socket.destroy())
    })
  }

  destroy(): void {
    this.socket.destroy()
  }

  remove(): Promise<void> {
    return rm(this.path, { force: true })
  }
}

/**
 * The writing end can be opened once a reader waits at the other: what is written before that would
 * be lost at the close. Null where the reader has ended without ever opening it.
 */
async function openWritingEnd(path: string, reader: Promise<void>): Promise<number | null> {
  let isReaderGone = false
  void reader.finally(() => {
    isReaderGone = true
  })
  while (!isReaderGone) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
      await delay(CONNECT_INTERVAL_MS)
    }
  }
  return null
}

/** Where the system has no named pipes in its file system (Windows): a file, read when it is whole. */
class FileFeed implements RowFeed {
  private readonly path: string
  private readonly descriptor: number
  private isOpen = true

  constructor(path: string) {
    this.path = path
    this.descriptor = openSync(path, 'w', 0o600)
  }

  write(bytes: Buffer, onTaken?: () => void): boolean {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.descriptor, bytes, offset)
    onTaken?.()
    return true
  }

  async end(): Promise<void> {
    this.destroy()
  }

  destroy(): void {
    if (this.isOpen) closeSync(this.descriptor)
    this.isOpen = false
  }

  remove(): Promise<void> {
    return rm(this.path, { force: true })
  }
}

export interface Reading {
  feed: RowFeed
  /** Ends the feed, and resolves when everything is read; the reader tells its errors itself. */
  finish(): Promise<void>
}

/** True where rows are read while they come; else a feed is read when it has ended. */
export const readsWhileWriting = process.platform !== 'win32'

/** Opens a feed at `path` and has `read` read it; `read` never rejects. */
export async function openReading(path: string, read: () => Promise<void>, onRoom: () => void): Promise<Reading | null> {
  if (!readsWhileWriting) {
    const feed = new FileFeed(path)
    const finish = async (): Promise<void> => {
      await feed.end()
      await read()
      await feed.remove()
    }
    return { feed, finish }
  }
  await promisify(execFile)('mkfifo', ['-m', '600', path])
  const reader = read()
  const descriptor = await openWritingEnd(path, reader)
  if (descriptor === null) {
    await rm(path, { force: true })
    return null
  }
  const feed = new PipeFeed(path, descriptor, onRoom)
  const finish = async (): Promise<void> => {
    await feed.end()
    await reader
    await feed.remove()
  }
  return { feed, finish }
}
