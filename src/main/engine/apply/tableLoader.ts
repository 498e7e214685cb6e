import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { createTableStatements, loadStatement } from './statements.ts'

const LINE_FEED = 0x0a

interface Chunk {
  bytes: Buffer
  length: number
  longestRowBytes: number
  hasLineBreaks: boolean
}

/**
 * Loads one table's copy: rows are collected in one buffer while DuckDB reads the one before. The
 * caller owns the transaction on `connection`, and pauses its source while `isFull`.
 */
export class TableLoader {
  rows = 0
  bytes = 0
  private readonly connection: DuckDBConnection
  private readonly plan: TablePlan
  private readonly pathOf: (chunk: number) => string
  private readonly chunkBytes: number
  private filling: Chunk
  private spare: Chunk | null
  private loading: Promise<void> | null = null
  private failure: unknown = null
  private chunkNumber = 0
  private readonly onRoom: () => void
  private readonly onFailure: (error: unknown) => void

  constructor(
    connection: DuckDBConnection,
    plan: TablePlan,
    options: { folder: string; chunkBytes: number; onRoom: () => void; onFailure: (error: unknown) => void },
  ) {
    this.connection = connection
    this.plan = plan
    this.chunkBytes = options.chunkBytes
    this.onRoom = options.onRoom
    this.onFailure = options.onFailure
    this.pathOf = (chunk) => join(options.folder, `copy-${plan.oid}-${chunk}.csv`)
    this.filling = emptyChunk(64 << 10)
    this.spare = emptyChunk(0)
  }

  /** Makes the replica's table anew. */
  async begin(): Promise<void> {
    for (const statement of createTableStatements(this.plan)) await this.connection.run(statement)
  }

  append(bytes: Buffer, start: number, end: number): void {
    const chunk = this.filling
    const needed = chunk.length + end - start
    if (needed > chunk.bytes.length) grow(chunk, needed)
    chunk.length += bytes.copy(chunk.bytes, chunk.length, start, end)
    this.rows++
    this.bytes += end - start
    if (end - start > chunk.longestRowBytes) chunk.longestRowBytes = end - start
    // A row ends with its line feed, so the search never leaves it.
    if (bytes.indexOf(LINE_FEED, start) < end - 1) chunk.hasLineBreaks = true
    if (chunk.length >= this.chunkBytes && this.loading === null) this.startLoading()
  }

  /** True while both buffers are taken: give no more rows until `onRoom`. */
  get isFull(): boolean {
    return this.filling.length >= this.chunkBytes && this.loading !== null
  }

  /** Loads what is left; throws what a load threw. */
  async finish(): Promise<void> {
    while (this.loading !== null) await this.loading
    if (this.failure === null && this.filling.length > 0) {
      this.startLoading()
      await this.loading
    }
    if (this.failure !== null) throw this.failure
  }

  private startLoading(): void {
    const chunk = this.filling
    const next = this.spare!
    this.spare = null
    this.filling = next
    this.loading = this.load(chunk)
      .catch((error: unknown) => {
        this.failure ??= error
        this.onFailure(error)
      })
      .finally(() => {
        chunk.length = 0
        chunk.longestRowBytes = 0
        chunk.hasLineBreaks = false
        this.spare = chunk
        this.loading = null
        if (this.failure === null && this.filling.length >= this.chunkBytes) this.startLoading()
        this.onRoom()
      })
  }

  private async load(chunk: Chunk): Promise<void> {
    const path = this.pathOf(this.chunkNumber++)
    try {
      await writeFile(path, chunk.bytes.subarray(0, chunk.length), { mode: 0o600 })
      await this.connection.run(
        loadStatement(this.plan, {
          path,
          longestRowBytes: chunk.longestRowBytes,
          hasLineBreaks: chunk.hasLineBreaks,
        }),
      )
    } finally {
      await rm(path, { force: true })
    }
  }
}

function emptyChunk(bytes: number): Chunk {
  return { bytes: Buffer.allocUnsafeSlow(bytes), length: 0, longestRowBytes: 0, hasLineBreaks: false }
}

function grow(chunk: Chunk, needed: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, chunk.bytes.length * 2, 64 << 10))
  chunk.bytes.copy(larger, 0, 0, chunk.length)
  chunk.bytes = larger
}
