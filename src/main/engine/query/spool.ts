import { DuckDBDataChunk, VARCHAR } from '@duckdb/node-api'
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { Cell } from '../../contract/values.ts'
import { interruptOnAbort } from '../store/interruption.ts'
import { cancelled } from './statementFaults.ts'

/** Cells longer than this are cut in pages. */
export const PAGE_CELL_CHARACTERS = 4096
/** DuckDB's vector size: https://duckdb.org/docs/stable/internals/vector */
const CHUNK_ROWS = 2048

export interface SpoolPage {
  rows: Cell[][]
  cutCells: [number, number][]
}

/** The rows of one result in the order in which they came, to be read by position. */
export class Spool {
  /** Its name in the result store; the columns are `c0`, `c1`… */
  readonly table: string
  private readonly columnCount: number
  private readonly writer: DuckDBConnection
  private readonly appender: DuckDBAppender
  /** Not the appender's: a flush ends whatever its own connection is reading at that moment. */
  private readonly pageReader: DuckDBConnection
  private readonly connect: () => Promise<DuckDBConnection>
  private readonly closing = new AbortController()
  private readonly readers = new Set<Promise<unknown>>()
  private reading: Promise<unknown> = Promise.resolve()
  private isClosed = false
  private appended = 0
  private readable = 0

  static async open(table: string, columnCount: number, connect: () => Promise<DuckDBConnection>): Promise<Spool> {
    const [writer, pageReader] = [await connect(), await connect()]
    return new Spool(table, columnCount, { writer, appender: await writer.createAppender(table), pageReader }, connect)
  }

  private constructor(
    table: string,
    columnCount: number,
    { writer, appender, pageReader }: { writer: DuckDBConnection; appender: DuckDBAppender; pageReader: DuckDBConnection },
    connect: () => Promise<DuckDBConnection>,
  ) {
    this.table = table
    this.columnCount = columnCount
    this.writer = writer
    this.appender = appender
    this.pageReader = pageReader
    this.connect = connect
  }

  /** Rows that pages can be read of. */
  get rowCount(): number {
    return this.readable
  }

  /** Takes a chunk of exactly the spool's types, natively, without a value becoming JavaScript. */
  appendChunk(chunk: DuckDBDataChunk): void {
    orFull(() => this.appender.appendDataChunk(chunk))
    this.appended += chunk.rowCount
  }

  /** For a spool of VARCHAR columns: rows of text. */
  appendText(rows: readonly (readonly Cell[])[]): void {
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const part = rows.slice(from, from + CHUNK_ROWS)
      if (this.columnCount === 0) {
        for (let row = 0; row < part.length; row += 1) {
          this.appender.appendNull()
          this.appender.endRow()
        }
      } else {
        const chunk = DuckDBDataChunk.create(Array.from({ length: this.columnCount }, () => VARCHAR))
        chunk.setRows(part)
        orFull(() => this.appender.appendDataChunk(chunk))
      }
      this.appended += part.length
    }
  }

  /** Makes what was appended readable. Throws where the results' share of the disk is used up. */
  flush(): void {
    orFull(() => this.appender.flushSync())
    this.readable = this.appended
  }

  /** At most `limit` rows from `offset` on, each value as its type's exact text. */
  async page(offset: number, limit: number): Promise<SpoolPage> {
    const end = Math.min(offset + limit, this.readable)
    if (offset >= end) return { rows: [], cutCells: [] }
    if (this.columnCount === 0) return { rows: Array.from({ length: end - offset }, () => []), cutCells: [] }
    const texts = Array.from(
      { length: this.columnCount },
      (_, column) => `left(CAST(c${column} AS VARCHAR), ${PAGE_CELL_CHARACTERS + 1})`,
    )
    const rows = await this.read(
      `SELECT ${texts.join(', ')} FROM ${this.table} WHERE rowid >= ${offset} AND rowid < ${end} ORDER BY rowid`,
    )
    const cutCells: [number, number][] = []
    for (const [row, cells] of rows.entries()) {
      for (const [column, cell] of cells.entries()) {
        const cut = cutText(cell)
        if (cut === cell) continue
        cells[column] = cut
        cutCells.push([row, column])
      }
    }
    return { rows, cutCells }
  }

  /** One value, whole. Undefined where there is no such row or column. */
  async cell(row: number, column: number): Promise<Cell | undefined> {
    if (row >= this.readable || column >= this.columnCount) return undefined
    const rows = await this.read(`SELECT CAST(c${column} AS VARCHAR) FROM ${this.table} WHERE rowid = ${row}`)
    return rows[0]?.[0]
  }

  /**
   * Long work on the rows, on a connection of its own, so that pages are read beside it. The rows are
   * in `table`, as columns c0, c1…, in the order of `rowid` from 0. An abort of `signal`, or closing
   * the spool, interrupts DuckDB; both come as QUERY_CANCELLED.
   */
  async reader<Result>(
    signal: AbortSignal,
    work: (connection: DuckDBConnection, table: string) => Promise<Result>,
  ): Promise<Result> {
    const reading = this.readApart(AbortSignal.any([signal, this.closing.signal]), work)
    this.readers.add(reading)
    try {
      return await reading
    } finally {
      this.readers.delete(reading)
    }
  }

  private async readApart<Result>(
    signal: AbortSignal,
    work: (connection: DuckDBConnection, table: string) => Promise<Result>,
  ): Promise<Result> {
    if (signal.aborted) throw cancelled()
    const connection = await this.connect()
    const endInterrupting = interruptOnAbort(connection, signal)
    try {
      return await work(connection, this.table)
    } catch (error) {
      throw signal.aborted ? cancelled(error) : error
    } finally {
      endInterrupting()
      connection.closeSync()
    }
  }

  /** Gives the space back. Waits for a page that is being read; ends longer work. */
  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.closing.abort()
    await Promise.allSettled([...this.readers])
    await this.reading
    this.appender.clear()
    this.appender.closeSync()
    await this.writer.run(`DROP TABLE ${this.table}`)
    this.writer.closeSync()
    this.pageReader.closeSync()
  }

  /** One read after the other. */
  private read(sql: string): Promise<Cell[][]> {
    const rows = this.reading.then(async () => {
      const reader = await this.pageReader.runAndReadAll(sql)
      return reader.getRows() as Cell[][]
    })
    this.reading = rows.catch(() => {})
    return rows
  }
}

/** DuckDB refuses where memory and the results' share of the disk are both used up. */
function orFull(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!/Out of Memory|No space left|failed to offload/i.test(error instanceof Error ? error.message : '')) throw error
    throw new MillraceError(
      {
        code: 'DISK_FULL',
        message: 'The result is larger than the disk space that results may take.',
        advice: 'Ask for fewer rows or columns, or close other results; the rows so far stay readable.',
      },
      { cause: error },
    )
  }
}

/** Characters as a person counts them, so that no pair of surrogates is torn. */
function cutText(cell: Cell): Cell {
  if (cell === null || cell.length <= PAGE_CELL_CHARACTERS) return cell
  const characters = [...cell]
  return characters.length > PAGE_CELL_CHARACTERS ? characters.slice(0, PAGE_CELL_CHARACTERS).join('') : cell
}
