import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { interrupt } from '../store/interruption.ts'
import { makeRoomForRows } from '../store/memory.ts'
import { openReading, readsWhileWriting, type Reading } from './rowFeed.ts'
import type { CopiedCsv } from './statements.ts'

const LINE_FEED = 0x0a
/** Rows are gathered up to here before they are written. */
const BLOCK_BYTES = 256 << 10
/** Blocks that wait for DuckDB before the source is paused: enough for it to go on sending while all threads parse. */
const MOST_WAITING_BYTES = 24 << 20
/** A row beyond what the reader was told to expect. */
const USUAL_ROW_BYTES = 1 << 20
/** How much longer than the longest row so far the next may be without another statement. */
const ROOM_BEYOND_BYTES = 8 << 20
/** Feeds that are read only when whole are cut here. */
const FILE_FEED_BYTES = 128 << 20

/** `read_csv` takes one byte order mark off the front of a file; a value that begins with one keeps its own. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Has DuckDB read one table's copy while it comes. The caller owns the transaction on `connection`, and pauses
 * its source while `isFull`.
 *
 * DuckDB's threads cut CSV at line ends. A value with a line break in it, seen here because each row
 * is a message of its own, therefore starts a second load that one thread reads; so does a row that
 * is longer than the reader was told.
 */
export class TableLoader {
  rows = 0
  bytes = 0
  private readonly connection: DuckDBConnection
  private readonly label: string
  private readonly folder: string
  private readonly statementFor: (csv: CopiedCsv) => string
  private readonly onRoom: () => void
  private readonly onFailure: (error: unknown) => void
  private block: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  private blockLength = 0
  /** Blocks that were read, for the next rows: new memory costs the kernel as much as copying the rows into it. */
  private readonly emptyBlocks: Buffer[] = []
  private reading: Reading | null = null
  private readingNumber = 0
  private readingBytes = 0
  private hasLineBreaks = false
  /** What the reader is told to expect. */
  longestRowBytes = USUAL_ROW_BYTES
  /** Blocks that no feed has taken: while one load ends and the next begins. */
  private waiting: Buffer[] = []
  private waitingBytes = 0
  private isFeedFull = false
  private turning: Promise<void> | null = null
  private failure: unknown = null
  /** Called when a block has gone its way, or none will any more. */
  private onMoved = (): void => {}

  /** `statementFor` makes the statement that reads one run of rows; it is run once or a few times. */
  constructor(
    connection: DuckDBConnection,
    options: {
      /** Names its files in `folder`. */
      label: string
      folder: string
      statementFor: (csv: CopiedCsv) => string
      onRoom: () => void
      onFailure: (error: unknown) => void
    },
  ) {
    this.connection = connection
    this.label = options.label
    this.folder = options.folder
    this.statementFor = options.statementFor
    this.onRoom = options.onRoom
    this.onFailure = options.onFailure
  }

  async begin(): Promise<void> {
    await this.openReading()
  }

  append(bytes: Buffer, start: number, end: number): void {
    const rowBytes = end - start
    // A row ends with its line feed, so the search never leaves it.
    const hasLineBreak = !this.hasLineBreaks && bytes.indexOf(LINE_FEED, start) < end - 1
    if (hasLineBreak || rowBytes > this.longestRowBytes) this.turn(hasLineBreak, rowBytes)
    if (this.blockLength + rowBytes > this.block.length) this.sendBlock(Math.max(BLOCK_BYTES, rowBytes))
    this.blockLength += bytes.copy(this.block, this.blockLength, start, end)
    this.rows++
    this.bytes += rowBytes
  }

  /** True while DuckDB has more than it can take for now: give no more rows until `onRoom`. */
  get isFull(): boolean {
    return this.waitingBytes >= MOST_WAITING_BYTES
  }

  /** Loads what is left; throws what DuckDB threw. */
  async finish(): Promise<void> {
    this.sendBlock(0)
    while (this.turning || (this.waiting.length > 0 && this.failure === null)) {
      await (this.turning ?? new Promise<void>((resolve) => (this.onMoved = resolve)))
    }
    await this.closeReading()
    if (this.failure !== null) throw this.failure
  }

  /** Before a rollback: nothing waits for more rows any longer. */
  async abandon(): Promise<void> {
    this.failure ??= new Error('abandoned')
    if (this.turning) await this.turning
    const { reading } = this
    if (!reading) return
    reading.feed.destroy()
    // What was read so far is to be rolled back: no need to bring it in first.
    interrupt(this.connection)
    await this.closeReading()
  }

  /** What comes from here on is read by another statement. */
  private turn(hasLineBreak: boolean, rowBytes: number): void {
    this.sendBlock(BLOCK_BYTES)
    if (hasLineBreak) this.hasLineBreaks = true
    if (rowBytes > this.longestRowBytes) this.longestRowBytes = rowBytes + Math.min(rowBytes, ROOM_BEYOND_BYTES)
    this.waiting.push(TURN)
    this.drain()
  }

  private sendBlock(nextBytes: number): void {
    if (this.blockLength > 0) {
      this.waiting.push(this.block.subarray(0, this.blockLength))
      this.waitingBytes += this.blockLength
      this.drain()
    }
    this.blockLength = 0
    this.block = (nextBytes <= BLOCK_BYTES ? this.emptyBlocks.pop() : undefined) ?? Buffer.allocUnsafeSlow(nextBytes)
  }

  /** Gives the feed what waits, in order. */
  private drain(): void {
    while (this.failure === null && !this.turning && !this.isFeedFull && this.waiting.length > 0) {
      const block = this.waiting.shift()!
      if (block === TURN) {
        this.startTurning()
        return
      }
      this.waitingBytes -= block.length
      this.readingBytes += block.length
      if (!this.reading!.feed.write(block, () => this.takeBack(block))) this.isFeedFull = true
      if (!readsWhileWriting && this.readingBytes > FILE_FEED_BYTES) this.waiting.unshift(TURN)
    }
  }

  private takeBack(block: Buffer): void {
    const { buffer } = block
    if (buffer.byteLength === BLOCK_BYTES) this.emptyBlocks.push(Buffer.from(buffer))
  }

  private startTurning(): void {
    this.turning = this.closeReading()
      .then(() => this.openReading())
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.turning = null
        this.onFeedRoom()
      })
  }

  private onFeedRoom(): void {
    this.isFeedFull = false
    this.drain()
    this.onMoved()
    if (!this.isFull) this.onRoom()
  }

  private async openReading(): Promise<void> {
    await makeRoomForRows(this.connection, this.longestRowBytes)
    if (this.failure !== null) return
    const path = join(this.folder, `${this.label}-${this.readingNumber++}.csv`)
    const statement = this.statementFor({
      path,
      longestRowBytes: this.longestRowBytes,
      hasLineBreaks: this.hasLineBreaks,
    })
    const read = async (): Promise<void> => {
      await this.connection.run(statement).catch((error: unknown) => this.fail(error))
    }
    this.reading = await openReading(path, read, () => this.onFeedRoom())
    this.readingBytes = 0
    this.reading?.feed.write(BYTE_ORDER_MARK)
  }

  private async closeReading(): Promise<void> {
    const { reading } = this
    this.reading = null
    await reading?.finish()
    this.isFeedFull = false
  }

  private fail(error: unknown): void {
    if (this.failure !== null) return
    this.failure = error
    this.onMoved()
    this.reading?.feed.destroy()
    this.onFailure(error)
  }
}

/** Stands between blocks where the next reading begins. */
const TURN = Buffer.alloc(0)
