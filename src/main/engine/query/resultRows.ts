import { MillraceError } from '../../contract/errors.ts'
import type { Cell } from '../../contract/values.ts'
import { releaseChunks } from './chunkMemory.ts'
import type { OpenResult } from './openResult.ts'
import type { Spool } from './spool.ts'
import { cancelled } from './statementFaults.ts'

const MOST_ROWS = 2_048
/** Giant cells come in fewer rows at a time, so that a block never weighs much more than this. */
const BLOCK_CHARACTERS = 4_000_000
const WAITS_MS = 1_000
const BLOCKS_PER_RELEASE = 32

export interface RowSpan {
  firstRow: number
  /** Infinity for all there are. */
  rowCount: number
  columns: readonly number[]
}

/**
 * The rows of a result as whole text, block by block, also while the engine still reads them; ends after
 * the last one. Throws what the result failed with, and QUERY_CANCELLED on an abort.
 */
export async function* rowsOf(result: OpenResult, span: RowSpan, signal: AbortSignal): AsyncGenerator<Cell[][]> {
  const end = span.firstRow + span.rowCount
  let at = span.firstRow
  let blockRows = 256
  for (let blocks = 1; at < end; blocks += 1) {
    if (signal.aborted) throw cancelled()
    await result.waitForRows(Math.min(end, at + blockRows), WAITS_MS)
    const { rowsReady, complete } = result.progress()
    result.throwIfFailed()
    const upTo = Math.min(end, at + blockRows, rowsReady)
    const spool = result.rows
    if (upTo > at) {
      if (!spool) throw closed()
      const rows = await readBlock(spool, at, upTo, span.columns, signal)
      at = upTo
      yield rows
      if (blocks % BLOCKS_PER_RELEASE === 0) releaseChunks()
      blockRows = nextBlockRows(rows, blockRows)
    } else if (complete) return
  }
}

async function readBlock(
  spool: Spool,
  from: number,
  upTo: number,
  columns: readonly number[],
  signal: AbortSignal,
): Promise<Cell[][]> {
  const texts = columns.map((column) => `CAST(c${column} AS VARCHAR)`).join(', ')
  return spool.reader(signal, async (connection, table) => {
    const where = `rowid >= ${from} AND rowid < ${upTo}`
    const reader = await connection.runAndReadAll(`SELECT ${texts} FROM ${table} WHERE ${where} ORDER BY rowid`)
    return reader.getRows() as Cell[][]
  })
}

function nextBlockRows(rows: readonly (readonly Cell[])[], before: number): number {
  let characters = 1
  for (const row of rows) for (const cell of row) characters += cell?.length ?? 0
  const fitting = Math.floor((BLOCK_CHARACTERS / characters) * rows.length)
  return Math.max(1, Math.min(MOST_ROWS, before * 2, fitting))
}

function closed(): MillraceError {
  return new MillraceError({
    code: 'QUERY_UNKNOWN',
    message: 'That result is no longer open.',
    advice: 'Run the query again.',
  })
}
